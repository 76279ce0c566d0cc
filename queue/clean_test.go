package queue_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"heraut/queue"
	"heraut/storage"
)

// rewrites is a store that counts rewrites. The first ones fail, as on a full disk.
type rewrites struct {
	*storage.DB
	count, fail atomic.Int64
}

// Rewrite implements queue.Cleaning.
func (r *rewrites) Rewrite(ctx context.Context) error {
	if r.count.Add(1) <= r.fail.Load() {
		return errChange
	}
	return r.DB.Rewrite(ctx)
}

// The database is rewritten at the start and once a day, and again an hour after an
// attempt that failed.
func TestRewriteDaily(t *testing.T) {
	for name, test := range map[string]struct {
		fail, atStart, afterAnHour, afterTwoDays int64
	}{
		"all succeed":     {0, 1, 1, 3},
		"the first fails": {1, 1, 2, 3},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				b.open()
				store := &rewrites{DB: b.db}
				store.fail.Store(test.fail)
				b.queue = queue.New(queue.NewOutbox(store), b.handle, b.server, b.config, zerolog.Nop())
				b.goOn()
				for _, at := range []struct {
					wait time.Duration
					want int64
				}{
					{time.Minute, test.atStart},
					{time.Hour, test.afterAnHour},
					{47 * time.Hour, test.afterTwoDays},
				} {
					time.Sleep(at.wait)
					synctest.Wait()
					if got := store.count.Load(); got != at.want {
						t.Errorf("after another %s, the database was rewritten %d times, want %d", at.wait, got, at.want)
					}
				}
			})
		})
	}
}
