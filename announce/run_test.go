package announce_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"heraut/announce"
	"heraut/fetch"
	"heraut/sources"
)

// A new process respects the wait that a source asked for, and returns to the usual
// interval once the source answers.
func TestPatienceOverARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNewsroom(t)
		source := &script{err: &fetch.StatusError{Code: 429, RetryAfter: 2 * time.Hour}}
		// run runs the bot for a while.
		run := func(d time.Duration) {
			ctx, stop := context.WithCancel(t.Context())
			done := make(chan struct{})
			runner := n.announcer.NewRunner(sources.Settings{Name: "blog", Kind: sources.Feed, Every: 15 * time.Minute}, source)
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
		run(time.Hour) // from 1:50 to 2:50: at 2:00, and then about every 15 minutes
		waited := source.asked[1].Sub(source.asked[0])
		if len(source.asked) != 5 || waited < 2*time.Hour || waited > 2*time.Hour+time.Second {
			t.Errorf("asked at %v", source.asked)
		}
	})
}

// A wait too long for any source, stored while the clock was wrong, is ignored.
func TestPatienceOfAWrongClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNewsroom(t)
		err := n.db.SaveSource(t.Context(), announce.SourceState{Name: "blog", Failures: 1, Failing: time.Now(), NextTry: time.Now().AddDate(10, 0, 0)})
		if err != nil {
			t.Fatal(err)
		}
		source := &script{}
		ctx, stop := context.WithTimeout(t.Context(), time.Hour)
		defer stop()
		n.announcer.NewRunner(sources.Settings{Name: "blog", Kind: sources.Feed, Every: 15 * time.Minute}, source).Run(ctx)
		if len(source.asked) < 3 {
			t.Errorf("asked at %v", source.asked)
		}
	})
}

// Neither logs nor operators see the password in a feed's address.
func TestPasswordInAnAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNewsroom(t)
		var log bytes.Buffer
		n.announcer.Log = zerolog.New(&log)
		source := &script{err: errors.New("no answer")}
		ctx, stop := context.WithTimeout(t.Context(), time.Hour)
		defer stop()
		const address = "https://camille:azerty@blog.example.org/feed"
		n.announcer.NewRunner(sources.Settings{Name: address, Kind: sources.Feed, Every: 15 * time.Minute}, source).Run(ctx)
		if len(n.notices) != 1 || strings.Contains(n.notices[0].Source, "azerty") {
			t.Errorf("the operators are told %v", n.notices)
		}
		if text := log.String(); !strings.Contains(text, "blog.example.org") || strings.Contains(text, "azerty") {
			t.Errorf("the log says %s", text)
		}
	})
}

// The validators of a source survive a restart, so data that did not change are not
// sent again.
func TestUnchangedOverARestart(t *testing.T) {
	p := newPage(t, rss(item("Ancien", "1")))
	list := newPage(t, `[{"id": "https://github.com/etalab/ancien", "full_name": "etalab/ancien"}]`)
	a := newAPI(t)
	a.add("github.com", "etalab/ancien", time.Time{})
	n := newNewsroom(t)
	n.source(sources.Settings{Name: "blog", Kind: sources.Feed, Location: p.URL})
	n.source(sources.Settings{Name: "liste", Kind: sources.RepositoryList, Location: list.URL})
	n.source(sources.Settings{Name: "depots", Kind: sources.Ecosystems, Location: a.base()})
	for range 3 {
		for name := range n.settings {
			n.after(time.Hour, name)
		}
		n.restart()
		n.again()
	}
	if _, full := a.counts(); p.full != 1 || list.full != 1 || full != 2 { // the API's hosts, and one host's repositories
		t.Errorf("the data were sent %d, %d and %d times", p.full, list.full, full)
	}
}
