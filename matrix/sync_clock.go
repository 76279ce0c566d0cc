package matrix

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
)

// maxSkew is the largest tolerated difference between two clocks. Above it, the bot
// logs a warning, and does not take an event's time from its sender's server.
const maxSkew = time.Minute

// serverClock holds how far the homeserver's clock differs from this machine's, by the
// latest answer. The zero value is ready to use; it is safe for concurrent use.
type serverClock struct {
	skew   atomic.Int64 // of the latest answer, in ms
	logged atomic.Bool  // whether the warning about the skew was logged
}

// read measures and records the difference from the Date header of an answer, which came
// at the time now; the header has a precision of a second. It logs a warning the first
// time that the difference exceeds maxSkew. An answer without a valid header changes
// nothing.
func (s *serverClock) read(answer *http.Response, now time.Time, log zerolog.Logger) {
	date, err := http.ParseTime(answer.Header.Get("Date"))
	if err != nil {
		return
	}
	skew := date.Add(500 * time.Millisecond).Sub(now)
	s.skew.Store(skew.Milliseconds())
	if skew.Abs() > maxSkew && s.logged.CompareAndSwap(false, true) {
		log.Warn().Stringer("skew", skew.Round(time.Second)).Msg("The homeserver's clock and this machine's differ: set this machine's by NTP")
	}
}

// ahead returns how far the homeserver's clock is ahead of this machine's; negative
// if it is behind, 0 before the first answer.
func (s *serverClock) ahead() time.Duration {
	return time.Duration(s.skew.Load()) * time.Millisecond
}

// saidAt returns when an event was sent, by this machine's clock. received is the time
// at which the sync with the event came. The sender's server states a time in the
// event, and saidAt returns it if the bot's homeserver agrees within maxSkew. Otherwise
// it returns the time by the homeserver, but none later than received, and none earlier
// than the sync before, if there was one.
func (c *Client) saidAt(evt *event.Event, received time.Time) time.Time {
	stamp, at := time.UnixMilli(evt.Timestamp), c.byServer(evt, received)
	if at.Before(c.heardUntil) {
		at = c.heardUntil
	}
	if at.After(received) {
		at = received
	}
	if stamp.Sub(at).Abs() <= maxSkew {
		return stamp
	}
	return at
}

// byServer returns when an event was sent by the homeserver's clock, converted to this
// machine's, to about a second. received is the time at which the sync with the event
// came. For a sender on another homeserver it is by that one's clock.
func (c *Client) byServer(evt *event.Event, received time.Time) time.Time {
	if evt.Unsigned.Age != 0 {
		return received.Add(-time.Duration(evt.Unsigned.Age) * time.Millisecond)
	}
	return time.UnixMilli(evt.Timestamp).Add(-c.clock.ahead())
}

// newest returns when the newest event that the sync shows in a joined room was sent, by
// this machine's clock and none later than received, the time at which the sync came;
// zero if it shows none. It leaves out events of senders on other homeservers, whose
// clocks are unknown.
func (c *Client) newest(answer *mautrix.RespSync, received time.Time) (newest time.Time) {
	for _, joined := range answer.Rooms.Join {
		for _, evt := range joined.Timeline.Events {
			if evt.Sender.Homeserver() != c.mx.UserID.Homeserver() {
				continue
			}
			at := c.byServer(evt, received)
			if at.After(received) {
				at = received
			}
			if at.After(newest) {
				newest = at
			}
		}
	}
	return newest
}
