package endtoend

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// moment is when a fault of the break table begins.
type moment string

const (
	midRun     moment = "in mid-run"
	atStart    moment = "at start"       // of a bot that has a session
	firstStart moment = "at first start" // of a bot that has none
)

// running is the exit status of a bot that goes on.
const running = -1

// fault is a row of the break table: what breaks, and what everything says then. An
// empty text is not checked.
type fault struct {
	name string
	when []moment
	set  map[string]any // further configuration
	// breaks makes the fault and returns the function that mends it.
	breaks func(t *testing.T, d *deployment) (mend func())

	status int    // the exit status, or running
	log    string // of a bot that ends: a text in its log
	state  string // of the trouble: in the log, /readyz, metrics and the alert
	says   string // in /readyz, and so in the log
	blocks bool   // /readyz is 503
	doctor string // in the output of bot doctor
	// alert is the state that the alert tells, if not state.
	alert string
	// stays: mending needs a restart. Otherwise a running bot recovers by itself.
	stays bool
	// lasts: the configuration makes the fault, which cannot be mended.
	lasts bool
	// deaf: the bot cannot hear what is said meanwhile once it is back.
	deaf bool
}

// breaks runs rows of the break table on one homeserver: all with HERAUT_BREAKS=all,
// otherwise the first two, since each takes up to a minute.
func breaks(t *testing.T, faults []fault) {
	t.Parallel()
	if os.Getenv("HERAUT_BREAKS") != "all" {
		faults = faults[:2]
	}
	s := newSite(t)
	for i, f := range faults {
		for j, when := range f.when {
			t.Run(f.name+" "+string(when), func(t *testing.T) {
				t.Parallel()
				s.endure(t, f, when, fmt.Sprintf("bot-%d-%d", i, j))
			})
		}
	}
}

// endure checks one row.
func (s site) endure(t *testing.T, f fault, when moment, localpart string) {
	alerts := newAlerts(t)
	set := map[string]any{"alert.after": "0s", "alert.webhook.url": alerts.URL}
	maps.Copy(set, f.set)
	d := s.deploy(t, localpart, set)
	var c talk
	if when != firstStart {
		d.bot.Start(t)
		c = d.talk(t)
		c.mustAnswer(t)
	}
	if when == atStart {
		d.bot.Stop()
	}
	logins, before := d.logins(), 0
	if when != firstStart && !f.lasts {
		before = len(d.bot.Log())
	}
	mend := f.breaks(t, d)
	if when != midRun {
		if err := d.bot.Launch(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if f.status != running {
		d.ended(t, before, f.status, f.log)
		f.mustBeFound(t, d)
		if f.alert != "" {
			alerts.await(t, f.alert)
		}
		mend()
		return
	}

	report := d.awaitTrouble(t, f.state)
	if report.Ready == f.blocks {
		t.Errorf("/readyz says ready: %t", report.Ready)
	}
	if line := d.readyLines(t, f.blocks); !strings.Contains(line, f.says) {
		t.Errorf("/readyz does not say %q:\n%s", f.says, line)
	}
	metrics := d.get(t, "/metrics", "")
	mustWrite(t, metrics, fmt.Sprintf("heraut_trouble{state=%q} ", f.state))
	if !regexp.MustCompile(`heraut_trouble\{state="` + f.state + `"\} [1-9]`).MatchString(metrics) {
		t.Errorf("the metrics do not show %s", f.state)
	}
	f.mustBeFound(t, d)
	alerts.await(t, f.state)
	var command id.EventID
	if when != firstStart && !f.deaf {
		command = c.agent.Say(t, c.room, "!sill gimp")
	}
	mend()
	if f.stays {
		d.bot.Restart(t)
	}
	if !f.lasts {
		d.awaitWell(t, f.state)
	}
	if command != "" {
		mustSay(t, c.agent.AwaitAnswer(t, c.room, d.account.UserID, command), "GIMP")
		exactlyOne(t, c.agent, c.room, d.account.UserID, command)
	} else {
		d.talk(t).mustAnswer(t)
	}
	log := d.bot.Log()[before:]
	if n := lines(log, " ERR ", "state="+f.state); n != 1 {
		t.Errorf("%d lines at level error name %s, want 1", n, f.state)
	}
	if n := lines(log, " INF ", "state="+f.state); n != 1 && !f.stays && !f.lasts {
		t.Errorf("%d lines at level info end %s, want 1", n, f.state)
	}
	if n := lines(log, " WRN "); n > 3 {
		t.Errorf("%d warnings meanwhile:\n%s", n, log)
	}
	if when != firstStart {
		d.mustLogIn(t, logins)
	}
}

// behind makes a fault of a rule of the proxy.
func behind(match func(*testkit.Request) bool, do testkit.Action) func(*testing.T, *deployment) func() {
	return func(_ *testing.T, d *deployment) func() {
		return d.proxy.Add(testkit.Rule{Name: "broken", Match: match, Do: do})
	}
}

// authenticated matches every request that needs a session, as refusals of the account
// concern them all, and the login.
var authenticated = func(r *testkit.Request) bool {
	return !strings.HasSuffix(r.Path, "/versions") && !strings.Contains(r.Path, "account_validity") && (r.Method != http.MethodGet || !strings.HasSuffix(r.Path, "/login"))
}

// refusal answers with a Matrix error that has one more field.
func refusal(status int, code, field, value string) testkit.Action {
	return testkit.Answer(status, map[string]any{"errcode": code, "error": "made by the test", field: value})
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
