package endtoend

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

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
	// through is a command that runs the bot, as in testkit.BotConfig.
	through []string
	// prepare, if not nil, is called before the first start.
	prepare func(t *testing.T, d *deployment)
	// breaks makes the fault and returns the function that mends it.
	breaks func(t *testing.T, d *deployment) (mend func())

	status int    // the exit status, or running
	log    string // a text in the log of a bot that ends, or that runs without a trouble
	state  string // of the trouble: in the log, /readyz, metrics and the alert; empty: there is none
	says   string // in /readyz, and so in the log
	blocks bool   // /readyz is 503
	doctor string // in the output of bot doctor
	remark bool   // for doctor, the fault is only a remark
	// alert is the state that the alert about the end of the process names; empty:
	// process_ended. With untold, there is no alert.
	alert  string
	untold bool
	// stays: mending needs a restart. Otherwise a running bot recovers by itself.
	stays bool
	// repair: mending needs an operator's login.
	repair bool
	// lasts: the configuration makes the fault, which cannot be mended.
	lasts bool
	// deaf: the bot cannot hear what is said meanwhile once it is back.
	deaf bool
	// after is how long the fault lasts before it is a trouble; 0 for a minute at most.
	after time.Duration
}

// breaks runs rows of the break table on one homeserver: all with HERAUT_BREAKS=all,
// otherwise the first two, since each takes up to a minute. Then Synapse gets the faults
// of accounts alone: the others are made between it and the bot, or in the bot's files.
func breaks(t *testing.T, faults []fault) {
	t.Parallel()
	if os.Getenv("HERAUT_BREAKS") != "all" {
		if testkit.OnSynapse() && t.Name() != "TestBreakAccount" {
			t.Skip("HERAUT_BREAKS=all runs it on Synapse")
		}
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

// trial is one run of a row.
type trial struct {
	t      *testing.T
	fault  fault
	when   moment
	bot    *deployment
	alerts alerts
	talk   talk // zero before a first start
	before int  // the length of the log before the fault
	logins int
}

// endure checks one row.
func (s site) endure(t *testing.T, f fault, when moment, localpart string) {
	x := s.try(t, f, when, localpart)
	mend := f.breaks(t, x.bot)
	if when != midRun {
		if err := x.bot.bot.Launch(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if f.status != running {
		x.bot.ended(t, x.before, f.status, f.log)
		x.mustBeFound()
		if !f.untold {
			x.alerts.await(t, cmp.Or(f.alert, "process_ended"))
		}
		mend()
		x.mustStart()
		return
	}
	switch {
	case f.state != "":
		x.mustShow()
	case f.log != "": // a remark
		x.bot.bot.AwaitReady(t)
		mustWrite(t, x.bot.bot.Log(), f.log)
		x.mustBeFound()
	}
	var command id.EventID
	if when != firstStart && !f.deaf {
		command = x.talk.agent.Say(t, x.talk.room, "!sill gimp")
	}
	mend()
	x.mustRecover(command)
}

// try deploys a bot for a row and, unless its first start is the matter, starts it.
func (s site) try(t *testing.T, f fault, when moment, localpart string) *trial {
	x := &trial{t: t, fault: f, when: when, alerts: newAlerts(t)}
	set := map[string]any{"alert.after": "0s", "alert.webhook.url": x.alerts.URL}
	maps.Copy(set, f.set)
	x.bot = s.deployThrough(t, localpart, f.through, set)
	if f.prepare != nil {
		f.prepare(t, x.bot)
	}
	if when != firstStart {
		x.bot.bot.Start(t)
		x.talk = x.bot.talk(t)
		x.talk.mustAnswer(t)
		if !f.lasts {
			x.before = len(x.bot.bot.Log())
		}
	}
	if when == atStart {
		x.bot.bot.Stop()
	}
	x.logins = x.bot.logins()
	return x
}

// mustShow checks what a running bot says of the fault.
func (x *trial) mustShow() {
	t, f, d := x.t, x.fault, x.bot
	t.Helper()
	report := d.awaitTroubleFor(t, f.state, f.after)
	if report.Ready == f.blocks {
		t.Errorf("/readyz says ready: %t", report.Ready)
	}
	if line := d.readyLines(t, f.blocks); !strings.Contains(line, f.says) {
		t.Errorf("/readyz does not say %q:\n%s", f.says, line)
	}
	if shown := metric(d.get(t, "/metrics", ""), fmt.Sprintf("heraut_trouble{state=%q}", f.state)); shown < 1 {
		t.Errorf("the metrics do not show %s", f.state)
	}
	x.mustBeFound()
	x.alerts.await(t, f.state)
}

// mustRecover checks that the bot is well after the fault, and that it answers the
// command, which was given meanwhile, exactly once.
func (x *trial) mustRecover(command id.EventID) {
	t, f, d := x.t, x.fault, x.bot
	t.Helper()
	if f.stays {
		d.bot.Restart(t)
	}
	if f.state != "" && !f.lasts {
		d.awaitWell(t, f.state)
	}
	if command != "" {
		mustSay(t, x.talk.agent.AwaitAnswer(t, x.talk.room, d.account.UserID, command), "GIMP")
		exactlyOne(t, x.talk.agent, x.talk.room, d.account.UserID, command)
	} else {
		d.talk(t).mustAnswer(t)
	}
	log := d.bot.Log()[x.before:]
	if f.state != "" {
		if n := lines(log, " ERR ", "state="+f.state); n != 1 {
			t.Errorf("%d lines at level error name %s, want 1", n, f.state)
		}
		if n := lines(log, " INF ", "state="+f.state); n != 1 && !f.stays && !f.lasts {
			t.Errorf("%d lines at level info end %s, want 1", n, f.state)
		}
	}
	for warning, n := range warnings(log) {
		if n > 3 {
			t.Errorf("%d warnings meanwhile that %q:\n%s", n, warning, log)
		}
	}
	if x.when != firstStart {
		d.mustLogIn(t, x.logins)
	}
}

// mustStart checks that a bot that ended starts and answers once the fault is mended.
func (x *trial) mustStart() {
	x.t.Helper()
	if x.fault.lasts {
		return
	}
	if x.fault.repair {
		x.bot.repair(x.t)
	}
	x.bot.bot.Start(x.t)
	if x.when == firstStart {
		x.talk = x.bot.talk(x.t)
	}
	x.talk.mustAnswer(x.t)
}

// mustBeFound asks doctor for the fault. Remarks alone leave its status 0.
func (x *trial) mustBeFound() {
	x.t.Helper()
	f := x.fault
	if f.doctor == "" {
		return
	}
	status, stdout, stderr := x.bot.run(x.t, "doctor", "")
	if status != failed && !f.remark || !strings.Contains(stdout, f.doctor) {
		x.t.Errorf("bot doctor ended with status %d and does not say %q:\n%s%s", status, f.doctor, stdout, stderr)
	}
}

// behind makes a fault of a rule of the proxy.
func behind(match func(*testkit.Request) bool, do testkit.Action) func(*testing.T, *deployment) func() {
	return func(_ *testing.T, d *deployment) func() {
		return d.proxy.Add(testkit.Rule{Name: "broken", Match: match, Do: do})
	}
}

// configured makes a fault of a change to the configuration.
func configured(change func(config map[string]any)) func(*testing.T, *deployment) func() {
	return func(t *testing.T, d *deployment) func() {
		before, err := os.ReadFile(d.bot.ConfigFile)
		if err != nil {
			t.Fatal(err)
		}
		d.rewrite(t, change)
		return func() {
			if err := os.WriteFile(d.bot.ConfigFile, before, 0o600); err != nil {
				t.Error(err)
			}
		}
	}
}

// section returns a change of one key in a section of the configuration.
func section(name, key string, value any) func(config map[string]any) {
	return func(config map[string]any) {
		inner, ok := config[name].(map[string]any)
		if !ok {
			inner = map[string]any{}
			config[name] = inner
		}
		inner[key] = value
	}
}
