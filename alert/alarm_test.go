package alert

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/health"
)

// TestDecide: a trouble is told once it has lasted, again each day, and when it ends.
func TestDecide(t *testing.T) {
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	locked := health.Trouble{State: health.AccountLocked, Since: now.Add(-time.Minute)}
	value := func(t health.Trouble) health.TroubleValue {
		return health.TroubleValue{State: t.State, Subject: t.Subject}
	}
	sentAt := func(age time.Duration) map[string]sent {
		return map[string]sent{key(health.AccountLocked, ""): {value(locked), now.Add(-age)}}
	}
	for name, test := range map[string]struct {
		before   map[string]sent
		present  []health.Trouble
		after    time.Duration
		settling bool
		want     []Event
		next     time.Duration
	}{
		"nothing":              {},
		"a start is no alert":  {present: []health.Trouble{{State: health.Starting, Since: now.Add(-time.Hour)}}},
		"too young":            {present: []health.Trouble{locked}, after: 3 * time.Minute, next: 2 * time.Minute},
		"old enough":           {present: []health.Trouble{locked}, after: time.Minute, want: []Event{Begin}},
		"told":                 {before: sentAt(time.Hour), present: []health.Trouble{locked}, next: 23 * time.Hour},
		"told yesterday":       {before: sentAt(24 * time.Hour), present: []health.Trouble{locked}, want: []Event{Reminder}},
		"over":                 {before: sentAt(time.Hour), want: []Event{End}},
		"over, after a start?": {before: sentAt(time.Hour), settling: true},
		"another subject": {
			before:  sentAt(time.Hour),
			present: []health.Trouble{locked, {State: health.SourceFailing, Subject: "a", Since: now}, {State: health.SourceFailing, Subject: "b", Since: now}},
			want:    []Event{Begin, Begin}, next: 23 * time.Hour,
		},
	} {
		t.Run(name, func(t *testing.T) {
			due, next := decide(test.before, test.present, value, now, test.after, test.settling)
			var got []Event
			for _, m := range due {
				got = append(got, m.Event)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("due %v, want %v", got, test.want)
			}
			if test.next == 0 && !next.IsZero() || test.next != 0 && !next.Equal(now.Add(test.next)) {
				t.Errorf("next at %v, want in %v", next, test.next)
			}
		})
	}
}

// recorder is a channel that keeps what it gets, or fails.
type recorder struct {
	fails error
	got   []string
}

func (r *recorder) Name() string { return "recorder" }
func (r *recorder) Send(_ context.Context, m Message) error {
	if r.fails == nil {
		r.got = append(r.got, fmt.Sprint(m.Event, " ", m.State, " ", m.Bot))
	}
	return r.fails
}

// TestAlarm: a failing channel catches up, and a restart tells nothing twice.
func TestAlarm(t *testing.T) {
	monitor, channel := health.NewMonitor(zerolog.Nop(), nil), &recorder{fails: errors.New("down")}
	options := Options{
		Channels: []Channel{channel}, Monitor: monitor, After: time.Minute, Files: []string{filepath.Join(t.TempDir(), "alerts.json")},
		Bot: "@bot:hs", Log: zerolog.Nop(),
	}
	alarm := New(options)
	start := time.Now()
	at := func(d time.Duration) { alarm.round(t.Context(), start.Add(d), alarm.After) }
	monitor.Enter(health.Trouble{State: health.AccountExpired, Since: start})
	at(0)
	at(2 * time.Minute)
	channel.fails = nil
	at(2*time.Minute + time.Second) // the channel rests
	if len(channel.got) != 0 {
		t.Fatalf("told %v", channel.got)
	}
	at(4 * time.Minute)
	at(5 * time.Minute)
	alarm = New(options) // restarted
	at(6 * time.Minute)
	at(30 * time.Hour)
	monitor.Leave(health.AccountExpired)
	alarm.began = start
	at(31 * time.Hour)
	at(32 * time.Hour)
	want := []string{"begin account_expired @bot:hs", "reminder account_expired @bot:hs", "end account_expired @bot:hs"}
	if !slices.Equal(channel.got, want) {
		t.Errorf("told %q", channel.got)
	}
	monitor.Enter(health.Trouble{State: health.SessionEnded})
	alarm.Flush(t.Context())
	if last := channel.got[len(channel.got)-1]; last != "begin session_ended @bot:hs" {
		t.Errorf("before the end of the process, told %q", channel.got)
	}
}

// TestAlarmOfTheEnd: a process that ends and is started again tells its end once, also
// when its state directory cannot be written, and nothing if it cannot remember that.
func TestAlarmOfTheEnd(t *testing.T) {
	monitor, channel := health.NewMonitor(zerolog.Nop(), nil), &recorder{}
	monitor.Enter(health.Trouble{State: health.ProcessEnded})
	absent := filepath.Join(t.TempDir(), "absent", "alerts.json")
	options := Options{Channels: []Channel{channel}, Monitor: monitor, Files: []string{absent}, Log: zerolog.Nop()}
	New(options).Flush(t.Context())
	if len(channel.got) != 0 {
		t.Errorf("told %q without a memory", channel.got)
	}
	options.Files = append(options.Files, filepath.Join(t.TempDir(), "alerts.json"))
	New(options).Flush(t.Context())
	New(options).Flush(t.Context())
	if len(channel.got) != 1 {
		t.Errorf("told %q, want one message", channel.got)
	}
}

// pinged is a Pinger that counts the pings that arrive.
type pinged struct {
	recorder
	count int
}

func (p *pinged) Ping(context.Context, *Message) error {
	if p.fails == nil {
		p.count++
	}
	return p.fails
}

// TestPings: a channel is pinged every five minutes, and a ping that fails is tried again
// soon, also while the channel rests.
func TestPings(t *testing.T) {
	channel := &pinged{}
	alarm := New(Options{Channels: []Channel{channel}, Monitor: health.NewMonitor(zerolog.Nop(), nil), After: time.Minute, Log: zerolog.Nop()})
	start := time.Now()
	for _, step := range []struct {
		after time.Duration
		fails bool
		count int
		next  time.Duration
	}{
		{3 * time.Minute, false, 1, 8 * time.Minute},
		{5 * time.Minute, false, 1, 8 * time.Minute},
		{8 * time.Minute, true, 1, 9 * time.Minute},
		{8*time.Minute + 30*time.Second, false, 1, 9 * time.Minute}, // it rests
		{9 * time.Minute, false, 2, 14 * time.Minute},
	} {
		channel.fails = nil
		if step.fails {
			channel.fails = errors.New("down")
		}
		next := alarm.round(t.Context(), start.Add(step.after), alarm.After)
		if channel.count != step.count || next.Sub(start) != step.next {
			t.Errorf("after %s: %d pings, next after %s", step.after, channel.count, next.Sub(start))
		}
	}
}
