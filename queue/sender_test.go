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

// crowd counts the attempts under way at once, each of which takes a while.
type crowd struct {
	mu     sync.Mutex
	now    map[chat.RoomID]int
	most   int // the maximum over all rooms
	inRoom int // the maximum in one room
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

// top returns the maxima since its last call.
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

// The sender serves several rooms at once, and each of them one post at a time,
// whatever the priorities.
func TestRoomsAtOnce(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.config.AtOnce = 4
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

// A post that sync shows before its attempt ends still occupies its room.
func TestRoomsAtOnceAndSync(t *testing.T) {
	inBubble(t, func(b *bot) {
		var c crowd
		slowly := c.takes(time.Second)
		b.server.fail(func(ctx context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) {
			id, err := s.take(o)
			_, _ = slowly(ctx, &homeserver{}, queue.Outgoing{Post: chat.Post{Room: o.Post.Room}})
			return id, err
		})
		b.start()
		b.server.say(salon, "!a|b|c|d")
		b.sync()
		for range 8 {
			b.sync()
			time.Sleep(500 * time.Millisecond)
		}
		synctest.Wait()
		if _, inRoom := c.top(); inRoom != 1 {
			t.Errorf("up to %d posts were under way in the room, want 1", inRoom)
		}
		b.server.wantOwn(t, salon, "a", "b", "c", "d")
	})
}

// Encrypted rooms take at most three of four places: a clear room does not wait until
// keys are shared.
func TestEncryptedRooms(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.config.AtOnce = 4
		b.start()
		for n := range 8 {
			if err := b.db.SaveRoom(b.ctx, chat.Room{ID: room(n), Encrypted: n < 4}); err != nil {
				t.Fatal(err)
			}
		}
		var clear, encrypted crowd
		slow, slower := clear.takes(time.Second), encrypted.takes(10*time.Second)
		b.server.fail(func(ctx context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) {
			if o.Post.Room < room(4) {
				return slower(ctx, s, o)
			}
			return slow(ctx, s, o)
		})
		for n := range 8 {
			b.server.say(room(n), "!a")
			if n == 3 {
				b.sync()
			}
		}
		b.sync()
		time.Sleep(5 * time.Second)
		synctest.Wait()
		for n := range 4 {
			b.server.wantOwn(t, room(n))
			b.server.wantOwn(t, room(4+n), "a")
		}
		time.Sleep(38 * time.Second)
		synctest.Wait()
		for n := range 4 {
			b.server.wantOwn(t, room(n), "a")
		}
		if got, _ := clear.top(); got != 1 {
			t.Errorf("%d posts were under way at once to clear rooms, want 1", got)
		}
		if got, _ := encrypted.top(); got != 3 {
			t.Errorf("%d posts were under way at once to encrypted rooms, want 3", got)
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

// Rooms that never answer come after the others.
func TestTwoHangingRooms(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		b.server.fail(func(ctx context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) {
			if o.Post.Room != salon {
				return hangs(ctx, s, o)
			}
			return s.take(o)
		})
		for n := range 2 {
			b.server.say(room(n), "!a")
		}
		b.sync()
		time.Sleep(65 * time.Second) // from now on the sender makes one attempt at a time
		b.settle()
		b.server.say(salon, "!a")
		b.sync()
		time.Sleep(time.Minute) // time for the attempt under way to end
		synctest.Wait()
		b.server.wantOwn(t, salon, "a")
	})
}

// A stop with several posts under way waits for all of them; those without an answer
// are in doubt.
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
