package endtoend

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"heraut/testkit"
)

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

// lines counts the lines with all the texts.
func lines(log string, texts ...string) (n int) {
	for line := range strings.Lines(log) {
		if !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(line, text) }) {
			n++
		}
	}
	return n
}

// warnings counts the lines at level warning by their message, without its fields.
func warnings(log string) map[string]int {
	counts := map[string]int{}
	for _, found := range regexp.MustCompile(`(?m) WRN (.*?)(?: [a-z_]+=.*)?$`).FindAllStringSubmatch(log, -1) {
		counts[found[1]]++
	}
	return counts
}

// metric returns the value of a line of /metrics; 0 if it is absent.
func metric(metrics, name string) float64 {
	for line := range strings.Lines(metrics) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			number, _ := strconv.ParseFloat(strings.TrimSpace(value), 64)
			return number
		}
	}
	return 0
}

// readyReport is the JSON of /readyz.
type readyReport struct {
	Ready    bool
	Troubles []struct{ State, Sentence, Link, Until string }
}

// troubles asks /readyz; it returns nothing while the bot does not listen.
func (d *deployment) troubles(t *testing.T) (report readyReport, listens bool) {
	t.Helper()
	_, body, err := testkit.GetPage(t.Context(), d.bot.URL+"/readyz", "application/json")
	if err != nil {
		return report, false
	}
	if err := json.Unmarshal([]byte(body), &report); err != nil {
		t.Fatal(err)
	}
	return report, true
}

// awaitTrouble waits until /readyz names the state.
func (d *deployment) awaitTrouble(t *testing.T, state string) readyReport {
	t.Helper()
	return d.awaitTroubleFor(t, state, 0)
}

// awaitTroubleFor waits until /readyz names a state that begins after some time.
func (d *deployment) awaitTroubleFor(t *testing.T, state string, after time.Duration) (report readyReport) {
	t.Helper()
	d.awaitFor(t, "/readyz to name "+state, after+2*time.Minute, func() bool {
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
	d.awaitFor(t, what, 2*time.Minute, holds)
}

// awaitFor is await with another patience.
func (d *deployment) awaitFor(t *testing.T, what string, patience time.Duration, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); {
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
	status, body, err := testkit.GetPage(t.Context(), d.bot.URL+"/readyz", "")
	if err != nil {
		t.Fatal(err)
	}
	if (status == http.StatusServiceUnavailable) != blocks {
		t.Errorf("/readyz is %d", status)
	}
	return body
}

// get returns the body of one of the bot's pages.
func (d *deployment) get(t *testing.T, path, accept string) string {
	t.Helper()
	_, body, err := testkit.GetPage(t.Context(), d.bot.URL+path, accept)
	if err != nil {
		t.Fatal(err)
	}
	return body
}
