package endtoend

import (
	"net/http"
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
			name: "nothing listens", when: []moment{firstStart},
			breaks: configured(section("matrix", "homeserver", "http://127.0.0.1:1")), status: failed, log: "vérifiez matrix.homeserver et le réseau", doctor: "refusée",
		},
		{
			name: "clock 20 minutes behind", when: []moment{midRun}, breaks: clockOff(20 * time.Minute),
			status: running, state: "clock_skewed", says: "NTP", deaf: true, doctor: "retarde de",
		},
		{
			name: "clock 20 minutes ahead", when: []moment{midRun}, breaks: clockOff(-20 * time.Minute),
			status: running, state: "clock_skewed", says: "NTP", deaf: true, doctor: "avance de",
		},
	})
}

// clockOff makes the homeserver's clock differ from this machine's.
func clockOff(by time.Duration) func(*testing.T, *deployment) func() {
	return behind(nil, testkit.Rewrite(func(r *testkit.Response) {
		r.Header.Set("Date", time.Now().Add(by).UTC().Format(http.TimeFormat))
	}))
}
