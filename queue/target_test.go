package queue_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"heraut/chat"
	"heraut/queue"
)

func TestRelationsThatAreRefused(t *testing.T) {
	target := chat.Target{Event: "$1"}
	tests := map[string]struct {
		post    chat.Post
		refusal int // attempts that are refused
		want    []chat.Post
	}{
		"thread": {
			chat.Post{HTML: "x", Thread: target, ReplyTo: target}, 1,
			[]chat.Post{{HTML: "x", ReplyTo: target}},
		},
		"reply": {
			chat.Post{HTML: "x", ReplyTo: target}, 1,
			[]chat.Post{{HTML: "x"}},
		},
		"thread and reply": {
			chat.Post{HTML: "x", Thread: target, ReplyTo: target}, 2,
			[]chat.Post{{HTML: "x"}},
		},
		"edit": {
			chat.Post{HTML: "x", Edits: target, Thread: target}, 1,
			[]chat.Post{{HTML: "x", Thread: target}},
		},
		"none": {
			chat.Post{HTML: "x"}, 1, nil,
		},
		"deletion": {
			chat.Post{Redacts: target}, 1, nil,
		},
		"reaction": {
			chat.Post{ReactsTo: target, Reaction: "✅"}, 1, nil,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				test.post.Room = salon
				b.handle = posts(test.post)
				b.start()
				b.server.failNext(slices.Repeat([]fault{badRelation}, test.refusal)...)
				b.server.say(salon, "x")
				b.sync()
				var got []chat.Post
				for _, e := range b.server.visible() {
					e.post.Room = ""
					got = append(got, e.post)
				}
				if fmt.Sprint(got) != fmt.Sprint(test.want) {
					t.Errorf("sent %+v, want %+v", got, test.want)
				}
				refused := int64(0)
				if test.want == nil {
					refused = 1
				}
				if got := b.queue.Counts().Refused.Load(); got != refused {
					t.Errorf("%d posts refused, want %d", got, refused)
				}
			})
		})
	}
}

func TestTargetsAmongPosts(t *testing.T) {
	key := func(n int) chat.Target { return chat.Target{Post: chat.KeyOf("$1", n)} }
	in := func(room chat.RoomID, p chat.Post) chat.Post { p.Room = room; return p }
	tests := map[string]struct {
		posts []chat.Post
		next  []fault
		want  []string
		sees  []string
	}{
		"edit": {
			[]chat.Post{text(salon, "a"), in(salon, chat.Post{HTML: "b", Edits: key(0)})}, nil,
			[]string{"a", "b (edit)"}, []string{"b"},
		},
		"deletion": {
			[]chat.Post{text(salon, "a"), in(salon, chat.Post{Redacts: key(0)})}, nil,
			[]string{"a", "(deletion)"}, nil,
		},
		"thread": {
			[]chat.Post{text(salon, "a"), in(salon, chat.Post{HTML: "b", Thread: key(0), ReplyTo: key(0)})}, nil,
			[]string{"a", "b"}, []string{"a", "b"},
		},
		"of a later one in another lane": {
			[]chat.Post{in(salon, chat.Post{HTML: "b", ReplyTo: key(1)}), in(salon, chat.Post{HTML: "a", Priority: chat.Announcement})}, nil,
			[]string{"a", "b"}, []string{"a", "b"},
		},
		"they end with it": {
			[]chat.Post{
				text(salon, "a"),
				in(salon, chat.Post{HTML: "b", Edits: key(0)}),
				in(salon, chat.Post{HTML: "c", Thread: key(1), Priority: chat.Relay}),
				text(salon, "d"),
			}, []fault{forbidden},
			[]string{"d"}, []string{"d"},
		},
		"of nothing": {
			[]chat.Post{in(salon, chat.Post{HTML: "b", Edits: key(9)}), text(salon, "d")}, nil,
			[]string{"d"}, []string{"d"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bot) {
				b.handle = posts(test.posts...)
				b.start()
				b.server.failNext(test.next...)
				b.server.say(salon, "x")
				b.sync()
				time.Sleep(10 * time.Second)
				synctest.Wait()
				b.server.wantOwn(t, salon, test.want...)
				b.server.wantSeen(t, salon, test.sees...)
			})
		})
	}
}

// A post that waits long for its target does not use up the pace.
func TestWaitingForATargetLeavesThePaceAlone(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.config.Pace = rate.NewLimiter(rate.Every(10*time.Second), 1)
		b.server.fail(func(ctx context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) {
			if o.Post.Priority == chat.Announcement {
				return notHere(time.Hour)(ctx, s, o)
			}
			return s.take(o)
		})
		b.handle = func(ctx context.Context, e chat.Event) (queue.Result, error) {
			if e.Room == bureau {
				return echo(ctx, e)
			}
			return queue.Result{Posts: []chat.Post{
				{Room: salon, HTML: "announcement", Priority: chat.Announcement},
				{Room: salon, HTML: "of it", ReplyTo: chat.Target{Post: chat.KeyOf(chat.Cause(e.ID), 0)}, Priority: chat.Answer},
			}}, nil
		}
		b.start()
		b.server.say(salon, "x")
		b.sync()
		time.Sleep(time.Minute)
		began := time.Now()
		for n := range 6 {
			b.server.say(bureau, fmt.Sprint("!", n))
		}
		b.sync()
		time.Sleep(50 * time.Second)
		synctest.Wait()
		b.server.wantOwn(t, bureau, "0", "1", "2", "3", "4", "5")
		tries := b.server.tries()
		if took := tries[len(tries)-1].at.Sub(began); took > 50*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

// A reply that is only needed among several is one when another event of the room
// waits, or came in after the one that it answers.
func TestReplyIfSeveral(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.handle = func(_ context.Context, e chat.Event) (queue.Result, error) {
			return queue.Result{Posts: []chat.Post{{
				Room: e.Room, HTML: e.Message.Body, ReplyTo: chat.Target{Event: e.ID}, ReplyIfSeveral: true,
			}}}, nil
		}
		b.start()
		b.server.say(salon, "alone")
		b.server.say("!other", "elsewhere")
		b.sync()
		first := b.server.say(salon, "first")
		b.server.say(salon, "last")
		b.sync()
		got := map[string]chat.EventID{}
		for _, e := range b.server.visible() {
			if e.post.HTML != "" {
				got[e.post.HTML] = e.post.ReplyTo.Event
			}
		}
		want := map[string]chat.EventID{"alone": "", "elsewhere": "", "first": first, "last": ""}
		if !maps.Equal(got, want) {
			t.Errorf("the answers reply to %v, want %v", got, want)
		}
	})
}
