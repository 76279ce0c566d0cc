package queue_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"heraut/chat"
	"heraut/queue"
)

// crowd counts what is under way at once, while everything takes its time.
type crowd struct {
	mu     sync.Mutex
	now    map[chat.RoomID]int
	most   int // of all rooms
	inRoom int // the most of one
}

func (c *crowd) count(room chat.RoomID, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now[room] += n
	all := 0
	for _, n := range c.now {
		all += n
	}
	c.most, c.inRoom = max(c.most, all), max(c.inRoom, c.now[room])
}

// top returns the most that there were since it was asked last.
func (c *crowd) top() (most, inRoom int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	most, inRoom = c.most, c.inRoom
	c.most, c.inRoom = 0, 0
	return most, inRoom
}

func (c *crowd) takes(d time.Duration) fault {
	c.now = map[chat.RoomID]int{}
	return func(_ context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) {
		c.count(o.Post.Room, 1)
		defer c.count(o.Post.Room, -1)
		time.Sleep(d)
		return s.take(o)
	}
}

func room(n int) chat.RoomID { return chat.RoomID(fmt.Sprintf("!%d:example.org", n)) }

// Several rooms are sent to at once, each to one after the other, whatever the
// priorities.
func TestRoomsAtOnce(t *testing.T) {
	inBubble(t, func(b *bot) {
		var c crowd
		b.server.fail(c.takes(time.Second))
		b.handle = func(_ context.Context, e chat.Event) (queue.Result, error) {
			return queue.Result{Posts: []chat.Post{
				{Room: e.Room, HTML: "announcement", Priority: chat.Announcement},
				{Room: e.Room, HTML: "relay", Priority: chat.Relay},
				{Room: e.Room, HTML: "answer"},
			}}, nil
		}
		b.start()
		for n := range 8 {
			b.server.say(room(n), "!")
		}
		b.sync()
		time.Sleep(5999 * time.Millisecond)
		synctest.Wait()
		if got := len(b.server.tries()); got != 24 {
			t.Errorf("%d attempts in six seconds, want 24", got)
		}
		if most, inRoom := c.top(); most != 4 || inRoom != 1 {
			t.Errorf("%d posts were under way at once, up to %d of them in one room, want 4 and 1", most, inRoom)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		for n := range 8 {
			b.server.wantOwn(t, room(n), "answer", "relay", "announcement")
		}
	})
}

// A room in which an attempt hangs does not hold up the others.
func TestHangingRoom(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		b.server.failNext(hangs)
		b.server.say(salon, "!a")
		b.sync()
		began := time.Now()
		b.server.say(bureau, "!b|c")
		b.sync()
		b.server.wantOwn(t, salon)
		b.server.wantOwn(t, bureau, "b", "c")
		if took := time.Since(began); took > 0 {
			t.Errorf("the other room was answered after %v", took)
		}
		time.Sleep(61 * time.Second)
		b.settle()
		b.server.wantOwn(t, salon, "a")
	})
}

// A homeserver that asks for patience gets one post at a time until all is sent,
// and one that does not answer until it does.
func TestOneAtATime(t *testing.T) {
	tests := map[string]struct {
		faults []fault
		most   int // under way at once, of what was still to be sent
	}{
		"nothing happened":     {nil, 4},
		"asked for patience":   {[]fault{tooMany(time.Second)}, 1},
		"one attempt lost":     {[]fault{lost}, 4},
		"two rooms' were lost": {[]fault{lost, lost}, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				b.start()
				b.server.failNext(test.faults...)
				for n := range test.faults {
					b.server.say(room(n), "!first")
					b.sync()
				}
				var c crowd
				b.server.fail(c.takes(time.Second))
				for n := range 8 {
					b.server.say(room(10+n), "!a")
				}
				b.sync()
				// While the first of them is under way.
				most := 0
				for most == 0 {
					time.Sleep(100 * time.Millisecond)
					most, _ = c.top()
				}
				if most != test.most {
					t.Errorf("%d posts were under way at once, want %d", most, test.most)
				}
				for range 3 {
					b.settle()
					time.Sleep(10 * time.Second)
				}
				synctest.Wait()
				for n := range 8 {
					b.server.wantOwn(t, room(10+n), "a")
				}
				b.server.wantNoDuplicates(t)
				// That is over once everything is sent.
				c.top()
				for n := range 8 {
					b.server.say(room(n), "!b")
				}
				b.sync()
				time.Sleep(10 * time.Second)
				synctest.Wait()
				if most, _ := c.top(); most != 4 {
					t.Errorf("later %d posts were under way at once, want 4", most)
				}
			})
		})
	}
}

// Stopping with several posts under way leaves none of them behind, and what was
// not answered is in doubt.
func TestStoppingWhileSendingToRooms(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.server.fail(func(ctx context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) {
			<-ctx.Done()
			if o.Post.Room == salon {
				return s.take(o)
			}
			return "", ctx.Err()
		})
		b.start()
		b.server.say(salon, "!a")
		for n := range 3 {
			b.server.say(room(n), "!a")
		}
		b.sync()
		b.stop()
		b.server.fail(nil)
		b.start()
		synctest.Wait()
		b.server.wantOwn(t, salon, "a")
		if got := len(b.server.tries()); got != 4 {
			t.Errorf("%d attempts before sync showed what had arrived, want 4", got)
		}
		b.settle()
		for n := range 3 {
			b.server.wantOwn(t, room(n), "a")
		}
		if got := len(b.server.tries()); got != 7 {
			t.Errorf("%d attempts in all, want 7", got)
		}
	})
}
