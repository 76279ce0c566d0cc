package endtoend

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// doctorFinding is one finding of doctor --json.
type doctorFinding struct{ What, State, Text, Command, Cause string }

// doctorFindings runs doctor --json and returns its findings by part, and whether all
// is well.
func doctorFindings(t *testing.T, bot *testkit.Bot) (found map[string]doctorFinding, ok bool) {
	t.Helper()
	output, err := bot.Command(t.Context(), "doctor", "--json").Output()
	if exit := new(exec.ExitError); err != nil && (!errors.As(err, &exit) || exit.ExitCode() != failed) {
		t.Fatalf("doctor: %v\n%s", err, output)
	}
	var report struct {
		OK       bool
		Findings []doctorFinding
	}
	if err := json.Unmarshal(output, &report); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	found = map[string]doctorFinding{}
	for _, f := range report.Findings {
		found[f.What] = f
	}
	return found, report.OK
}

// TestDoctor breaks a bot that works, in one way after the other, and asks doctor what
// is wrong.
func TestDoctor(t *testing.T) {
	testkit.SkipOnSynapse(t)
	t.Parallel()
	site := newSite(t)
	account := site.Account(t, "heraut")
	owner := site.Person(t, "owner", testkit.ClientOptions{Encrypted: true})
	me := account.UserID
	rooms := map[string]id.RoomID{}
	for _, name := range []string{"served", "banned", "removed", "muted", "never", "invited"} {
		// The bot cannot come back where it was removed.
		room := testkit.Room{Name: name, Public: name == "served" || name == "banned" || name == "muted"}
		if name != "never" {
			room.Invite = []id.UserID{me}
		}
		rooms[name] = owner.Room(t, room)
	}
	served := []map[string]any{{"room": rooms["served"].String()}, {"room": rooms["banned"].String()}, {"room": rooms["removed"].String()},
		{"room": rooms["muted"].String()}, {"room": rooms["never"].String()}, {"room": "#absent:" + testkit.ServerName}}
	d := &deployment{site: site, account: account, bot: testkit.StartBot(t, testkit.BotConfig{Homeserver: site.URL, Account: account, Set: map[string]any{"rooms": served}})}
	for _, name := range []string{"served", "banned", "removed", "muted"} {
		owner.AwaitMember(t, rooms[name], me, event.MembershipJoin)
	}
	d.await(t, "the bot to know its rooms", func() bool {
		log := d.bot.Log()
		for _, name := range []string{"served", "banned", "removed", "muted"} {
			if !strings.Contains(log, "The bot is in a room component=matrix room="+rooms[name].String()) {
				return false
			}
		}
		return true
	})
	if _, err := owner.BanUser(t.Context(), rooms["banned"], &mautrix.ReqBanUser{UserID: me}); err != nil {
		t.Fatal(err)
	}
	if _, err := owner.KickUser(t.Context(), rooms["removed"], &mautrix.ReqKickUser{UserID: me}); err != nil {
		t.Fatal(err)
	}
	owner.SetPower(t, rooms["muted"], me, -1)

	// Synapse shows a banned account nothing of the room: doctor knows it from the bot.
	d.await(t, "the bot to know that it is out", func() bool { return strings.Count(d.bot.Log(), "no longer in a room") == 2 })
	found, ok := doctorFindings(t, d.bot)
	if ok {
		t.Error("all is well, though the bot is banned from a room")
	}
	for what, want := range map[string]string{
		"salon " + rooms["banned"].String():   "banni",
		"salon " + rooms["removed"].String():  "retiré",
		"salon " + rooms["muted"].String():    "son niveau est -1, il en faut 0",
		"salon " + rooms["never"].String():    "n’y est pas",
		"salon #absent:" + testkit.ServerName: "ne désigne aucun salon",
	} {
		if f := found[what]; f.State != "fault" || !strings.Contains(f.Text, want) {
			t.Errorf("%s: %+v, want %q", what, f, want)
		}
	}
	for _, what := range []string{"service", "base bot.db", "clés crypto.db", "clé de récupération", "horloge", "fichier recovery-key", "salon " + rooms["served"].String()} {
		if f := found[what]; f.State != "ok" {
			t.Errorf("%s: %+v", what, f)
		}
	}
	if f := found["service"]; !strings.Contains(f.Text, "prêt") {
		t.Errorf("the service: %+v", f)
	}

	// The recovery key.
	key, err := os.ReadFile(d.state("recovery-key"))
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ content, want string }{
		"garbage": {"n’importe quoi\n", "pas celle du compte"},
		"another": {"EsT9 xyGL RMpH PUdU xYbZ Vu4w GpFt 36Gk T4wF 6rTm 1sPz Hz4h\n", "pas celle du compte"},
		"empty":   {"", "elle manque"},
	} {
		if err := os.WriteFile(d.state("recovery-key"), []byte(test.content), 0o600); err != nil {
			t.Fatal(err)
		}
		found, _ := doctorFindings(t, d.bot)
		if f := found["clé de récupération"]; f.State != "fault" || !strings.Contains(f.Text, test.want) || !strings.Contains(f.Command, "umask 077") {
			t.Errorf("recovery key, %s: %+v", name, f)
		}
	}
	if err := os.WriteFile(d.state("recovery-key"), key, 0o600); err != nil {
		t.Fatal(err)
	}

	// The keys and the session.
	if status := d.bot.Stop(); status != stopped {
		t.Errorf("status %d", status)
	}
	if found, _ = doctorFindings(t, d.bot); found["service"].State != "warning" || found["http.listen"].State != "ok" {
		t.Errorf("a stopped bot: %+v, %+v", found["service"], found["http.listen"])
	}
	d.lose(t, "crypto.db")
	if found, _ = doctorFindings(t, d.bot); found["clés crypto.db"].State != "fault" || !strings.Contains(found["clés crypto.db"].Text, "ont disparu") ||
		!strings.Contains(found["clés crypto.db"].Command, " login --config "+d.bot.ConfigFile) {
		t.Errorf("without crypto.db: %+v", found["clés crypto.db"])
	}
}
