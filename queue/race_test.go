package queue_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/queue"
)

// between is a store that calls a hook between two steps of the queue.
type between struct {
	queue.Store
	afterNextEvent func(e chat.Event, err error) error
	afterNextPost  func(err error)
	afterStartPost func(row queue.Row) error
	updatePost     func() error // called before the update
}

// NextEvent implements queue.Work.
func (s *between) NextEvent(ctx context.Context, room chat.RoomID, except []chat.EventID) (chat.Event, int, error) {
	e, tries, err := s.Store.NextEvent(ctx, room, except)
	if s.afterNextEvent != nil {
		err = s.afterNextEvent(e, err)
	}
	return e, tries, err
}

// NextPost implements queue.Sending.
func (s *between) NextPost(ctx context.Context, now time.Time, busy []chat.RoomID) (int64, time.Time, error) {
	seq, next, err := s.Store.NextPost(ctx, now, busy)
	if s.afterNextPost != nil {
		s.afterNextPost(err)
	}
	return seq, next, err
}

// StartPost implements queue.Sending.
func (s *between) StartPost(ctx context.Context, seq int64, now time.Time) (queue.Row, error) {
	row, err := s.Store.StartPost(ctx, seq, now)
	if s.afterStartPost != nil && err == nil {
		err = s.afterStartPost(row)
	}
	return row, err
}

// UpdatePost implements queue.Posts.
func (s *between) UpdatePost(ctx context.Context, r queue.Row, now time.Time) error {
	if s.updatePost != nil {
		if err := s.updatePost(); err != nil {
			return err
		}
	}
	return s.Store.UpdatePost(ctx, r, now)
}

// startBetween starts the bot on the store s.
func (b *bot) startBetween(s *between) {
	b.open()
	s.Store = b.db
	b.queue = queue.New(queue.NewOutbox(s), b.handle, b.server, b.config, zerolog.Nop())
	b.goOn()
}

// An event is handled even if it comes in just as its room's worker finds nothing
// more.
func TestEventForAWorkerThatEnds(t *testing.T) {
	inBubble(t, func(b *bot) {
		n := 0
		s := &between{afterNextEvent: func(_ chat.Event, err error) error {
			if errors.Is(err, chat.ErrNotFound) && n < 20 {
				n++
				b.server.say(salon, fmt.Sprint("!", n))
				if err := b.trySync(nil); err != nil {
					t.Error(err)
				}
			}
			return err
		}}
		b.startBetween(s)
		b.server.say(salon, "!0")
		b.sync()
		if got := len(b.server.own(salon)); got != 21 {
			t.Errorf("%d answers", got)
		}
	})
}

// An event that another step finishes before the commit gets no answer.
func TestEventThatIsDoneMeanwhile(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.startBetween(&between{afterNextEvent: func(e chat.Event, err error) error {
			if err == nil {
				_, err = b.db.FinishEvent(b.ctx, e.ID, time.Now())
			}
			return err
		}})
		b.server.say(salon, "!a")
		b.sync()
		b.server.wantOwn(t, salon)
	})
}

// An unreadable event does not hold up its room for ever.
func TestDamagedEvent(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.startBetween(&between{afterNextEvent: func(e chat.Event, err error) error {
			if err == nil && e.Message.Body == "!damaged" {
				err = errors.New("this is no JSON")
			}
			return err
		}})
		b.server.say(salon, "!damaged")
		b.server.say(salon, "!next")
		b.sync()
		time.Sleep(5 * time.Second)
		synctest.Wait()
		b.server.wantOwn(t, salon, "next")
	})
}

// An unreadable post holds up neither other rooms nor its own.
func TestDamagedPost(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.startBetween(&between{afterStartPost: func(row queue.Row) error {
			if row.Post.HTML == "damaged" {
				return errors.New("this is no JSON")
			}
			return nil
		}})
		b.server.say(salon, "!damaged")
		b.server.say(salon, "!next")
		b.sync()
		b.server.wantOwn(t, salon, "next")
	})
}

// A post may be edited or deleted between its selection and its attempt.
func TestPostThatChangesWhenItIsDue(t *testing.T) {
	tests := map[string]struct {
		change func(b *bot, id chat.EventID)
		want   []string
	}{
		"edited":  {func(b *bot, id chat.EventID) { b.server.edit(salon, id, "!b") }, []string{"b"}},
		"deleted": {func(b *bot, id chat.EventID) { b.server.remove(salon, id) }, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				var id chat.EventID
				changed := false
				b.startBetween(&between{afterNextPost: func(err error) {
					if err == nil && !changed {
						changed = true
						test.change(b, id)
						if err := b.trySync(nil); err != nil {
							t.Error(err)
						}
						time.Sleep(time.Second) // time for the worker to handle the change
					}
				}})
				id = b.server.say(salon, "!a")
				b.sync()
				time.Sleep(2 * time.Second)
				synctest.Wait()
				b.server.wantOwn(t, salon, test.want...)
			})
		})
	}
}

// The queue stores the outcome of an attempt as soon as the database works again.
func TestDatabaseFailsAfterAnAttempt(t *testing.T) {
	for name, f := range map[string]fault{
		"put off": tooMany(time.Second), "no answer": lost, "refused": forbidden, "relation refused": badRelation,
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				failures := 5
				b.startBetween(&between{updatePost: func() error {
					if failures--; failures >= 0 {
						return errors.New("the disk is full")
					}
					return nil
				}})
				b.server.failNext(f)
				b.server.say(salon, "!a")
				b.server.say(salon, "!b")
				b.sync()
				time.Sleep(10 * time.Second)
				b.settle()
				want := []string{"a", "b"}
				if name == "refused" {
					want = want[1:]
				}
				b.server.wantOwn(t, salon, want...)
			})
		})
	}
}
