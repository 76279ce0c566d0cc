package fetch

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// The bounds of the wait after a failure: from a minute, or the source's interval if
// that is shorter, to an hour, or the interval if that is longer.
const (
	firstWait = time.Minute
	lastWait  = time.Hour
)

// Pace computes the waits between two attempts on one source. It is not safe for
// concurrent use.
type Pace struct {
	every   time.Duration
	backoff backoff.ExponentialBackOff
}

// NewPace returns the Pace of a source that is read at the interval every while it
// works.
func NewPace(every time.Duration) *Pace {
	return &Pace{every: every, backoff: backoff.ExponentialBackOff{
		InitialInterval:     min(every, firstWait),
		MaxInterval:         max(every, lastWait),
		Multiplier:          2,
		RandomizationFactor: 0.25,
	}}
}

// Next returns the wait after an attempt that ended with err, and counts the failures
// in a row. After a success, the wait is the interval, give or take a tenth, so that
// the bot does not read all sources at once. After the first failure it is a minute, or
// the interval if that is shorter. Each further failure doubles the wait, up to an
// hour, or up to the interval if that is longer. Waits after failures vary by up to a
// quarter. The wait is never shorter than the source asked for.
func (p *Pace) Next(err error) time.Duration {
	if err == nil {
		p.backoff.Reset()
		return time.Duration(float64(p.every) * (0.9 + 0.2*rand.Float64()))
	}
	wait := p.backoff.NextBackOff()
	if status, ok := errors.AsType[*StatusError](err); ok {
		wait = max(wait, status.RetryAfter)
	}
	return wait
}
