package queue_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"heraut/chat"
	"heraut/queue"
)

// A post that moves to a busy room after its selection waits for its turn.
func TestMovedToABusyRoom(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.handle = func(ctx context.Context, e chat.Event) (queue.Result, error) {
			r, err := echo(ctx, e)
			r.Posts[0].Priority = chat.Announcement
			return r, err
		}
		var c crowd
		b.server.fail(c.takes(time.Second))
		moved := false
		b.startBetween(&between{afterNextPost: func(err error) {
			if err != nil || len(b.server.tries()) == 0 || moved {
				return
			}
			moved = true
			if err := b.db.MoveAnnouncements(b.ctx, bureau, salon); err != nil {
				t.Error(err)
			}
		}})
		b.server.say(salon, "!a")
		b.sync()
		b.server.say(bureau, "!b")
		b.sync()
		time.Sleep(5 * time.Second)
		synctest.Wait()
		b.server.wantOwn(t, bureau)
		b.server.wantOwn(t, salon, "a", "b")
		if _, inRoom := c.top(); !moved || inRoom != 1 {
			t.Errorf("up to %d posts were under way in a room, want 1", inRoom)
		}
	})
}

// A homeserver that asks for patience gets one post at a time until the outbox runs
// dry, and one that does not answer gets one at a time until it does.
func TestOneAtATime(t *testing.T) {
	tests := map[string]struct {
		faults      []fault
		first, then int // under way at once, until one has ended and after that
	}{
		"nothing happened":     {nil, 4, 4},
		"asked for patience":   {[]fault{tooMany(time.Second)}, 1, 1},
		"one attempt lost":     {[]fault{lost}, 4, 4},
		"two rooms' were lost": {[]fault{lost, lost}, 1, 4},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				b.config.AtOnce = 4
				var c crowd
				// wave sends a command to eight rooms, whose answers take a second
				// each. It returns how many posts were under way at once in its first
				// second, and after that.
				wave := func() (first, then int) {
					for n := range 8 {
						b.server.say(room(10+n), "!a")
					}
					b.sync()
					for first == 0 { // a pause may come first
						time.Sleep(100 * time.Millisecond)
						first, _ = c.top()
					}
					time.Sleep(20 * time.Second)
					then, _ = c.top()
					return first, then
				}
				b.start()
				b.server.failNext(test.faults...)
				for n := range test.faults {
					b.server.say(room(n), "!a")
					b.sync()
				}
				b.server.fail(c.takes(time.Second))
				if first, then := wave(); first != test.first || then != test.then {
					t.Errorf("%d and then %d posts were under way at once, want %d and %d", first, then, test.first, test.then)
				}
				b.settle()
				time.Sleep(10 * time.Second)
				c.top()
				if first, then := wave(); first != 4 || then != 4 {
					t.Errorf("later %d and then %d posts were under way at once, want 4", first, then)
				}
				for n := range 8 {
					b.server.wantOwn(t, room(10+n), "a", "a")
				}
				b.server.wantNoDuplicates(t)
			})
		})
	}
}
