package matrix

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix/event"
)

// skewTold is the difference between two clocks above which it matters: the log tells
// of it, and an event's time is no longer taken from its sender's server.
const skewTold = time.Minute

// serverClock compares the homeserver's clock with this machine's. The zero value is
// ready; it may be used by several goroutines.
type serverClock struct {
	skew atomic.Int64 // of the last answer, in ms
	told atomic.Bool
}

// read takes in the Date header of an answer, which counts whole seconds.
func (s *serverClock) read(answer *http.Response, now time.Time, log zerolog.Logger) {
	date, err := http.ParseTime(answer.Header.Get("Date"))
	if err != nil {
		return
	}
	skew := date.Add(500 * time.Millisecond).Sub(now)
	s.skew.Store(skew.Milliseconds())
	if skew.Abs() > skewTold && s.told.CompareAndSwap(false, true) {
		log.Warn().Stringer("skew", skew.Round(time.Second)).Msg("The homeserver's clock and this machine's differ: set this machine's by NTP")
	}
}

// ahead returns how far the homeserver's clock is ahead of this machine's; negative
// when it is behind, and 0 before the first answer.
func (s *serverClock) ahead() time.Duration {
	return time.Duration(s.skew.Load()) * time.Millisecond
}

// saidAt returns when an event was said, by this machine's clock. An event's
// own timestamp is of the clock of its sender's server, so it counts only while it
// is within skewTold of what the homeserver's clock says (unsigned.age, or the Date
// header where there is none). An event of a sync that follows another one was said
// after that one at the earliest, as far as the bot is concerned.
func (c *Client) saidAt(evt *event.Event, received time.Time) time.Time {
	stamp := time.UnixMilli(evt.Timestamp)
	at := stamp.Add(-c.clock.ahead())
	if evt.Unsigned.Age != 0 {
		at = received.Add(-time.Duration(evt.Unsigned.Age) * time.Millisecond)
	}
	if at.Before(c.heardUntil) {
		at = c.heardUntil
	}
	if at.After(received) {
		at = received
	}
	if stamp.Sub(at).Abs() <= skewTold {
		return stamp
	}
	return at
}
