package queue_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"heraut/chat"
	"heraut/queue"
)

func TestRestart(t *testing.T) {
	ways := map[string]func(*bot){"stopped": (*bot).stop, "killed": (*bot).kill}
	tests := map[string]struct {
		arrange func(b *bot) // runs until the first process ends
		sync    bool         // the second process needs a sync to send the answer once
	}{
		"taken in, not handled": {func(b *bot) {
			b.open()
			b.sync()
		}, false},
		"being handled": {func(b *bot) {
			b.handle = func(ctx context.Context, _ chat.Event) (queue.Result, error) {
				<-ctx.Done()
				return queue.Result{}, ctx.Err()
			}
			b.start()
			b.sync()
		}, false},
		"handled, not sent": {func(b *bot) {
			b.server.failNext(notHere(time.Hour))
			b.start()
			b.sync()
		}, false},
		"being sent, not arrived": {func(b *bot) {
			b.server.failNext(hangs)
			b.start()
			b.sync()
		}, true},
		"being sent, arrived": {func(b *bot) {
			b.server.failNext(func(ctx context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) {
				_, _ = s.take(o)
				return hangs(ctx, s, o)
			})
			b.start()
			b.sync()
		}, true},
		"being sent, arrives after the start": {func(b *bot) {
			b.server.failNext(func(ctx context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) {
				<-ctx.Done()
				return late(1900*time.Millisecond)(ctx, s, o)
			})
			b.start()
			b.sync()
		}, true},
		"in doubt": {func(b *bot) {
			b.server.failNext(lost)
			b.start()
			b.sync()
		}, true},
		"sent, and sync did not show it yet": {func(b *bot) {
			b.start()
			b.sync()
		}, false},
	}
	for name, test := range tests {
		for way, end := range ways {
			t.Run(name+"/"+way, func(t *testing.T) {
				inBubble(t, func(b *bot) {
					id := b.server.say(salon, "!a")
					test.arrange(b)
					end(b)
					b.handle = echo
					b.start()
					if test.sync {
						synctest.Wait()
						select {
						case <-b.queue.Doubts():
						default:
							t.Error("nobody is told of the doubt")
						}
						b.settle()
					}
					time.Sleep(time.Hour)
					synctest.Wait()
					b.server.wantOwn(t, salon, "a")
					b.settle()
					b.server.wantOwn(t, salon, "a")

					// Edits and deletions still find the answer.
					b.server.edit(salon, id, "!b")
					b.sync()
					b.server.wantSeen(t, salon, "b")
					end(b)
					b.start()
					b.server.remove(salon, id)
					b.sync()
					b.server.wantSeen(t, salon)
				})
			})
		}
	}
}

// The queue forgets ids after 90 days.
func TestForgetting(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		id := b.server.say(salon, "!a")
		b.sync()
		began := time.Now()
		await := func(days int) {
			time.Sleep(time.Until(began.Add(time.Duration(days) * 24 * time.Hour)))
			synctest.Wait()
		}
		for _, days := range []int{0, 89, 91} {
			if days == 89 { // a queue that runs for 88 days computes for half a minute
				b.stop()
				await(days - 1)
				b.start()
			}
			want := days < 90
			await(days)
			if known, err := b.db.KnownEvent(b.ctx, id); err != nil || known != want {
				t.Errorf("after %d days it is known: %v, %v", days, known, err)
			}
			if _, err := b.db.PostByKey(b.ctx, chat.KeyOf(chat.Cause(id), 0)); errors.Is(err, chat.ErrNotFound) == want {
				t.Errorf("after %d days its answer: %v", days, err)
			}
		}
	})
}

// The bot answers every event that came while it was down, in order in each room.
func TestCatchingUp(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		b.stop()
		want := map[chat.RoomID][]string{}
		for n := range 300 {
			room := []chat.RoomID{salon, bureau, "!c:x", "!d:x", "!e:x", "!f:x", "!g:x", "!h:x", "!i:x", "!j:x"}[n%10]
			text := string(rune('a'+n%26)) + string(rune('a'+n/26))
			b.server.say(room, "!"+text)
			want[room] = append(want[room], text)
		}
		b.open() // the batch comes in before the queue runs
		b.sync()
		b.goOn()
		synctest.Wait()
		for room, texts := range want {
			if got := b.server.own(room); !slices.Equal(got, texts) {
				t.Errorf("in %s: %q, want %q", room, got, texts)
			}
		}
	})
}
