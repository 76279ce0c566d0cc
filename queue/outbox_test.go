package queue_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"heraut/chat"
	"heraut/queue"
)

// posts returns a handler that answers every event with p.
func posts(p ...chat.Post) handlerFunc {
	return func(context.Context, chat.Event) (queue.Result, error) {
		return queue.Result{Posts: slices.Clone(p)}, nil
	}
}

func text(room chat.RoomID, html string) chat.Post { return chat.Post{Room: room, HTML: html} }

func TestPatience(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		// The sender tries both rooms before the homeserver puts either off.
		b.server.failNext(after(time.Second, tooMany(71*time.Second)), after(2*time.Second, tooMany(3*time.Second)))
		b.server.say(salon, "!a")
		b.server.say(salon, "!b")
		b.server.say(bureau, "!c")
		b.sync()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		b.server.wantOwn(t, salon, "a", "b")
		b.server.wantOwn(t, bureau, "c")
		var waits []time.Duration
		tries := b.server.tries()
		for i := range tries[1:] {
			waits = append(waits, tries[i+1].at.Sub(tries[i].at))
		}
		// Nothing is sent during the longer pause, and the rest follows.
		if want := []time.Duration{0, 72 * time.Second, 0, 0}; !slices.Equal(waits, want) {
			t.Errorf("between the attempts were %v, want %v", waits, want)
		}
		if got := b.queue.Counts().RateLimited.Load(); got != 2 {
			t.Errorf("%d limits counted", got)
		}
	})
}

// A wait for the homeserver, or for another post, is no failure: the back-off stays
// short.
func TestPatienceIsNoFailure(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		b.server.failNext(append(slices.Repeat([]fault{tooMany(time.Second)}, 12), notHere(0))...)
		b.server.say(salon, "!a")
		b.sync()
		time.Sleep(13100 * time.Millisecond)
		synctest.Wait()
		b.server.wantOwn(t, salon, "a")
	})
	inBubble(t, func(b *bot) {
		b.handle = posts(
			chat.Post{Room: salon, HTML: "b", ReplyTo: chat.Target{Post: chat.KeyOf("$1", 1)}},
			chat.Post{Room: salon, HTML: "a", Priority: chat.Relay},
		)
		b.start()
		b.server.failNext(notHere(time.Minute), arrives, notHere(0))
		b.server.say(salon, "x")
		b.sync()
		time.Sleep(63 * time.Second)
		synctest.Wait()
		b.server.wantOwn(t, salon, "a", "b")
	})
}

// Each lane goes on as soon as its own wait ends, even before a more urgent lane.
func TestLanesGoOnByThemselves(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.handle = posts(text(salon, "urgent"), chat.Post{Room: salon, HTML: "not urgent", Priority: chat.Announcement})
		b.start()
		b.server.failNext(notHere(time.Minute), notHere(10*time.Second))
		b.server.say(salon, "x")
		b.sync()
		time.Sleep(11 * time.Second)
		synctest.Wait()
		b.server.wantOwn(t, salon, "not urgent")
		time.Sleep(50 * time.Second)
		synctest.Wait()
		b.server.wantOwn(t, salon, "not urgent", "urgent")
	})
}

func TestPace(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.config.Pace = rate.NewLimiter(2, 3)
		b.start()
		var want []string
		for n := range 10 {
			b.server.say(salon, fmt.Sprint("!", n))
			want = append(want, fmt.Sprint(n))
		}
		b.sync()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		b.server.wantOwn(t, salon, want...)
		tries := b.server.tries()
		for i, a := range tries {
			// The limit is three attempts at once, then two a second.
			for j := i + 3; j < len(tries); j++ {
				if least := time.Duration(j-i-2) * 500 * time.Millisecond; tries[j].at.Sub(a.at) < least-time.Millisecond {
					t.Errorf("attempts %d and %d are %v apart, want %v", i, j, tries[j].at.Sub(a.at), least)
				}
			}
		}
	})
}

