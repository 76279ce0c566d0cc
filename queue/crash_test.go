package queue_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"heraut/chat"
	"heraut/queue"
)

// chaos plays the people, the network, the homeserver and the machine at random, and
// knows which answers people must see in the end.
type chaos struct {
	*bot
	mu   sync.Mutex
	rand *rand.Rand

	said       []*said
	bodies     int
	faultsOver atomic.Bool
	crowd      crowd
}

// said is a message with its current text.
type said struct {
	id      chat.EventID
	room    chat.RoomID
	sender  chat.UserID
	thread  chat.EventID
	body    string
	deleted bool
	first   string // what each answer of it begins with
}

func (c *chaos) n(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rand.IntN(n)
}

func (c *chaos) upTo(d time.Duration) time.Duration { return time.Duration(c.n(int(d))) }

// send is a fault chosen at random. A late request arrives before the sync that
// settles its doubt begins.
func (c *chaos) send(ctx context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) {
	c.crowd.count(o.Post.Room, 1)
	defer c.crowd.count(o.Post.Room, -1)
	select {
	case <-time.After(c.upTo(30 * time.Millisecond)):
	case <-ctx.Done(): // the process is killed during the attempt
		if c.n(2) == 0 {
			return late(c.upTo(1900*time.Millisecond))(ctx, s, o)
		}
		return lost(ctx, s, o)
	}
	switch n := c.n(100); {
	case n < 6:
		return lost(ctx, s, o)
	case n < 12:
		return cut(ctx, s, o)
	case n < 18:
		return late(c.upTo(1900*time.Millisecond))(ctx, s, o)
	case n < 24:
		return tooMany(c.upTo(3*time.Second))(ctx, s, o)
	case n < 30:
		return notHere(c.upTo(3*time.Second))(ctx, s, o)
	case n < 31:
		_, _ = s.take(o)
		return hangs(ctx, s, o)
	case n < 32:
		return hangs(ctx, s, o)
	}
	return s.take(o)
}

// follow syncs all along, as the Matrix client does: often, once more for each doubt,
// and now and then twice or with a commit that fails.
func (c *chaos) follow(ctx context.Context) {
	var began time.Time
	for ctx.Err() == nil {
		var due <-chan time.Time
		if by := c.queue.SyncBy(began); !by.IsZero() {
			due = time.After(time.Until(by))
		}
		select {
		case <-ctx.Done():
		case <-due:
		case <-c.queue.Doubts():
			continue
		case <-time.After(c.between()):
		}
		began = time.Now()
		var change func(context.Context) error
		switch n := c.n(10); {
		case c.faultsOver.Load():
		case n == 0:
			change = func(context.Context) error { return errChange }
		case n == 1:
			batch, _ := c.batch(0)
			if err := c.queue.Accept(ctx, batch); err != nil && ctx.Err() == nil && !c.killed.Load() {
				c.Error(err)
			}
		case n == 2:
			if err := c.tryUnlock(); err != nil && ctx.Err() == nil && !c.killed.Load() {
				c.Error(err)
			}
		}
		err := c.trySync(change)
		if err != nil && !errors.Is(err, errChange) && ctx.Err() == nil && !c.killed.Load() {
			c.Error(err)
		}
	}
}

// between returns how long to wait for the next sync.
func (c *chaos) between() time.Duration {
	if c.faultsOver.Load() {
		return time.Minute
	}
	return c.upTo(time.Second)
}

func (c *chaos) begin() {
	c.start()
	c.run.Go(func() { c.follow(c.ctx) })
}

// newBody returns a text that was never used: a command with one answer or two, which
// begin with first, or no command.
func (c *chaos) newBody(first string) string {
	c.bodies++
	switch c.n(5) {
	case 0:
		return fmt.Sprintf("nothing %d", c.bodies)
	case 1:
		return fmt.Sprintf("!%s%d|%sy%d", first, c.bodies, first, c.bodies)
	}
	return fmt.Sprintf("!%s%d", first, c.bodies)
}

