package relay_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/queue"
	"heraut/relay"
	"heraut/rooms"
	"heraut/storage"
)

const (
	lou   chat.UserID = "@zylou:example.org"   // asks
	sacha chat.UserID = "@zysacha:example.org" // answers
)

// remembered is a database with a question that lou asked and sacha answered, whose
// posts are all sent, and another question between other people.
type remembered struct {
	*testing.T
	file    string
	db      *storage.DB
	box     *queue.Outbox
	carrier *relay.Carrier
}

func newRemembered(t *testing.T) *remembered {
	t.Helper()
	r := &remembered{T: t, file: filepath.Join(t.TempDir(), "bot.db")}
	var err error
	if r.db, err = storage.Open(t.Context(), r.file); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.db.Close(); err != nil {
			t.Error(err)
		}
	})
	r.box = queue.NewOutbox(r.db)
	r.carrier = relay.NewCarrier(relay.Options{
		Store: r.db, Queue: r.box, Book: rooms.NewBook(rooms.Settings{Language: "fr", Prefix: "!"}), Log: zerolog.Nop(),
		Room: func(_ context.Context, room chat.RoomID) (chat.Room, error) { return chat.Room{ID: room}, nil },
		Ours: func(string) bool { return true },
	})
	r.question(1, lou, sacha)
	r.question(2, "@other:example.org", "@another:example.org")
	return r
}

// question stores a question with a claim, an answer, a follow-up, reactions and an
// FAQ entry, and sends its posts.
func (r *remembered) question(n int, asker, expert chat.UserID) {
	r.Helper()
	ctx := r.Context()
	q := relay.Question{
		Status: relay.Answered, Text: fmt.Sprintf("zyquestion%d ?", n), Asker: asker, AskerName: fmt.Sprintf("Zyasker%d", n), Lang: "fr",
		Origin: "!origin", Experts: "!experts", Event: chat.EventID(fmt.Sprintf("$q%d", n)), Thread: chat.EventID(fmt.Sprintf("$q%d", n)),
		Root: chat.PostKey(fmt.Sprintf("root%d/0", n)), Confirmation: chat.PostKey(fmt.Sprintf("confirmation%d/0", n)), Shows: 2,
		Claimer: expert, ClaimerName: fmt.Sprintf("Zyexpert%d", n), ShownAudience: chat.Everybody,
		AskedAt: time.UnixMilli(1000), PostedAt: time.UnixMilli(1000), AnsweredAt: time.UnixMilli(2000),
	}
	err := r.box.Do(ctx, func(ctx context.Context) error {
		number, err := r.db.AddQuestion(ctx, q)
		if err != nil {
			return err
		}
		messages := []relay.Message{
			{Post: q.Root, Room: "!experts", Role: relay.RoleRoot},
			{Post: q.Confirmation, Room: "!origin", Role: relay.RoleConfirmation},
			{
				Post: chat.PostKey(fmt.Sprintf("answer%d/0", n)), Room: "!origin", Role: relay.RoleAnswer, From: "!experts",
				Event: chat.EventID(fmt.Sprintf("$a%d", n)), Sender: expert, Text: fmt.Sprintf("zyanswer%d.", n),
			},
			{
				Post: chat.PostKey(fmt.Sprintf("more%d/0", n)), Room: "!experts", Role: relay.RoleFollowUp, From: "!origin",
				Event: chat.EventID(fmt.Sprintf("$f%d", n)), Sender: asker, Text: fmt.Sprintf("zymore%d.", n),
			},
		}
		for _, m := range messages {
			m.Question, m.At = number, time.UnixMilli(2000)
			post := chat.Post{Room: m.Room, Priority: chat.Relay, HTML: "<p>" + q.Text + m.Text + q.AskerName + q.ClaimerName + "</p>", Lang: "fr"}
			cause := chat.EventID(m.Post[:len(m.Post)-2])
			if err := errors.Join(r.db.SaveMessage(ctx, m), r.box.Post(ctx, chat.Cause(cause), post)); err != nil {
				return err
			}
		}
		for i, user := range []chat.UserID{asker, expert} {
			err := r.db.SaveReaction(ctx, relay.Reaction{
				Event: chat.EventID(fmt.Sprintf("$r%d%d", n, i)), Question: number, Sender: user, Target: fmt.Sprintf("$t%d", n), Key: "👍",
				Post: chat.PostKey(fmt.Sprintf("reaction%d/0", n)),
			})
			if err != nil {
				return err
			}
		}
		_, err = r.db.SaveEntry(ctx, relay.Entry{Question: "Gardée ?", Answer: "Gardée.", Event: chat.EventID(fmt.Sprintf("$a%d", n))})
		return errors.Join(err, r.box.Post(ctx, chat.Cause(fmt.Sprintf("reaction%d", n)), chat.Post{
			Room: "!origin", Priority: chat.Relay, ReactsTo: chat.Target{Event: "$x"}, Reaction: "👍",
		}))
	})
	if err != nil {
		r.Fatal(err)
	}
	r.send()
}

