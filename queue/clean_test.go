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

// The database is rewritten at the first start and once a day, and again an hour after an
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

// A restart does not rewrite the database again within a day. Once a person's data are
// erased, the next look does, also after a restart.
func TestRewriteWhenThereIsNeed(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.open()
		store := &rewrites{DB: b.db}
		run := func(want int64, what string) {
			t.Helper()
			ctx, stop := context.WithCancel(context.Background())
			ended := make(chan error, 1)
			q := queue.New(queue.NewOutbox(store), b.handle, b.server, b.config, zerolog.Nop())
			go func() { ended <- q.Run(ctx) }()
			time.Sleep(6 * time.Minute)
			synctest.Wait()
			if got := store.count.Load(); got != want {
				t.Errorf("%s: %d rewrites, want %d", what, got, want)
			}
			stop()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		forget := func() {
			if err := b.db.Forget(context.Background(), "@camille:example.org"); err != nil {
				t.Error(err)
			}
		}
		run(1, "the first start")
		run(1, "a restart")
		forget()
		run(2, "data were erased")
		go func() { time.Sleep(time.Minute); forget() }()
		run(3, "data are erased meanwhile")
		run(3, "a last restart")
	})
}
