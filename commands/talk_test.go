package commands_test

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/commands"
	"heraut/queue"
	"heraut/rooms"
	"heraut/storage"
	"heraut/webhook"
)

const (
	salon   = chat.RoomID("!salon:example.org")
	english = chat.RoomID("!english:example.org")
	direct  = chat.RoomID("!direct:example.org")

	camille   = chat.UserID("@camille:example.org")
	dominique = chat.UserID("@dominique:example.org")
)

// talk is a conversation with a Handler behind the real queue and the real storage.
// It plays the homeserver and shows the bot's posts.
type talk struct {
	t       *testing.T
	db      *storage.DB
	book    *rooms.Book
	handler *commands.Handler
	queue   *queue.Queue
	hooks   *webhook.Service
	events  int
	left    []chat.RoomID // rooms that the bot left
	edits   []chat.EventID
	last    chat.EventID // the last event that happened

	posts []*shown // the bot's posts in the rooms, oldest first
}

// shown is an answer in the form in which people see it.
type shown struct {
	id chat.EventID
	chat.Post
	to              chat.EventID // the event that it answers
	deleted, edited bool
}

// talking runs a conversation under a fake clock, which advances only when the
// conversation sleeps.
func talking(t *testing.T, limits commands.Limits, conversation func(t *testing.T, k *talk)) {
	talkingWith(t, limits, func(*talk, *commands.Parts) {}, conversation)
}

