package sources

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"heraut/fetch"
)

// Feeds that share a Turn are parsed one at a time, and only some servers are asked at
// once; a server that does not answer delays no other feed.
func TestTurn(t *testing.T) {
	var asked, most atomic.Int32
	stuck := make(chan struct{})
	t.Cleanup(func() { close(stuck) })
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/stuck" {
			select {
			case <-stuck:
			case <-r.Context().Done():
			}
			return
		}
		now := asked.Add(1)
		for before := most.Load(); now > before && !most.CompareAndSwap(before, now); before = most.Load() {
		}
		time.Sleep(5 * time.Millisecond)
		asked.Add(-1)
		fmt.Fprint(w, `<rss version="2.0"><channel><title>x</title><item><title>A</title><link>https://blog.example.org/1</link></item></channel></rss>`)
	}))
	t.Cleanup(server.Close)
	getter, turn := fetch.New(fetch.Options{}), NewTurn()
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	var reading, parallel atomic.Int32
	fetchOne := func(path string) error {
		_, err := NewFeed(getter, server.URL+path, turn).Fetch(ctx, Query{Now: time.Now(), Unseen: func(context.Context, []string) (map[string]bool, error) {
			if reading.Add(1) > 1 {
				parallel.Add(1)
			}
			time.Sleep(time.Millisecond)
			reading.Add(-1)
			return map[string]bool{}, nil
		}})
		return err
	}
	all.Go(func() {
		if err := fetchOne("/stuck"); !errors.Is(err, context.Canceled) {
			t.Errorf("the one that does not answer: %v", err)
		}
	})
	var others sync.WaitGroup
	for range 20 {
		others.Go(func() {
			if err := fetchOne("/feed"); err != nil {
				t.Error(err)
			}
		})
	}
	others.Wait()
	cancel()
	all.Wait()
	if most.Load() > askedAtOnce || parallel.Load() > 0 {
		t.Errorf("%d servers were asked at once, %d feeds were read beside others", most.Load(), parallel.Load())
	}
}
