package commands

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"heraut/chat"
	"heraut/queue"
	"heraut/relay"
)

func TestLimiterForgetsTheQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(Rate{Count: 2, Per: time.Minute})
		for n := range 50_000 {
			if l.allow(strconv.Itoa(n), time.Now()) != within {
				t.Fatal("a first answer was refused")
			}
			time.Sleep(time.Second)
		}
		if n := len(l.buckets); n > 2*sweepFrom {
			t.Errorf("%d are remembered", n)
		}
	})
}

func TestLimiterStandsWrongClocks(t *testing.T) {
	tests := map[string]time.Duration{
		"in the future": 100 * 365 * 24 * time.Hour,
		"in the past":   -time.Hour,
	}
	for name, wrong := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLimiter(Rate{Count: 2, Per: time.Minute})
				steps := []struct {
					after, clock time.Duration
					want         verdict
				}{
					{0, 0, within},
					{0, wrong, within},
					{0, wrong, overOnce},
					{0, 0, overAgain},
					{0, wrong, overAgain},
					{30 * time.Second, 0, within},
					{0, wrong, overOnce},
				}
				for i, s := range steps {
					time.Sleep(s.after)
					if got := l.allow("a", time.Now().Add(s.clock)); got != s.want {
						t.Errorf("step %d: got %v, want %v", i+1, got, s.want)
					}
				}
			})
		})
	}
}

func TestPingsAreCoalesced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &Handler{pings: relay.NewPings()}
		carry := func(users ...chat.UserID) (rung int) {
			var result queue.Result
			for _, user := range users {
				result.Posts = append(result.Posts, chat.Post{Room: "!a", Rings: true, Mentions: []chat.UserID{user}})
			}
			result = h.pingOnce(result)
			for _, p := range result.Posts {
				if p.Rings != (len(p.Mentions) > 0) {
					t.Errorf("it rings and mentions nobody, or the reverse: %+v", p)
				}
				if p.Rings {
					rung++
				}
			}
			if result.Change != nil {
				if err := result.Change(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			return rung
		}
		for i, step := range []struct {
			after time.Duration
			users []chat.UserID
			want  int
		}{
			{0, []chat.UserID{"@a:x"}, 1}, {0, []chat.UserID{"@a:x"}, 0}, {0, []chat.UserID{"@b:x"}, 1},
			{relay.PingEvery - 1, []chat.UserID{"@a:x"}, 0}, {1, []chat.UserID{"@a:x", "@a:x"}, 1}, {relay.PingEvery, nil, 0},
		} {
			time.Sleep(step.after)
			if got := carry(step.users...); got != step.want {
				t.Errorf("step %d: %d pings, want %d", i+1, got, step.want)
			}
		}
		// An uncommitted decision pings nobody.
		time.Sleep(relay.PingEvery)
		h.pingOnce(queue.Result{Posts: []chat.Post{{Room: "!a", Rings: true, Mentions: []chat.UserID{"@a:x"}}}})
		if got := carry("@a:x"); got != 1 {
			t.Error("the ping was lost")
		}
	})
}
