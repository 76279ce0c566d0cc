package endtoend

import (
	"database/sql"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

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
			name: "state is a file", when: []moment{firstStart},
			breaks: configured(func(config map[string]any) { config["state"] = "config.yaml" }), status: failed, log: "Le répertoire d’état ne peut pas être utilisé", doctor: "ce n’est pas un répertoire",
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
			name: "bot.db is emptied", when: []moment{atStart}, breaks: func(t *testing.T, d *deployment) func() {
				base, password := rewritten("bot.db", nil)(t, d), configured(func(config map[string]any) { delete(config["matrix"].(map[string]any), "password") })(t, d)
				return func() {
					password()
					base()
				}
			},
			status: refused, log: "ce qui fut réglé dans les salons est perdu", doctor: "bot.db a été vidée ou remplacée",
		},
		{
			name: "a newer version wrote bot.db", when: []moment{atStart}, breaks: altered("UPDATE version SET version = 9999, compat = 9999"),
			status: failed, log: "version plus récente du robot", doctor: "version plus récente du robot",
		},
		{
			name: "another program wrote bot.db", when: []moment{atStart}, breaks: altered("UPDATE migration_sums SET sha256 = 'edited' WHERE number = 1"),
			status: failed, log: "par un programme différent", doctor: "par un programme différent",
		},
		{
			name: "another bot runs on the state", when: []moment{atStart}, breaks: twin,
			status: failed, log: "Un autre robot utilise déjà ce répertoire", untold: true,
		},
	})
}

// altered changes bot.db by an SQL statement, and restores the file.
func altered(statement string) func(*testing.T, *deployment) func() {
	return func(t *testing.T, d *deployment) func() {
		before, err := os.ReadFile(d.state("bot.db"))
		if err != nil {
			t.Fatal(err)
		}
		db, err := sql.Open("sqlite3", "file:"+d.state("bot.db"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		return func() {
			if err := os.WriteFile(d.state("bot.db"), before, 0o600); err != nil {
				t.Error(err)
			}
		}
	}
}

// twin starts the bot a first time.
func twin(t *testing.T, d *deployment) func() {
	first := d.bot.Command(t.Context(), "run")
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if report, listens := d.troubles(t); listens && report.Ready {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the first bot is not ready")
		}
	}
	return func() {
		_ = first.Process.Signal(syscall.SIGTERM)
		_ = first.Wait()
	}
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

// rewritten replaces a file of the state directory for the time of a fault.
func rewritten(name string, content []byte) func(*testing.T, *deployment) func() {
	return func(t *testing.T, d *deployment) func() {
		before, err := os.ReadFile(d.state(name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(d.state(name), content, 0o600); err != nil {
			t.Fatal(err)
		}
		return func() { _ = os.WriteFile(d.state(name), before, 0o600) }
	}
}
