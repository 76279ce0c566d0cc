package endtoend

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
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

// alerts is a webhook that gets the bot's alerts.
type alerts struct {
	*httptest.Server
	got chan string // the states of the troubles that begin
}

func newAlerts(t *testing.T) alerts {
	t.Helper()
	a := alerts{got: make(chan string, 100)}
	a.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var alert struct{ Event, State, Sentence string }
		if err := json.NewDecoder(r.Body).Decode(&alert); err != nil || alert.Sentence == "" {
			t.Errorf("an alert is %+v: %v", alert, err)
		}
		if alert.Event == "begin" {
			a.got <- alert.State
		}
	}))
	t.Cleanup(a.Close)
	return a
}

// await waits for the alert that a trouble begins.
func (a alerts) await(t *testing.T, state string) {
	t.Helper()
	for end := time.After(time.Minute); ; {
		select {
		case got := <-a.got:
			if got == state {
				return
			}
		case <-end:
			t.Errorf("no alert tells of %s", state)
			return
		}
	}
}

// mustBeFound asks doctor for the fault.
func (f fault) mustBeFound(t *testing.T, d *deployment) {
	t.Helper()
	if f.doctor == "" {
		return
	}
	if status, stdout, stderr := d.run(t, "doctor", ""); status != failed || !strings.Contains(stdout, f.doctor) {
		t.Errorf("bot doctor ended with status %d and does not say %q:\n%s%s", status, f.doctor, stdout, stderr)
	}
}

// lines counts the lines with all the texts.
func lines(log string, texts ...string) (n int) {
	for line := range strings.Lines(log) {
		if !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(line, text) }) {
			n++
		}
	}
	return n
}

// readyReport is the JSON of /readyz.
type readyReport struct {
	Ready    bool
	Troubles []struct{ State, Sentence, Link, Until string }
}

// troubles asks /readyz; it returns nothing while the bot does not listen.
func (d *deployment) troubles(t *testing.T) (report readyReport, listens bool) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.bot.URL+"/readyz", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return report, false
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&report); err != nil {
		t.Fatal(err)
	}
	return report, true
}

// awaitTrouble waits until /readyz names the state.
func (d *deployment) awaitTrouble(t *testing.T, state string) (report readyReport) {
	t.Helper()
	d.await(t, "/readyz to name "+state, func() bool {
		var listens bool
		report, listens = d.troubles(t)
		return listens && strings.Contains(fmt.Sprint(report.Troubles), state)
	})
	return report
}

// awaitWell waits until /readyz no longer names the state and is ready.
func (d *deployment) awaitWell(t *testing.T, state string) {
	t.Helper()
	d.await(t, "/readyz to forget "+state, func() bool {
		report, listens := d.troubles(t)
		return listens && report.Ready && !strings.Contains(fmt.Sprint(report.Troubles), state)
	})
}

// await polls a condition, for two minutes at most. It fails at once if the bot ends.
func (d *deployment) await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !holds(); {
		select {
		case <-d.bot.Done():
			t.Fatalf("the bot ended while the test waited for %s", what)
		case <-time.After(100 * time.Millisecond):
		}
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// readyLines returns the text of /readyz and checks its status.
func (d *deployment) readyLines(t *testing.T, blocks bool) string {
	t.Helper()
	response, err := http.Get(d.bot.URL + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if (response.StatusCode == http.StatusServiceUnavailable) != blocks {
		t.Errorf("/readyz is %d", response.StatusCode)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// get returns the body of one of the bot's pages.
func (d *deployment) get(t *testing.T, path, accept string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.bot.URL+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", accept)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
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
