package main

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/health"
	"heraut/queue"
	"heraut/storage"
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
			c := &selfCheck{
				config:  &Config{Preset: test.preset, Matrix: Matrix{AccountSince: test.since, Mailbox: "robot@example.gouv.fr"}, Timezone: time.UTC},
				monitor: health.NewMonitor(zerolog.Nop(), time.UTC), db: db,
			}
			c.accountAge(t.Context(), now)
			if old := c.monitor.Has(health.AccountOld); old != test.old {
				t.Errorf("warned: %t, want %t", old, test.old)
			}
			if !c.monitor.Ready() {
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

// TestOldCatalogues: every catalogue counts, and the sentence names the one that is old.
func TestOldCatalogues(t *testing.T) {
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	read := func(ago, every time.Duration) catalogue.State {
		return catalogue.State{Catalogue: catalogue.New(nil, now.Add(-ago)), Every: every}
	}
	failing := catalogue.State{Err: errors.New("refused"), Failures: failedRounds}
	const day = 24 * time.Hour
	for name, test := range map[string]struct {
		label   string
		state   catalogue.State
		started time.Duration // ago
		says    string        // empty: no trouble
	}{
		"fresh":                   {"", read(time.Hour, 2*time.Hour), 9 * day, ""},
		"the SILL is old":         {"", read(3*day, 2*time.Hour), 9 * day, "Le catalogue du SILL n’a pas pu être lu ou confirmé depuis le 28/11 à 12:00 : vérifiez catalogue.sill.url"},
		"another one is old":      {"Développeurs", read(3*day, 12*time.Hour), 9 * day, "Le catalogue Développeurs n’a pas pu être lu ou confirmé depuis le 28/11 à 12:00 : vérifiez son adresse"},
		"read once a week":        {"Développeurs", read(3*day, 7*day), 9 * day, ""},
		"not read for a minute":   {"", catalogue.State{}, 2 * time.Minute, "Le catalogue du SILL"},
		"being read at first":     {"Développeurs", catalogue.State{}, 2 * time.Minute, ""},
		"not read for an hour":    {"Développeurs", catalogue.State{}, 2 * time.Hour, "Le catalogue Développeurs"},
		"never read, and failing": {"Développeurs", failing, 2 * time.Minute, "Le catalogue Développeurs n’a pas pu être lu"},
	} {
		t.Run(name, func(t *testing.T) {
			monitor := health.NewMonitor(zerolog.Nop(), time.UTC)
			monitor.Set(health.CatalogueOld, oldCatalogues([]shelved{{"", read(0, time.Hour)}, {test.label, test.state}}, now.Add(-test.started), now)...)
			said := ""
			for _, trouble := range monitor.Report().Troubles {
				said += trouble.Sentence
			}
			if test.says == "" && said != "" || !strings.Contains(said, test.says) {
				t.Errorf("/readyz says %q, want %q", said, test.says)
			}
			if lines := statusLines(monitor, "fr"); test.label != "" && (len(lines) > 0) != (test.says != "") {
				t.Errorf("the status says %q", lines)
			}
		})
	}
}

// TestQueueStuckAfterAnOutage: the time in which the homeserver was silent does not count
// as that of a stuck queue.
func TestQueueStuckAfterAnOutage(t *testing.T) {
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	outbox := queue.NewOutbox(db)
	err = outbox.Do(t.Context(), func(ctx context.Context) error {
		return outbox.Post(ctx, "cause", chat.Post{Room: "!a:example.org", HTML: "a"})
	})
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	seq, _, err := db.NextPost(t.Context(), begin, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.StartPost(t.Context(), seq, begin); err != nil {
		t.Fatal(err)
	}
	monitor := health.NewMonitor(zerolog.Nop(), nil)
	c := &selfCheck{db: db, monitor: monitor}
	for _, step := range []struct {
		after         time.Duration
		silent, stuck bool
	}{
		{0, true, false}, {time.Hour, true, false}, {time.Hour + time.Minute, false, false},
		{time.Hour + stuckAfter, false, false}, {time.Hour + time.Minute + stuckAfter + time.Second, false, true},
		{2 * time.Hour, true, false}, {2*time.Hour + time.Minute, false, false},
	} {
		if step.silent {
			monitor.Enter(health.Trouble{State: health.HomeserverSilent, Since: begin})
		} else {
			monitor.Leave(health.HomeserverSilent)
		}
		c.queue(t.Context(), begin.Add(step.after))
		if got := monitor.Has(health.QueueStuck); got != step.stuck {
			t.Errorf("after %s: stuck %t", step.after, got)
		}
	}
}

// TestQueueStuckBeforeTheFirstTry: a post that the sender should try, and does not,
// makes the queue stuck; posts that wait for a time, or behind a post that their room
// refuses, do not.
func TestQueueStuckBeforeTheFirstTry(t *testing.T) {
	begin := time.Now()
	refused := func(db *storage.DB) error {
		seq, _, err := db.NextPost(t.Context(), begin, nil)
		if err != nil {
			return err
		}
		row, err := db.StartPost(t.Context(), seq, begin)
		if err != nil {
			return err
		}
		row.State, row.BlockedSince, row.NextAt = queue.Waiting, begin, begin.Add(24*time.Hour)
		return db.UpdatePost(t.Context(), row, begin)
	}
	for name, test := range map[string]struct {
		posts []chat.Post
		setUp func(*storage.DB) error
		stuck bool
	}{
		"nothing":               {nil, nil, false},
		"due":                   {[]chat.Post{{Room: "!a:example.org", HTML: "a"}}, nil, true},
		"for tomorrow":          {[]chat.Post{{Room: "!a:example.org", HTML: "a", NotBefore: begin.Add(24 * time.Hour)}}, nil, false},
		"behind a refused post": {[]chat.Post{{Room: "!a:example.org", HTML: "a"}, {Room: "!a:example.org", HTML: "b"}}, refused, false},
	} {
		t.Run(name, func(t *testing.T) {
			db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "bot.db"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			outbox := queue.NewOutbox(db)
			if err := outbox.Do(t.Context(), func(ctx context.Context) error {
				return outbox.Post(ctx, "cause", test.posts...)
			}); err != nil {
				t.Fatal(err)
			}
			if test.setUp != nil {
				if err := test.setUp(db); err != nil {
					t.Fatal(err)
				}
			}
			c := &selfCheck{db: db, monitor: health.NewMonitor(zerolog.Nop(), nil)}
			c.queue(t.Context(), begin.Add(time.Second))
			c.queue(t.Context(), begin.Add(2*time.Second+stuckAfter))
			if got := c.monitor.Has(health.QueueStuck); got != test.stuck {
				t.Errorf("stuck %t, want %t", got, test.stuck)
			}
		})
	}
}
