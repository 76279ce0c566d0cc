package schedule

import (
	"context"
	"time"
)

// Repeat calls round at once and then at each interval every, one call at a time, until
// ctx ends; after a call that lasts longer than every, the next one follows at once. It
// passes an error of round to failed and goes on, except for an error that comes after
// ctx has ended. every must be positive.
func Repeat(ctx context.Context, every time.Duration, round func(ctx context.Context, now time.Time) error, failed func(error)) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for ctx.Err() == nil {
		if err := round(ctx, time.Now()); err != nil && ctx.Err() == nil {
			failed(err)
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}
