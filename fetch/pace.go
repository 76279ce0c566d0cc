package fetch

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// The bounds of the wait after a failure: from a minute, or the source's
// interval if that is shorter, to an hour, or the interval if that is longer.
const (
	firstWait = time.Minute
	lastWait  = time.Hour
)

// Pace tells how long to wait between two tries of one source.
type Pace struct {
	every   time.Duration
	backoff backoff.ExponentialBackOff
}

// NewPace returns the Pace of a source that is asked at every interval.
func NewPace(every time.Duration) *Pace {
	return &Pace{every: every, backoff: backoff.ExponentialBackOff{
		InitialInterval:     min(every, firstWait),
		MaxInterval:         max(every, lastWait),
		Multiplier:          2,
		RandomizationFactor: 0.25,
	}}
}

// Next returns the wait after a try that ended with err: the interval, give or
// take a tenth so that sources spread; after a failure a wait that doubles with
// each, give or take a quarter; in any case as long as the source asked for.
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
