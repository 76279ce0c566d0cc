package agenda

import (
	"fmt"
	"testing"
	"time"

	"heraut/calendar"
)

// TestMerged checks every pair of a pending change and the next one. The room knows
// the event at ten o'clock; before is eleven o'clock, and next eleven or ten again.
func TestMerged(t *testing.T) {
	at := func(hour int, cancelled bool) Event {
		return Event{ID: 1, Event: calendar.Event{Start: time.Date(2026, 10, 5, hour, 0, 0, 0, time.UTC), Cancelled: cancelled}}
	}
	for _, test := range []struct {
		before, next What
		back         bool // next has the event at ten o'clock again
		want         What // empty: nothing
	}{
		{New, New, false, New},
		{New, Moved, false, New},
		{New, Cancelled, false, ""},
		{New, Restored, false, New},
		{Moved, New, false, Moved},
		{Moved, Moved, false, Moved},
		{Moved, Moved, true, ""},
		{Moved, Cancelled, false, Cancelled},
		{Moved, Restored, false, Moved},
		{Cancelled, New, false, Moved},
		{Cancelled, New, true, ""},
		{Cancelled, Moved, false, Moved},
		{Cancelled, Moved, true, ""},
		{Cancelled, Cancelled, false, Cancelled},
		{Cancelled, Restored, false, Moved}, // it had moved before it was cancelled
		{Cancelled, Restored, true, ""},
		{Restored, New, false, Restored},
		{Restored, Moved, false, Restored},
		{Restored, Cancelled, false, ""},
		{Restored, Restored, false, Restored},
	} {
		t.Run(fmt.Sprintf("%s, %s, back %v", test.before, test.next, test.back), func(t *testing.T) {
			before := Change{What: test.before, Event: at(11, test.before == Cancelled), Was: at(10, false)}
			next := Change{What: test.next, Event: at(11, test.next == Cancelled), Was: before.Event}
			if test.back {
				next.Event = at(10, test.next == Cancelled)
			}
			got, any := merged(before, next)
			if any != (test.want != "") || any && got.What != test.want {
				t.Fatalf("got %q, %v, want %q", got.What, any, test.want)
			}
			if any && (!got.Event.Start.Equal(next.Event.Start) || !got.Was.Start.Equal(before.Was.Start)) {
				t.Errorf("got the event at %v, known at %v", got.Event.Start, got.Was.Start)
			}
		})
	}
}

func TestHasMoved(t *testing.T) {
	place := func(s string) Event { return Event{Event: calendar.Event{Location: s}} }
	for _, test := range []struct {
		was, now Event
		want     bool
	}{
		{place("Rennes"), place("Rennes"), false},
		{place("Rennes"), place("Brest"), true},
		{place("Rennes"), place(""), false},
		{place(""), place("Brest"), false},
		{Event{}, Event{Event: calendar.Event{AllDay: true}}, true},
		{Event{}, Event{Event: calendar.Event{Start: time.Unix(1, 0)}}, true},
	} {
		if got := hasMoved(test.was, test.now); got != test.want {
			t.Errorf("%+v, %+v: got %v", test.was, test.now, got)
		}
	}
}

func TestRegionsAreNeverEmpty(t *testing.T) {
	for place, want := range map[string]string{"": "[]", "En ligne": "[En ligne]", "35000 Rennes": "[35000 Rennes Bretagne]"} {
		if got := fmt.Sprint(Event{Event: calendar.Event{Location: place}}.Regions()); got != want {
			t.Errorf("%q: got %s, want %s", place, got, want)
		}
	}
}
