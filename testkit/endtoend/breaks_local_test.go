package endtoend

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heraut/testkit"
)

// TestBreakHomeserver has the rows of the break table that concern the homeserver and
// the way to it.
func TestBreakHomeserver(t *testing.T) {
	always := []moment{midRun, atStart}
	silent := fault{status: running, state: "homeserver_silent", says: "muet", blocks: true}
	row := func(name, doctor string, when []moment, breaks func(*testing.T, *deployment) func()) fault {
		f := silent
		f.name, f.doctor, f.when, f.breaks = name, doctor, when, breaks
		return f
	}
	breaks(t, []fault{
		row("nothing answers", "coupe la connexion", always, behind(nil, testkit.Drop)),
		row("bad gateway", "en panne ou en maintenance", always, behind(nil, testkit.BadGateway)),
		row("gateway timeout", "en panne ou en maintenance", always, behind(nil, testkit.GatewayTimeout)),
		row("captive portal", "page web", always, behind(nil, testkit.WebPage)),
		row("errors of the server", "en panne ou en maintenance", always, behind(nil, testkit.MatrixError(http.StatusInternalServerError, "M_UNKNOWN"))),
		row("sync hangs", "", []moment{midRun}, behind(testkit.Syncs, testkit.Delay(5*time.Minute))),
		row("sync is cut short", "", []moment{midRun}, behind(testkit.Syncs, testkit.Truncate)),
		{
			name: "another web server", when: []moment{firstStart},
			breaks: behind(nil, testkit.Answer(http.StatusNotFound, map[string]any{"message": "no such page"})),
			status: misconfigured, log: "corrigez matrix.homeserver",
		},
		{
			name: "nothing listens", when: []moment{firstStart}, set: map[string]any{"matrix.homeserver": "http://127.0.0.1:1"},
			breaks: nothing, status: failed, log: "vérifiez matrix.homeserver et le réseau", doctor: "refusée",
		},
		{
			name: "clock 20 minutes off", when: []moment{midRun}, breaks: behind(nil, testkit.Rewrite(func(r *testkit.Response) {
				r.Header.Set("Date", time.Now().Add(20*time.Minute).UTC().Format(http.TimeFormat))
			})),
			status: running, state: "clock_skewed", says: "NTP", deaf: true, doctor: "réglez-la par NTP",
		},
	})
}

// TestBreakState has the rows that concern the state directory and this machine.
func TestBreakState(t *testing.T) {
	breaks(t, []fault{
		{
			name: "crypto.db is deleted", when: []moment{midRun}, breaks: moved("crypto.db"),
			status: running, state: "database_unreadable", says: "crypto.db", blocks: true, deaf: true, doctor: "ont disparu",
		},
		{
			name: "bot.db is deleted", when: []moment{midRun}, breaks: moved("bot.db"),
			status: running, state: "database_unreadable", says: "bot.db", blocks: true, deaf: true, doctor: "elle n’existe pas",
		},
		{
			name: "crypto.db is garbage", when: []moment{atStart}, breaks: rewritten("crypto.db", []byte(strings.Repeat("garbage", 1000))),
			status: failed, log: "Le fichier crypto.db est abîmé", doctor: "crypto.db est abîmé",
		},
		{
			name: "bot.db is garbage", when: []moment{atStart}, breaks: rewritten("bot.db", []byte(strings.Repeat("garbage", 1000))),
			status: failed, log: "La base bot.db est abîmée", doctor: "La base bot.db est abîmée",
		},
		{
			name: "state is a file", when: []moment{firstStart}, set: map[string]any{"state": "config.yaml"},
			breaks: nothing, status: failed, log: "Le répertoire d’état ne peut pas être utilisé", doctor: "ce n’est pas un répertoire",
		},
		{
			name: "the probes' port is taken", when: []moment{atStart}, breaks: func(t *testing.T, d *deployment) func() {
				var config net.ListenConfig
				listener, err := config.Listen(t.Context(), "tcp", strings.TrimPrefix(d.bot.URL, "http://"))
				if err != nil {
					t.Fatal(err)
				}
				return func() { _ = listener.Close() }
			},
			status: failed, log: "http.listen", doctor: "est occupé par",
		},
		{
			name: "the recovery key is lost and the device new", when: []moment{atStart}, breaks: func(t *testing.T, d *deployment) func() {
				d.lose(t, "crypto.db")
				return moved("recovery-key")(t, d)
			},
			status: misconfigured, log: "placez son code de vérification", doctor: "elle manque",
		},
		{
			name: "the recovery key is garbage and the device new", when: []moment{atStart}, breaks: func(t *testing.T, d *deployment) func() {
				d.lose(t, "crypto.db")
				return rewritten("recovery-key", []byte("garbage\n"))(t, d)
			},
			status: misconfigured, log: "n’est pas celui de ce compte", doctor: "elle n’est pas celle du compte",
		},
		{
			name: "the state is another account's", when: []moment{atStart}, breaks: func(t *testing.T, d *deployment) func() {
				d.configure(t, "user", "@another:"+d.Name)
				return func() { d.configure(t, "user", d.account.UserID) }
			},
			status: misconfigured, log: "autre compte", doctor: "appartient à un autre compte",
		},
		{
			name: "a key of the configuration is unknown", when: []moment{atStart}, breaks: func(t *testing.T, d *deployment) func() {
				d.configure(t, "usr", "x")
				return func() { d.configure(t, "usr", nil) }
			},
			status: misconfigured, log: "usr",
		},
		{
			name: "a room is missing", when: []moment{midRun}, set: map[string]any{"rooms": []any{map[string]any{"room": "#nowhere:heraut.test"}}},
			breaks: nothing, status: running, state: "rooms_missing", says: "1 salon", deaf: true, lasts: true, doctor: "ne désigne aucun salon",
		},
		{
			name: "a source fails", when: []moment{midRun},
			set:    map[string]any{"sources": []any{map[string]any{"name": "nouvelles", "kind": "feed", "url": "http://127.0.0.1:1/feed", "every": "1s"}}, "fetch.allow_private": []string{"127.0.0.1"}},
			breaks: nothing, status: running, state: "source_failing", says: "nouvelles", deaf: true, lasts: true, doctor: "la connexion est refusée",
		},
	})
}

// moved takes a file out of the state directory for the time of a fault.
func moved(name string) func(*testing.T, *deployment) func() {
	return func(t *testing.T, d *deployment) func() {
		aside := filepath.Join(d.bot.Dir, name+".aside")
		if err := os.Rename(d.state(name), aside); err != nil {
			t.Fatal(err)
		}
		return func() {
			if err := os.Rename(aside, d.state(name)); err != nil {
				t.Error(err)
			}
		}
	}
}
