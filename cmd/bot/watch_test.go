package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/health"
)

// TestAccountAge: the warning comes eleven months after the account was made or
// renewed, on Tchap alone.
func TestAccountAge(t *testing.T) {
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		preset  Preset
		since   string
		account chat.Account
		old     bool
	}{
		"not known":            {PresetTchap, "", chat.Account{}, false},
		"ten months":           {PresetTchap, "2026-02-01", chat.Account{}, false},
		"eleven months":        {PresetTchap, "2025-12-31", chat.Account{}, true},
		"another homeserver":   {"", "2025-12-31", chat.Account{}, false},
		"used for a year":      {PresetTchap, "", chat.Account{Since: now.AddDate(-1, 0, 0)}, true},
		"older than its use":   {PresetTchap, "2025-12-31", chat.Account{Since: now.AddDate(0, -1, 0)}, true},
		"renewed a month ago":  {PresetTchap, "2025-12-31", chat.Account{Since: now.AddDate(0, -1, 0), RenewalAsked: now.AddDate(0, -1, -1)}, false},
		"renewed, a year ago":  {PresetTchap, "2024-01-01", chat.Account{Since: now.AddDate(-1, 0, 0), RenewalAsked: now.AddDate(-1, 0, -1)}, true},
		"an unreadable string": {PresetTchap, "hier", chat.Account{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			db, closeState, err := openState(t.Context(), filepath.Join(t.TempDir(), "data"), zerolog.Nop())
			if err != nil {
				t.Fatal(err)
			}
			defer closeState() //nolint:errcheck // the test is over
			if err := db.SaveAccount(t.Context(), test.account); err != nil {
				t.Fatal(err)
			}
			w := &watch{
				config:  &Config{Preset: test.preset, Matrix: Matrix{AccountSince: test.since, Mailbox: "robot@example.gouv.fr"}, Timezone: time.UTC},
				monitor: health.NewMonitor(zerolog.Nop(), time.UTC), db: db,
			}
			w.accountAge(t.Context(), now)
			if old := w.monitor.Has(health.AccountOld); old != test.old {
				t.Errorf("warned: %t, want %t", old, test.old)
			}
			if !w.monitor.Ready() {
				t.Error("an old account makes the bot unready")
			}
		})
	}
}

// TestOldestPost: a post is stuck once it has been the oldest for longer than
// stuckAfter, however often it is tried.
func TestOldestPost(t *testing.T) {
	var p oldestPost
	begin := time.Now()
	for _, step := range []struct {
		after time.Duration
		seq   int64
		waits bool
	}{
		{0, 0, false}, {time.Hour, 0, false}, {time.Hour, 7, false}, {time.Hour + stuckAfter, 7, false}, {time.Hour + stuckAfter + 1, 7, true},
		{2 * time.Hour, 7, true}, {2 * time.Hour, 9, false}, {2*time.Hour + stuckAfter, 9, false}, {2*time.Hour + stuckAfter + 1, 0, false},
	} {
		if got := p.waits(step.seq, begin.Add(step.after)); got != step.waits {
			t.Errorf("after %s with post %d: stuck %t", step.after, step.seq, got)
		}
	}
}