// send sends all waiting posts, and returns the keys of the posts that they delete and
// the texts of the others.
func (r *remembered) send() (deleted []chat.PostKey, said []string) {
	r.Helper()
	ctx := r.Context()
	for {
		seq, _, err := r.db.NextPost(ctx, time.Now(), nil)
		if errors.Is(err, chat.ErrNotFound) {
			return deleted, said
		}
		row, err := r.db.StartPost(ctx, seq, time.Now())
		if err != nil {
			r.Fatal(err)
		}
		if !row.Post.Redacts.IsZero() {
			deleted = append(deleted, row.Post.Redacts.Post)
		} else {
			said = append(said, row.Post.HTML)
		}
		row.State, row.EventID = queue.Sent, chat.EventID(fmt.Sprint("$sent", seq))
		if err := r.db.UpdatePost(ctx, row, time.Now()); err != nil {
			r.Fatal(err)
		}
	}
}

// kept returns those of the words that the database file holds.
func (r *remembered) kept(words ...string) (found []string) {
	r.Helper()
	// The purge also empties the write-ahead log.
	if err := r.db.PurgeQueue(r.Context(), time.UnixMilli(0), time.UnixMilli(0)); err != nil {
		r.Fatal(err)
	}
	data, err := os.ReadFile(r.file)
	if err != nil {
		r.Fatal(err)
	}
	for _, word := range words {
		if bytes.Contains(bytes.ToLower(data), []byte(word)) {
			found = append(found, word)
		}
	}
	return found
}

func TestForgetting(t *testing.T) {
	tests := map[string]struct {
		user    chat.UserID
		data    []string // kinds of data
		deleted []chat.PostKey
		gone    []string
		stays   []string
	}{
		"an asker": {
			user: lou, data: []string{"question", "follow-up", "reaction"},
			deleted: []chat.PostKey{"more1/0", "root1/0", "confirmation1/0"},
			gone:    []string{"zylou", "zyquestion1", "zymore1", "zyasker1", "zyanswer1"},
			stays:   []string{"zyquestion2", "zyanswer2", "zymore2", "zyasker2", "gardée"},
		},
		"an expert": {
			user: sacha, data: []string{"claim", "answer", "reaction"},
			deleted: []chat.PostKey{"answer1/0"},
			gone:    []string{"zysacha", "zyanswer1", "zyexpert1"},
			stays:   []string{"zyquestion1", "zymore1", "zyquestion2", "zyanswer2", "zyexpert2", "gardée"},
		},
		"somebody else": {user: "@nobody:example.org", stays: []string{"zylou", "zysacha", "zyanswer1"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRemembered(t)
			data, err := r.carrier.DataOf(t.Context(), test.user)
			if err != nil {
				t.Fatal(err)
			}
			var kinds []string
			for _, d := range data {
				kinds = append(kinds, d.Kind)
			}
			if !slices.Equal(kinds, test.data) {
				t.Errorf("told %v, want %v", kinds, test.data)
			}
			if err := r.box.Do(t.Context(), func(ctx context.Context) error { return r.carrier.Forget(ctx, test.user) }); err != nil {
				t.Fatal(err)
			}
			deleted, _ := r.send()
			if !slices.Equal(deleted, test.deleted) {
				t.Errorf("deleted %v, want %v", deleted, test.deleted)
			}
			if found := r.kept(test.gone...); len(found) > 0 {
				t.Errorf("still in the file: %v", found)
			}
			if found := r.kept(test.stays...); !slices.Equal(found, test.stays) {
				t.Errorf("of %v, only %v is in the file", test.stays, found)
			}
			if data, err := r.carrier.DataOf(t.Context(), test.user); err != nil || len(data) > 0 {
				t.Errorf("afterwards: %v, %v", data, err)
			}
			if all, err := r.db.Entries(t.Context()); err != nil || len(all) != 2 {
				t.Errorf("the FAQ has %v, %v", all, err)
			}
		})
	}
}
