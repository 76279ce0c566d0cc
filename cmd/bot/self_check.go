package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"heraut/announce"
	"heraut/catalogue"
	"heraut/chat"
	"heraut/health"
	"heraut/matrix"
	"heraut/storage"
)

const (
	// filesEvery is the interval between two checks of the state directory, partsEvery
	// between two checks of the rest.
	filesEvery = 10 * time.Second
	partsEvery = 30 * time.Second
	// leastFree is the free space, in bytes, below which the disk counts as full. A
	// sync needs far less, and SQLite's write-ahead log grows to 4 MiB.
	leastFree = 8 << 20
	// stuckAfter is the longest wait of a post that is no trouble.
	stuckAfter = 5 * time.Minute
	// oldCatalogue is the greatest age of a catalogue's confirmation that is no trouble,
	// unless its interval is longer than half of it.
	oldCatalogue = 48 * time.Hour
	// firstReading is how long the first reading of a catalogue besides the SILL may
	// take: a whole forge is read repository by repository.
	firstReading = time.Hour
	// skewAllowed is the largest difference between two clocks that is no trouble.
	skewAllowed = time.Minute
	// failedRounds is how often in a row a source fails before that is a trouble.
	failedRounds = 2
)

// selfCheck is the regular check of the parts of the bot that do not report their own
// troubles to the monitor: the disk, the queue, the catalogues and others.
type selfCheck struct {
	config    *Config
	monitor   *health.Monitor
	db        *storage.DB
	client    *matrix.Client
	announcer *announce.Announcer
	refresher *catalogue.Refresher
	library   *library // nil if the SILL is the only catalogue
	missing   func(context.Context) ([]chat.Room, error)
	started   time.Time
	oldest    oldestPost
}

// oldestPost remembers which unsent post the queue works on (workedOn), and since when
// it has been this post. If it stays the same for too long, sending is stuck.
type oldestPost struct {
	seq   int64 // 0: none
	since time.Time
}

// waits sets p to the post with the number seq, that of workedOn at now, and reports
// whether it has been the same post for longer than stuckAfter. seq is 0 if the queue
// has nothing to send; the result is then false. It measures in memory, since
// each attempt changes the time in the database.
func (p *oldestPost) waits(seq int64, now time.Time) bool {
	if seq != p.seq {
		*p = oldestPost{seq, now}
	}
	return seq != 0 && now.Sub(p.since) > stuckAfter
}