// talkingWith is talking with further parts, which add gives to the bot.
func talkingWith(t *testing.T, limits commands.Limits, add func(k *talk, p *commands.Parts), conversation func(t *testing.T, k *talk)) {
	synctest.Test(t, func(t *testing.T) {
		k := &talk{t: t}
		db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "bot.db"))
		if err != nil {
			t.Fatal(err)
		}
		state := catalogue.State{Catalogue: catalogue.New(sample(), time.Date(2026, time.September, 3, 9, 0, 0, 0, time.UTC))}
		book, err := rooms.OpenBook(t.Context(), rooms.Settings{Language: "fr", Prefix: "!", Quiet: "aucun"}, db)
		if err != nil {
			t.Fatal(err)
		}
		book.Declare(english, rooms.Settings{Language: "en"})
		k.db, k.book = db, book
		k.hooks, err = webhook.New(t.Context(), webhook.Options{
			Store: db, Book: book, Zone: time.UTC, URL: "https://robot.example.org", MaxBody: 1 << 18, PerMinute: 30, Log: zerolog.Nop(),
			Queue: queue.NewOutbox(db),
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		parts := commands.Parts{
			About: commands.About{RunBy: "DINUM", Contact: "floss@example.org"}, Repositories: db,
			Catalogue: func() catalogue.State { return state },
			Admin: commands.Administration{
				Webhooks: k.hooks,
				Book:     book, Journal: db, Rooms: db, Declined: db.Declined, Confirmations: db, Personal: []commands.Personal{db},
				Operators: []chat.UserID{camille}, Links: "https://matrix.to",
				Resolve: func(_ context.Context, alias string) (chat.RoomID, error) {
					if alias == "#salon:example.org" {
						return salon, nil
					}
					return "", commands.ErrNoRoom
				},
				Status: func(ctx context.Context) (commands.Status, error) {
					s, err := db.QueueStatus(ctx)
					s.Verified, s.RecoveryKey, s.Device, s.Synced, s.Started = true, true, "HERAUT", time.Now(), time.Now()
					return s, err
				},
			},
		}
		add(k, &parts)
		answerer := commands.NewAnswerer(parts)
		handler := commands.NewHandler(answerer, commands.HandlerOptions{Rooms: book, Choices: db, Limits: limits, Moves: []commands.Move{k.hooks.Move}})
		k.handler = handler
		k.queue = queue.New(queue.NewOutbox(db), handler, k, queue.Config{Guards: map[string]queue.Guard{commands.GuardName: letGo{}}, AtOnce: 1}, zerolog.New(zerolog.NewTestWriter(t)))
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- k.queue.Run(ctx) }()
		conversation(t, k)
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
}

// Send implements queue.Transport.
func (k *talk) Send(_ context.Context, o queue.Outgoing) (chat.EventID, error) {
	k.events++
	id := chat.EventID(fmt.Sprintf("$bot%d", k.events))
	switch {
	case o.Post.Leaves:
		k.left = append(k.left, o.Post.Room)
	case slices.Contains(k.edits, o.Post.Redacts.Event):
	case !o.Post.Redacts.IsZero():
		k.posted(o.Post.Redacts.Event).deleted = true
	case !o.Post.Edits.IsZero():
		p := k.posted(o.Post.Edits.Event)
		p.HTML, p.edited = o.Post.HTML, true
		k.edits = append(k.edits, id)
	default:
		to := o.Post.ReplyTo.Event
		if o.Post.ReplyIfSeveral {
			to = cmp.Or(to, k.last)
		}
		k.posts = append(k.posts, &shown{id: id, Post: o.Post, to: to})
	}
	return id, nil
}

// MarkRead implements queue.Transport.
func (k *talk) MarkRead(context.Context, chat.RoomID, chat.EventID) error      { return nil }
func (k *talk) Shows(context.Context, chat.RoomID, chat.EventID) (bool, error) { return true, nil }

func (k *talk) posted(id chat.EventID) *shown {
	i := slices.IndexFunc(k.posts, func(p *shown) bool { return p.id == id })
	if i < 0 {
		k.t.Errorf("the bot edits or deletes %s, which it never sent", id)
		return &shown{}
	}
	return k.posts[i]
}

// happen delivers an event, waits until the bot has handled it, and returns its id.
func (k *talk) happen(e chat.Event) chat.EventID {
	k.t.Helper()
	k.events++
	e.ID, e.At = chat.EventID(fmt.Sprintf("$%d", k.events)), time.Now()
	if e.Sender == "" {
		e.Sender = camille
	}
	if e.Room == "" {
		e.Room = salon
	}
	e.Direct, k.last = e.Room == direct, e.ID
	err := k.queue.Accept(k.t.Context(), queue.Batch{
		Began: time.Now(), Received: time.Now(),
		Arrivals: []queue.Arrival{{ID: e.ID, Room: e.Room, Event: &e}},
	})
	if err != nil {
		k.t.Fatal(err)
	}
	synctest.Wait()
	return e.ID
}

// say sends a message of Camille's in the room.
func (k *talk) say(body string) chat.EventID {
	k.t.Helper()
	return k.happen(chat.Event{Message: &chat.Message{Body: body}})
}

// sayIn sends a message of Camille's in another room.
func (k *talk) sayIn(room chat.RoomID, body string) chat.EventID {
	k.t.Helper()
	return k.happen(chat.Event{Room: room, Message: &chat.Message{Body: body}})
}

// edit gives a message of Camille's in the room a new text.
func (k *talk) edit(id chat.EventID, body string) {
	k.t.Helper()
	k.happen(chat.Event{Message: &chat.Message{Body: body, Edits: id}})
}

// remove deletes a message or a reaction of Camille's in the room.
func (k *talk) remove(id chat.EventID) {
	k.t.Helper()
	k.happen(chat.Event{Redaction: &chat.Redaction{Target: id}})
}

// answers returns the texts of the answers to a message, without tags.
func (k *talk) answers(to chat.EventID) []string {
	var texts []string
	for _, p := range k.posts {
		if p.to == to && !p.deleted {
			texts = append(texts, bare(p.HTML))
		}
	}
	return texts
}

// answer returns the only answer to a message.
func (k *talk) answer(to chat.EventID) *shown {
	k.t.Helper()
	var found []*shown
	for _, p := range k.posts {
		if p.to == to && !p.deleted {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		k.t.Fatalf("%d answers to %s: %q", len(found), to, k.answers(to))
	}
	return found[0]
}

// expect checks that a message has one answer that begins with start, or none if
// start is empty.
func (k *talk) expect(to chat.EventID, start string) {
	k.t.Helper()
	got := k.answers(to)
	switch {
	case start == "" && len(got) != 0:
		k.t.Errorf("answered with %q, not at all expected", got)
	case start != "" && (len(got) != 1 || !strings.HasPrefix(got[0], start)):
		k.t.Errorf("answered with %q, want %q", got, start)
	}
}

// bare returns the text of a message without its tags, with plain spaces.
func bare(html string) string {
	var b strings.Builder
	tag := false
	for _, r := range html {
		switch {
		case r == '<':
			tag = true
		case r == '>':
			tag = false
			b.WriteByte(' ')
		case r == '\u00A0', r == '\u202F':
			b.WriteByte(' ')
		case !tag:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
