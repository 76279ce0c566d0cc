package health

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/locale"
)

// TestMonitorLogsOnce: each trouble has one line at its beginning and one at its end,
// however often it is reported.
func TestMonitorLogsOnce(t *testing.T) {
	var log bytes.Buffer
	monitor := NewMonitor(zerolog.New(&log), nil)
	var told []string
	monitor.Watch(func(trouble Trouble, entered bool) {
		told = append(told, fmt.Sprint(trouble.State, " ", trouble.Subject, " ", entered))
	})
	for i := range 5 {
		monitor.Enter(Trouble{State: RateLimited, Until: time.Unix(int64(i), 0)})
		monitor.Set(SourceFailing, Trouble{State: SourceFailing, Subject: "a"}, Trouble{State: SourceFailing, Subject: "b"})
	}
	monitor.Set(SourceFailing, Trouble{State: SourceFailing, Subject: "b"})
	monitor.Leave(RateLimited, AccountExpired)
	monitor.Leave(RateLimited)
	if got := monitor.Troubles(); len(got) != 1 || got[0].Subject != "b" || got[0].Since.IsZero() {
		t.Errorf("%+v", got)
	}
	if !monitor.Ready() {
		t.Error("a source makes the bot unready")
	}
	levels := regexp.MustCompile(`"level":"(\w+)"`).FindAllString(log.String(), -1)
	if want := []string{`"level":"error"`, `"level":"error"`, `"level":"error"`, `"level":"info"`, `"level":"info"`}; !slices.Equal(levels, want) {
		t.Errorf("logged %v\n%s", levels, &log)
	}
	want := []string{"rate_limited  true", "source_failing a true", "source_failing b true", "source_failing a false", "rate_limited  false"}
	if !slices.Equal(told, want) {
		t.Errorf("told %v", told)
	}
}

// TestSentences: each state has a sentence in both languages that says what to do, and
// a place in the order.
func TestSentences(t *testing.T) {
	for _, state := range order {
		for _, lang := range locale.Languages() {
			for _, link := range []string{"", "https://hs.example/reset"} {
				trouble := Trouble{State: state, Subject: "/var/lib/heraut", Since: time.Now(), Until: time.Now(), Link: link, Count: 2}
				line := trouble.Sentence(lang, time.UTC)
				if line == string(state) || strings.Contains(line, "<no value>") || strings.ContainsAny(line, "\n`") || !strings.Contains(line, ":") {
					t.Errorf("%s in %s: %q", state, lang, line)
				}
			}
		}
		if Ended(state) == string(state) || Ended(state) == "" {
			t.Errorf("%s has no sentence for its end", state)
		}
	}
}
