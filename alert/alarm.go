package alert

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"heraut/health"
	"heraut/wait"
)

const (
	// settleWithin is how long a new process may take to find its troubles.
	settleWithin = 2 * time.Minute
	// tryEvery is the interval between attempts of a channel that fails.
	tryEvery = time.Minute
	// pingEvery is the interval between two pings of a Pinger.
	pingEvery = 5 * time.Minute
)

// Options are the arguments of New: the channels to send to, the monitor to watch, the
// delay before the first message, and the file that remembers the messages sent.
type Options struct {
	Channels []Channel
	Monitor  *health.Monitor
	// After is how long a trouble lasts before the channels tell of it; 0: no wait.
	After time.Duration
	// File stores the sent messages across restarts; empty: nothing is stored.
	File      string
	Bot, Host string // for Message
	Log       zerolog.Logger
}

// Alarm watches the monitor and sends a message through each channel when a trouble
// begins, once a day that it lasts, and when it ends.
type Alarm struct {
	Options
	began   time.Time
	changed wait.Signal
	unwatch func()

	mu     sync.Mutex // held while messages are sent
	sent   map[string]map[string]sent
	failed map[string]time.Time // when each channel last failed; no entry: it works
	pinged time.Time
}

// New returns an Alarm, which sends nothing until Run is called. It reads the messages
// already sent from Options.File; if it cannot, it logs that and may send them again.
func New(o Options) *Alarm {
	a := &Alarm{Options: o, began: time.Now(), changed: wait.NewSignal(), sent: map[string]map[string]sent{}, failed: map[string]time.Time{}}
	if o.File != "" {
		data, err := os.ReadFile(o.File)
		if err == nil {
			err = json.Unmarshal(data, &a.sent)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			o.Log.Warn().Err(err).Msg("What was told outside of Matrix could not be read: it may be told again")
			a.sent = map[string]map[string]sent{}
		}
	}
	a.unwatch = o.Monitor.Watch(func(health.Trouble, bool) {
		a.changed.Set()
	})
	return a
}

// Run sends messages about the monitor's troubles until ctx ends. Without channels it
// returns at once.
func (a *Alarm) Run(ctx context.Context) {
	defer a.unwatch()
	if len(a.Channels) == 0 {
		return
	}
	for {
		next := a.round(ctx, time.Now(), a.After)
		if !a.changed.For(ctx, time.Until(next)) {
			return
		}
	}
}

// Flush sends at once the messages about troubles that the channels have not reported,
// however young. The process calls it before it ends.
func (a *Alarm) Flush(ctx context.Context) { a.round(ctx, time.Now(), 0) }

// round sends through each channel the messages that are due at now, and returns when
// to call it again. after is the least age of a trouble that is reported.
func (a *Alarm) round(ctx context.Context, now time.Time, after time.Duration) (next time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	next = now.Add(pingEvery)
	wake := func(at time.Time) {
		if !at.IsZero() && at.Before(next) {
			next = at
		}
	}
	present := a.Monitor.Troubles()
	settled := a.began.Add(settleWithin)
	if now.Before(settled) {
		wake(settled)
	}
	pings := now.Sub(a.pinged) >= pingEvery
	for _, c := range a.Channels {
		name := c.Name()
		if at, failing := a.failed[name]; failing && after > 0 && now.Sub(at) < tryEvery {
			wake(at.Add(tryEvery))
			continue
		}
		due, later := decide(a.sent[name], present, a.Monitor.Value, now, after, now.Before(settled))
		wake(later)
		for _, m := range due {
			m.Bot, m.Host = a.Bot, a.Host
			if !a.try(ctx, name, func(ctx context.Context) error { return c.Send(ctx, m) }, now) {
				wake(now.Add(tryEvery))
				break
			}
			a.note(name, m, now)
		}
		if p, ok := c.(Pinger); ok && pings {
			a.try(ctx, name, func(ctx context.Context) error { return p.Ping(ctx, a.gravest(present)) }, now)
		}
	}
	if pings {
		a.pinged = now
	}
	return next
}

// gravest returns a message about the first of the present troubles that stops the bot
// from working; nil if none does.
func (a *Alarm) gravest(present []health.Trouble) *Message {
	for _, t := range present {
		if t.Grave() && t.Blocks() {
			return &Message{Begin, a.Bot, a.Host, a.Monitor.Value(t)}
		}
	}
	return nil
}

// try calls deliver, with a time limit, and reports whether it succeeded. It logs the
// first failure in a row of the named channel, and its recovery.
func (a *Alarm) try(ctx context.Context, name string, deliver func(context.Context) error, now time.Time) bool {
	ctx, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	err := deliver(ctx)
	_, failing := a.failed[name]
	switch {
	case err != nil && !failing:
		a.Log.Error().Err(err).Str("channel", name).Msg("L’alerte ne part pas : essayez-la avec « bot alert test »")
	case err == nil && failing:
		a.Log.Info().Str("channel", name).Msg("L’alerte part de nouveau")
	}
	if err != nil {
		a.failed[name] = now
	} else {
		delete(a.failed, name)
	}
	return err == nil
}

// note records, in memory and in the file, that the named channel sent m at now. After
// the message about a trouble's end, it forgets the trouble.
func (a *Alarm) note(name string, m Message, now time.Time) {
	if a.sent[name] == nil {
		a.sent[name] = map[string]sent{}
	}
	k := key(m.State, m.Subject)
	if m.Event == End {
		maps.DeleteFunc(a.sent[name], func(other string, _ sent) bool { return other == k })
	} else {
		a.sent[name][k] = sent{m.TroubleValue, now}
	}
	if a.File == "" {
		return
	}
	data, err := json.Marshal(a.sent)
	if err == nil {
		err = replaceFile(a.File, data)
	}
	if err != nil { // the disk may be the trouble
		a.Log.Debug().Err(err).Msg("What was told outside of Matrix could not be stored")
	}
}

// replaceFile writes data to the named file, which only its owner may read. It
// replaces the whole file at once, so a crash leaves the old contents or the new ones.
func replaceFile(name string, data []byte) error {
	part := name + ".part"
	if err := os.WriteFile(part, data, 0o600); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return os.Rename(part, name)
}
