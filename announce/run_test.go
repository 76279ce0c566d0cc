package announce_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"heraut/announce"
	"heraut/fetch"
)

// A source that asks for patience is given it, be it by another process, and is
// asked at its interval again once it answers.
func TestPatienceOverARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNewsroom(t)
		source := &script{err: &fetch.StatusError{Code: 429, RetryAfter: 2 * time.Hour}}
		// run lives for a while.
		run := func(d time.Duration) {
			ctx, stop := context.WithCancel(t.Context())
			done := make(chan struct{})
			runner := n.desk.NewRunner(announce.Settings{Name: "blog", Kind: announce.Feed, Every: 15 * time.Minute}, source)
			go func() {
				defer close(done)
				runner.Run(ctx)
			}()
			time.Sleep(d)
			stop()
			<-done
			n.restart()
		}
		run(time.Hour)
		run(50 * time.Minute)
		if len(source.asked) != 1 {
			t.Fatalf("asked at %v", source.asked)
		}
		source.err = nil
		run(time.Hour) // from 1:50 to 2:50: at 2:00, and every 15 minutes, give or take
		waited := source.asked[1].Sub(source.asked[0])
		if len(source.asked) != 5 || waited < 2*time.Hour || waited > 2*time.Hour+time.Second {
			t.Errorf("asked at %v", source.asked)
		}
	})
}