// newMessage returns a message of one of five people, not said yet: in a thread at
// times, and at times one whose answers are for nobody.
func (c *chaos) newMessage() *said {
	m := &said{
		room:   []chat.RoomID{salon, bureau, "!c:example.org"}[c.n(3)],
		sender: chat.UserID(fmt.Sprintf("@agent%d:example.org", c.n(5))),
		first:  "x",
	}
	if c.n(8) == 0 {
		m.first = "u"
	}
	if c.n(2) == 0 { // in the thread of the room's last message
		for _, last := range slices.Backward(c.said) {
			if last.room == m.room {
				m.thread = cmp.Or(last.thread, last.id)
				break
			}
		}
	}
	m.body = c.newBody(m.first)
	return m
}

// put says the message, or another text for it.
func (c *chaos) put(m *said, edits chat.EventID, body string) chat.EventID {
	return c.server.put(chat.Event{
		Room: m.room, Sender: m.sender, Message: &chat.Message{Body: body, Edits: edits, Thread: m.thread},
	})
}

func (c *chaos) step() {
	time.Sleep(time.Millisecond + c.upTo(400*time.Millisecond))
	switch n := c.n(100); {
	case n < 45 || len(c.said) == 0:
		for range 1 + c.n(6) { // several people at once
			m := c.newMessage()
			m.id = c.put(m, "", m.body)
			if c.n(6) == 0 {
				c.server.lock(m.id)
			}
			c.said = append(c.said, m)
		}
	case n < 70:
		m := c.said[max(0, len(c.said)-1-c.n(4))]
		body := c.newBody(m.first)
		id := c.put(m, m.id, body)
		if c.n(6) == 0 {
			c.server.lock(id)
		}
		m.body = body
	case n < 85:
		m := c.said[max(0, len(c.said)-1-c.n(4))]
		c.server.remove(m.room, m.id)
		m.deleted = true
	case n < 95:
		c.kill()
		time.Sleep(c.upTo(3 * time.Second))
		c.begin()
	default:
		c.stop()
		c.begin()
	}
}

// check compares the visible answers with the messages as they are now.
func (c *chaos) check() {
	answers := map[chat.EventID][]string{}
	for _, e := range c.server.visible() {
		id := e.post.ReplyTo.Event
		answers[id] = append(answers[id], e.post.HTML)
	}
	for _, m := range c.said {
		var want []string
		if body, ok := strings.CutPrefix(m.body, "!"); ok && !m.deleted {
			want = strings.Split(body, "|")
		}
		got := answers[m.id]
		slices.Sort(got)
		if !slices.Equal(got, want) {
			c.Errorf("%s, which says %q (deleted: %v), is answered %q", m.id, m.body, m.deleted, got)
		}
	}
	c.server.wantNoDuplicates(c.T)
	c.checkOrder()
	if _, inRoom := c.crowd.top(); inRoom < 2 {
		c.Error("no two answers of a room were under way together")
	}
}

func TestChaos(t *testing.T) {
	seeds := 12
	if testing.Short() {
		seeds = 3
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(b *bot) {
				c := &chaos{bot: b, rand: rand.New(rand.NewPCG(uint64(seed), 0)), crowd: crowd{now: map[chat.RoomID]int{}}}
				b.handle = echoInOrder
				b.config.AnswerWithin = 0
				b.server.fail(c.send)
				c.begin()
				for range 100 {
					c.step()
				}
				c.faultsOver.Store(true)
				b.server.fail(nil)
				time.Sleep(30 * time.Minute) // time for the longest back-off of several answers in turn
				c.unlock()
				time.Sleep(time.Minute)
				synctest.Wait()
				c.check()
				if err := b.db.Rewrite(b.ctx); err != nil { // as the queue does once a day
					t.Error(err)
				}
				b.stop()
				content, err := os.ReadFile(b.path)
				if err != nil || bytes.Contains(content, []byte(`"body"`)) || bytes.Contains(content, []byte(`"html"`)) {
					t.Errorf("texts are left in the database, or %v", err)
				}
			})
		})
	}
}