// run makes all checks at once and then at regular intervals, until ctx ends; it
// returns nil.
func (c *selfCheck) run(ctx context.Context) error {
	ticker := time.NewTicker(filesEvery)
	defer ticker.Stop()
	for round := 0; ; round++ {
		c.files(ctx)
		if round%int(partsEvery/filesEvery) == 0 && ctx.Err() == nil {
			c.parts(ctx, time.Now())
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// files checks that the state directory takes writes, that its disk has room, that
// bot.db is there and can be read and, if the device is verified, that crypto.db is
// there. It begins and ends these troubles in the monitor.
func (c *selfCheck) files(ctx context.Context) {
	dir := c.config.State
	err := tryWrite(dir)
	full, unwritable := errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT), err != nil
	if free, known := freeSpace(dir); known && free < leastFree {
		full = true
	}
	c.set(health.DiskFull, full, health.Trouble{Subject: dir, Cause: err})
	c.set(health.StateUnwritable, unwritable && !full, health.Trouble{Subject: dir, Cause: err})

	var unreadable []health.Trouble
	for _, name := range []string{"bot.db", "crypto.db"} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err != nil && (name == "bot.db" || c.client.Verified()) {
			unreadable = append(unreadable, health.Trouble{State: health.DatabaseUnreadable, Subject: path, Cause: err})
		}
	}
	if err := c.db.Check(ctx); err != nil && ctx.Err() == nil && len(unreadable) == 0 {
		unreadable = append(unreadable, health.Trouble{State: health.DatabaseUnreadable, Subject: filepath.Join(dir, "bot.db"), Cause: err})
	}
	c.monitor.Set(health.DatabaseUnreadable, unreadable...)
}

// parts checks the clock, the catalogues and the sources and, after the first sync, the
// queue, the rooms and the age of the account. It begins and ends their troubles in the
// monitor. A check whose data cannot be read changes nothing.
func (c *selfCheck) parts(ctx context.Context, now time.Time) {
	skew := c.client.ClockAhead()
	c.set(health.ClockSkewed, skew.Abs() > skewAllowed, health.Trouble{})
	c.catalogues(now)
	if sources, err := c.announcer.Sources(ctx); err == nil {
		var failing []health.Trouble
		for _, s := range sources {
			if s.Failures >= failedRounds {
				failing = append(failing, health.Trouble{State: health.SourceFailing, Subject: s.Name, Since: s.Failing})
			}
		}
		c.monitor.Set(health.SourceFailing, failing...)
	}
	if c.client.LastSync().IsZero() {
		return // the rooms are not joined yet
	}
	c.queue(ctx, now)
	if status, err := c.db.QueueStatus(ctx); err == nil {
		c.set(health.RoomsClosed, len(status.Unwritable) > 0, health.Trouble{Count: len(status.Unwritable)})
	}
	if now.Sub(c.started) > partsEvery { // the bot may still be joining
		if rooms, err := c.missing(ctx); err == nil {
			c.set(health.RoomsMissing, len(rooms) > 0, health.Trouble{Count: len(rooms)})
		}
	}
	c.accountAge(ctx, now)
}

// queue checks whether sending is stuck. It begins a trouble in the monitor if the
// queue has worked on the same post for more than stuckAfter (workedOn), and if no
// trouble of the account or the homeserver that blocks the bot explains it. Otherwise it
// ends the trouble. It updates c.oldest, which begins anew while such a trouble lasts. It
// does nothing if the database cannot be read.
func (c *selfCheck) queue(ctx context.Context, now time.Time) {
	seq, err := c.workedOn(ctx, now)
	if err != nil {
		return // files reports it
	}
	status, err := c.db.QueueStatus(ctx)
	if err != nil {
		return
	}
	// While the homeserver or the account is the cause, that trouble suffices.
	caused := slices.ContainsFunc(c.monitor.Troubles(), func(t health.Trouble) bool {
		return t.Blocks() && slices.Contains(health.AccountStates, t.State)
	})
	if caused {
		c.oldest = oldestPost{}
	}
	stuck := c.oldest.waits(seq, now) && !caused
	c.set(health.QueueStuck, stuck, health.Trouble{Count: status.Unsent, Since: c.oldest.since})
}

// workedOn returns the number of the oldest unsent post that was tried, leaving out
// posts that their room refuses. If there is none, it returns the number of the post
// that the sender has to try next: a healthy sender tries it at once. Posts that wait
// for a time, or behind another one of their room, are never next. The number is 0 if
// the queue has nothing to send. The error comes from the database.
func (c *selfCheck) workedOn(ctx context.Context, now time.Time) (seq int64, err error) {
	if seq, err = c.db.OldestTried(ctx); err != nil || seq != 0 {
		return seq, err
	}
	seq, _, err = c.db.NextPost(ctx, now, nil)
	if errors.Is(err, chat.ErrNotFound) {
		return 0, nil
	}
	return seq, err
}

// shelved is the state of a catalogue and its label, which is empty for the SILL.
type shelved struct {
	label string
	state catalogue.State
}

// catalogues checks that each catalogue has been read, and that its source confirmed it
// lately. It begins and ends the troubles about that in the monitor.
func (c *selfCheck) catalogues(now time.Time) {
	all := []shelved{{"", c.refresher.Current()}}
	if c.library != nil {
		for _, o := range c.library.others {
			all = append(all, shelved{o.config.Label, o.current()})
		}
	}
	c.monitor.Set(health.CatalogueOld, oldCatalogues(all, c.started, now)...)
}

// oldCatalogues returns a trouble for each catalogue that its source has not confirmed
// for two days, or for twice its interval if that is longer. It also returns one for
// each catalogue that was not read yet: for the SILL a minute after the process
// started, for another one after the time firstReading or after failedRounds failures.
// The result is nil if there is no such catalogue.
func oldCatalogues(all []shelved, started, now time.Time) (old []health.Trouble) {
	for _, s := range all {
		since, isOld := started, false
		switch c := s.state.Catalogue; {
		case c != nil:
			since = c.AsOf()
			isOld = now.Sub(since) > max(oldCatalogue, 2*s.state.Every)
		case s.label == "":
			isOld = now.Sub(started) > time.Minute
		default:
			isOld = s.state.Failures >= failedRounds || now.Sub(started) > firstReading
		}
		if isOld {
			old = append(old, health.Trouble{State: health.CatalogueOld, Subject: s.label, Since: since, Cause: s.state.Err})
		}
	}
	return old
}

// accountAge reports a trouble to the monitor eleven months after the account was made
// or last renewed, and ends it after a renewal. It does nothing without the preset of
// Tchap, where accounts expire after thirteen months, or if the database cannot be
// read.
func (c *selfCheck) accountAge(ctx context.Context, now time.Time) {
	if c.config.Preset != PresetTchap {
		return
	}
	a, err := c.db.Account(ctx)
	if err != nil {
		return
	}
	since := a.Since
	renewed := !a.RenewalAsked.IsZero() && a.Since.After(a.RenewalAsked) // seen by the bot
	day, err := time.ParseInLocation(time.DateOnly, c.config.Matrix.AccountSince, c.config.Timezone)
	if err == nil && (!renewed || day.After(since)) {
		since = day
	}
	warning := since.AddDate(0, 11, 0)
	c.set(health.AccountOld, !since.IsZero() && now.After(warning), health.Trouble{Since: warning, Link: c.config.Matrix.Mailbox})
}

// set begins the trouble t in the monitor, as the only trouble of that state, if holds
// is true. If holds is false, it ends all troubles of that state.
func (c *selfCheck) set(state health.State, holds bool, t health.Trouble) {
	if !holds {
		c.monitor.Set(state)
		return
	}
	t.State = state
	c.monitor.Set(state, t)
}

// tryWrite writes a small file into the directory dir, and deletes it. The error says
// why one of these steps failed.
func tryWrite(dir string) (err error) {
	f, err := os.CreateTemp(dir, ".write-test-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	_, err = f.Write(make([]byte, 4096))
	return err
}

// freeSpace returns how many bytes the bot may still write in the file system of dir;
// known is false, and free 0, if the system does not tell.
func freeSpace(dir string) (free int64, known bool) {
	var stat unix.Statfs_t
	if err := unix.Statfs(dir, &stat); err != nil || stat.Blocks == 0 {
		return 0, false
	}
	return int64(stat.Bavail) * int64(stat.Bsize), true //nolint:unconvert // the types differ between systems
}