// An urgent post goes first, even if it comes in while the pace holds another back.
func TestPriorities(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.config.Pace = rate.NewLimiter(1, 1)
		b.handle = func(_ context.Context, e chat.Event) (queue.Result, error) {
			var r queue.Result
			for i, html := range []string{"announcement", "relay", "answer"} {
				p := text(e.Room, html+" "+e.Message.Body)
				p.Priority = chat.Announcement - chat.Priority(i)
				r.Posts = append(r.Posts, p)
			}
			return r, nil
		}
		b.start()
		b.server.say(salon, "1")
		b.sync() // the answer goes at once
		time.Sleep(500 * time.Millisecond)
		b.server.say(salon, "2")
		b.sync()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		b.server.wantOwn(t, salon, "answer 1", "answer 2", "relay 1", "relay 2", "announcement 1", "announcement 2")
	})
}

func TestBlockedLanes(t *testing.T) {
	tests := map[string]struct {
		fault fault
		sent  []string // answers in the salon after the fault ends
	}{
		"the room has to wait": {notHere(time.Minute), []string{"1", "2"}},
		"no answer":            {lost, []string{"1", "2"}},
		"panic":                {panics, []string{"1", "2"}},
		"refused":              {forbidden, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				b.handle = func(ctx context.Context, e chat.Event) (queue.Result, error) {
					r, err := echo(ctx, e)
					if e.Room == salon {
						later := text(salon, "relayed")
						later.Priority = chat.Relay
						r.Posts = append(r.Posts, later)
					}
					return r, err
				}
				b.start()
				b.server.fail(func(ctx context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) {
					if o.Post.Room == salon && o.Post.Priority == chat.Answer {
						return test.fault(ctx, s, o)
					}
					return s.take(o)
				})
				b.server.say(salon, "!1")
				b.server.say(salon, "!2")
				b.server.say(bureau, "!3")
				b.sync()
				b.server.wantOwn(t, salon, "relayed", "relayed") // another priority is another lane
				b.server.wantOwn(t, bureau, "3")
				for range 5 {
					b.settle()
				}
				b.server.wantOwn(t, salon, "relayed", "relayed")
				// However long the fault lasts, other rooms are answered at once.
				b.server.say(bureau, "!4")
				b.sync()
				b.server.wantOwn(t, bureau, "3", "4")
				b.server.fail(nil)
				for range 10 {
					b.settle()
					time.Sleep(time.Minute)
					synctest.Wait()
				}
				b.server.wantOwn(t, salon, append([]string{"relayed", "relayed"}, test.sent...)...)
				b.server.wantNoDuplicates(t)
			})
		})
	}
}

func TestStoppingWhileSending(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.server.failNext(hangs)
		b.start()
		b.server.say(salon, "!a")
		b.sync()
		began := time.Now()
		b.stop()
		if took := time.Since(began); took > time.Second {
			t.Errorf("stopping took %v", took)
		}
		b.start()
		synctest.Wait()
		b.server.wantOwn(t, salon) // the answer is in doubt
		b.settle()
		b.server.wantOwn(t, salon, "a")
	})
}

// The homeserver's answer counts even if the queue stops meanwhile.
func TestAnswerWhileStopping(t *testing.T) {
	tests := map[string]struct {
		fault fault
		want  []string // in the room before any sync of the next process
	}{
		"sent":     {arrives, []string{"a"}},
		"put off":  {tooMany(time.Second), []string{"a"}},
		"refused":  {forbidden, nil},
		"no reply": {lost, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				b.server.failNext(func(ctx context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) {
					<-ctx.Done()
					return test.fault(ctx, s, o)
				})
				b.start()
				b.server.say(salon, "!a")
				b.sync()
				b.stop()
				b.start()
				time.Sleep(10 * time.Second)
				synctest.Wait()
				b.server.wantOwn(t, salon, test.want...)
			})
		})
	}
}
