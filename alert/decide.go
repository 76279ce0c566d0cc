package alert

import (
	"slices"
	"time"

	"heraut/health"
)

// remindEvery is the interval between two messages about a trouble that lasts.
const remindEvery = 24 * time.Hour

// sent is a trouble of which a channel sent a message.
type sent struct {
	Trouble health.TroubleValue `json:"trouble"`
	At      time.Time           `json:"at"` // when it last sent one
}

// key distinguishes troubles.
func key(state health.State, subject string) string { return string(state) + "\x00" + subject }

// decide returns the messages that a channel owes: before holds those of which it sent a message, present
// the troubles of now. A trouble that is younger than after waits. Ends wait
// while settling, since a process that has just started does not know its troubles
// yet. The zero time means that nothing is due until the troubles change.
func decide(before map[string]sent, present []health.Trouble, value func(health.Trouble) health.TroubleValue, now time.Time, after time.Duration, settling bool) (due []Message, next time.Time) {
	wake := func(at time.Time) {
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	for _, t := range present {
		if !t.Grave() {
			continue
		}
		last, known := before[key(t.State, t.Subject)]
		switch {
		case !known && now.Sub(t.Since) < after:
			wake(t.Since.Add(after))
		case !known:
			due = append(due, Message{Event: Begin, TroubleValue: value(t)})
		case now.Sub(last.At) >= remindEvery:
			due = append(due, Message{Event: Reminder, TroubleValue: value(t)})
		default:
			wake(last.At.Add(remindEvery))
		}
	}
	for k, last := range before {
		lasts := slices.ContainsFunc(present, func(t health.Trouble) bool { return key(t.State, t.Subject) == k })
		if !lasts && !settling {
			due = append(due, Message{Event: End, TroubleValue: last.Trouble})
		}
	}
	return due, next
}
