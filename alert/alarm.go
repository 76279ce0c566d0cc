package alert

import (
	"context"
	"maps"
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
// delay before the first message, the files that remember the messages sent, the names
// of the bot and its machine for the messages, and the log.
type Options struct {
	Channels []Channel
	Monitor  *health.Monitor
	// After is how long a trouble lasts before the channels tell of it; 0: no wait.
	After time.Duration
	// Files store the sent messages across restarts: the first one that can be written.
	// None: nothing is stored.
	Files     []string
	Bot, Host string // for Message
	Log       zerolog.Logger
}

// Alarm is the sender of alerts: it watches the monitor and sends a message through
// each channel when a grave trouble (Trouble.Grave) has lasted for Options.After, once
// more each day that it lasts, and when it ends. Run sends nothing about a trouble that
// ends before Options.After. In its first two minutes, the Alarm takes no earlier
// trouble for ended. Every five minutes it also pings the channels that are Pingers.
// Call New, then Run.
type Alarm struct {
	Options
	began   time.Time
	changed wait.Signal
	unwatch func()

	mu     sync.Mutex // held while messages are sent
	sent   map[string]map[string]sent
	failed map[string]time.Time // when each channel last failed; no entry: it works
	pinged map[string]time.Time // when each Pinger last got its ping
}

// New returns an Alarm, which sends nothing until Run or Flush is called, but watches
// the monitor from now on. It reads the messages already sent from Options.Files; if it
// cannot, it logs that and may send them again.
func New(o Options) *Alarm {
	a := &Alarm{Options: o, began: time.Now(), changed: wait.NewSignal(), sent: map[string]map[string]sent{},
		failed: map[string]time.Time{}, pinged: map[string]time.Time{}}
	a.recall()
	a.unwatch = o.Monitor.Watch(func(health.Trouble, bool) {
		a.changed.Set()
	})
	return a
}

// Run sends messages about the monitor's troubles, and pings the Pingers, until ctx
// ends. Without channels it returns at once. When it returns, the alarm no longer
// watches the monitor.
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

// Flush sends at once every message that is due, also messages about troubles younger
// than Options.After, and tries again the channels that failed. The process calls it
// before it ends with an error. If Options.Files are given and none of them can be
// written, Flush sends nothing and logs that: a service manager may start the process
// again and again, and each start would send the same message.
func (a *Alarm) Flush(ctx context.Context) {
	if err := a.remember(); err != nil {
		a.Log.Error().Err(err).Msg("L’alerte de l’arrêt ne part pas : elle ne peut pas être notée, et partirait à chaque relance")
		return
	}
	a.round(ctx, time.Now(), 0)
}

// round sends through each channel the messages that are due at now, pings the
// Pingers every five minutes, and returns when to call it again. A trouble younger
// than after is not reported yet. A channel that failed less than a minute ago gets
// nothing, no ping either, unless after is 0. round records in the alarm and its file
// what each channel sent, and in the alarm alone which channels failed.
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
		wake(a.ping(ctx, c, present, now))
	}
	return next
}

// ping pings the channel c, if it is a Pinger that got no ping in the last pingEvery.
// It returns when the next ping is due: after tryEvery if this one failed, else
// pingEvery after the last one. For a channel that is no Pinger, it returns the zero
// time.
func (a *Alarm) ping(ctx context.Context, c Channel, present []health.Trouble, now time.Time) (next time.Time) {
	p, ok := c.(Pinger)
	name := c.Name()
	switch {
	case !ok:
		return time.Time{}
	case now.Sub(a.pinged[name]) < pingEvery:
	case !a.try(ctx, name, func(ctx context.Context) error { return p.Ping(ctx, a.gravest(present)) }, now):
		return now.Add(tryEvery)
	default:
		a.pinged[name] = now
	}
	return a.pinged[name].Add(pingEvery)
}

// gravest returns a message with the event Begin about the first trouble in present
// that is Grave and blocks the bot; nil if there is none.
func (a *Alarm) gravest(present []health.Trouble) *Message {
	for _, t := range present {
		if t.Grave() && t.Blocks() {
			return &Message{Begin, a.Bot, a.Host, a.Monitor.Value(t)}
		}
	}
	return nil
}

// try calls deliver, with a time limit of 30 seconds, and reports whether it returned
// no error. It records in a.failed that the named channel failed at now, or that it
// works. It logs the first failure in a row, and the recovery.
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
// the message about a trouble's end, it forgets the trouble. If the file cannot be
// written, it only logs that.
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
	if err := a.remember(); err != nil { // the disk may be the trouble
		a.Log.Debug().Err(err).Msg("What was told outside of Matrix could not be stored")
	}
}
