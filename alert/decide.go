package alert

import (
	"slices"
	"time"

	"heraut/health"
)

// remindEvery is the interval between two messages about a trouble that lasts.
const remindEvery = 24 * time.Hour

// sent is a trouble that a channel has reported, with the time of its last message
// about it.
type sent struct {
	Trouble health.TroubleValue `json:"trouble"`
	At      time.Time           `json:"at"` // when it last sent one
}

// key returns a text that identifies a trouble among the present ones, from its state
// and subject.
func key(state health.State, subject string) string { return string(state) + "\x00" + subject }

// decide returns the messages that one channel has to send; their fields Bot and Host
// are still empty. before holds, by key, the troubles that the channel has reported;
// present holds the troubles that last at now. value converts a trouble for a message.
// A trouble younger than after gets no message yet, and one that is not Grave none at
// all. If settling is true, no trouble counts as ended, since a process that has just
// started has not found all its troubles. next is the earliest time at which one of the
// present troubles that have no message in due will have one; it is zero if there are
// none.
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
