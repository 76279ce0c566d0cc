package schedule

import (
	"context"
	"time"
)

// Repeat runs round at once and then at each interval, one at a time, until ctx ends.
// It passes an error of round to failed, except one that comes after ctx has ended.
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
