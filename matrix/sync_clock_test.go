package matrix

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// TestSaidAt: an event's age comes from the homeserver's clock, and an event right
// after another sync is new whatever its timestamp.
func TestSaidAt(t *testing.T) {
	received := time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return received.Add(-d) }
	for name, test := range map[string]struct {
		stamp      time.Time
		age        time.Duration
		ahead      time.Duration // the homeserver's clock, by its Date header
		heardUntil time.Time
		want       time.Time
	}{
		"all clocks agree":                         {stamp: ago(3 * time.Second), age: 3 * time.Second, want: ago(3 * time.Second)},
		"said while the bot was down":              {stamp: ago(time.Hour), age: time.Hour, want: ago(time.Hour)},
		"this machine is 20 minutes ahead":         {stamp: ago(20 * time.Minute), age: time.Second, want: ago(time.Second)},
		"the same, without an age":                 {stamp: ago(20 * time.Minute), ahead: -20 * time.Minute, want: received},
		"this machine is behind":                   {stamp: received.Add(20 * time.Minute), age: time.Second, want: ago(time.Second)},
		"the sender is behind, after another sync": {stamp: ago(20 * time.Minute), age: 20 * time.Minute, heardUntil: ago(30 * time.Second), want: ago(30 * time.Second)},
		"the sender is ahead":                      {stamp: received.Add(24 * time.Hour), age: -24 * time.Hour, want: received},
		"a small difference":                       {stamp: ago(20 * time.Second), age: time.Second, want: ago(20 * time.Second)},
	} {
		c := &Client{heardUntil: test.heardUntil}
		c.clock.skew.Store(test.ahead.Milliseconds())
		evt := &event.Event{Timestamp: test.stamp.UnixMilli(), Unsigned: event.Unsigned{Age: test.age.Milliseconds()}}
		if got := c.saidAt(evt, received); !got.Equal(test.want) {
			t.Errorf("%s: %s before it was received, want %s", name, received.Sub(got), received.Sub(test.want))
		}
	}
}

// TestNewest: how far sync has come is measured by the homeserver's clock alone.
func TestNewest(t *testing.T) {
	received := time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return received.Add(-d) }
	of := func(sender id.UserID, stamp time.Time, age time.Duration) *event.Event {
		return &event.Event{Sender: sender, Timestamp: stamp.UnixMilli(), Unsigned: event.Unsigned{Age: age.Milliseconds()}}
	}
	for name, test := range map[string]struct {
		rooms [][]*event.Event
		ahead time.Duration // the homeserver's clock, by its Date header
		want  time.Time
	}{
		"no event":              {nil, 0, time.Time{}},
		"the newest of two":     {[][]*event.Event{{of("@a:here", ago(9*time.Second), 9*time.Second)}, {of("@b:here", ago(5*time.Second), 5*time.Second)}}, 0, ago(5 * time.Second)},
		"the bot's own":         {[][]*event.Event{{of("@bot:here", ago(time.Second), time.Second)}}, 0, ago(time.Second)},
		"another homeserver's":  {[][]*event.Event{{of("@a:there", ago(time.Second), time.Second)}}, 0, time.Time{}},
		"the clocks differ":     {[][]*event.Event{{of("@a:here", received.Add(50*time.Second), 3*time.Second)}}, 0, ago(3 * time.Second)},
		"the same, by its Date": {[][]*event.Event{{of("@a:here", received.Add(50*time.Second), 0)}}, 53 * time.Second, ago(3 * time.Second)},
		"not after the sync":    {[][]*event.Event{{of("@a:here", received.Add(50*time.Second), 0)}}, 0, received},
	} {
		c := &Client{mx: &mautrix.Client{UserID: "@bot:here"}}
		c.clock.skew.Store(test.ahead.Milliseconds())
		answer := &mautrix.RespSync{Rooms: mautrix.RespSyncRooms{Join: map[id.RoomID]*mautrix.SyncJoinedRoom{}}}
		for n, events := range test.rooms {
			answer.Rooms.Join[id.RoomID(rune('a'+n))] = &mautrix.SyncJoinedRoom{Timeline: mautrix.SyncTimeline{SyncEventsList: mautrix.SyncEventsList{Events: events}}}
		}
		if got := c.newest(answer, received); !got.Equal(test.want) {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// TestSkewIsToldOnce: the bot logs once that the clocks differ by more than a
// minute.
func TestSkewIsToldOnce(t *testing.T) {
	now := time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC)
	var out bytes.Buffer
	var clock serverClock
	for _, step := range []struct {
		date  time.Time
		ahead time.Duration
		lines int
	}{
		{now.Add(30 * time.Second), 30 * time.Second, 0},
		{now.Add(-2 * time.Minute), -2 * time.Minute, 1},
		{now.Add(-3 * time.Minute), -3 * time.Minute, 1},
	} {
		answer := &http.Response{Header: http.Header{"Date": {step.date.Format(http.TimeFormat)}}}
		clock.read(answer, now, zerolog.New(&out))
		if got := clock.ahead().Truncate(time.Second); got != step.ahead && got != step.ahead+time.Second {
			t.Errorf("the homeserver is %s ahead, want %s", got, step.ahead)
		}
		if n := strings.Count(out.String(), "\n"); n != step.lines {
			t.Errorf("at %s the log has %d lines", step.ahead, n)
		}
	}
}
