package matrix_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix/event"
	mautrixid "maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/matrix"
	"heraut/queue"
	"heraut/storage"
	"heraut/testkit"
)

// bot is a client on a homeserver, with a queue whose handler passes each event to
// the test. The test itself posts the bot's messages.
type bot struct {
	account testkit.Account
	matrix  matrix.Config
	queue   queue.Config
	dir     string

	client  *matrix.Client
	db      *storage.DB
	box     *queue.Queue
	handled chan chat.Event
	end     func()
}

// intake implements matrix.Intake with a queue.
type intake struct{ *queue.Queue }

// FoundRoom implements matrix.Intake.
func (intake) FoundRoom(context.Context, string, chat.RoomID) {}

// Handle implements queue.Handler.
func (b *bot) Handle(_ context.Context, e chat.Event) (queue.Result, error) {
	b.handled <- e
	return queue.Result{}, nil
}

// startBot starts a bot that syncs until the test ends. It fills the fields of the
// configurations that are the same for all tests.
func startBot(t *testing.T, hs *testkit.Homeserver, mc matrix.Config, qc queue.Config) *bot {
	t.Helper()
	b := &bot{account: hs.Account(t, "heraut"), matrix: mc, queue: qc, dir: t.TempDir(), handled: make(chan chat.Event, 20_000)}
	b.matrix.Homeserver, b.matrix.User, b.matrix.Password = hs.URL, b.account.UserID.String(), b.account.Password
	b.matrix.RecoveryKeyFile, b.matrix.CryptoDB = filepath.Join(b.dir, "recovery-key"), filepath.Join(b.dir, "crypto.db")
	b.start(t)
	t.Cleanup(func() { b.end() })
	return b
}

// start starts the bot again after end.
func (b *bot) start(t *testing.T) {
	t.Helper()
	// The test's own context ends before the cleanup.
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var err error
	if b.db, err = storage.Open(ctx, filepath.Join(b.dir, "bot.db")); err != nil {
		t.Fatal(err)
	}
	if b.client, err = matrix.New(b.matrix, b.db, zerolog.New(zerolog.NewTestWriter(t))); err != nil {
		t.Fatal(err)
	}
	if err := b.client.Open(ctx); err != nil {
		t.Fatal(err)
	}
	b.box = queue.New(queue.NewOutbox(b.db), b, b.client, b.queue, zerolog.New(zerolog.NewTestWriter(t)))
	if err := b.box.Open(ctx); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 2)
	go func() { ended <- b.box.Run(ctx) }()
	go func() { ended <- b.client.Sync(ctx, intake{b.box}) }()
	b.end = func() {
		stop()
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		if err := b.client.Close(); err != nil {
			t.Error(err)
		}
		if err := b.db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// through restarts the bot with the proxy before its homeserver.
func (b *bot) through(t *testing.T, proxy *testkit.Proxy) {
	t.Helper()
	b.matrix.Homeserver = proxy.URL
	b.restart(t)
}

// restart stops the bot and starts it again.
func (b *bot) restart(t *testing.T) {
	t.Helper()
	b.end()
	b.start(t)
}

// next returns the next event that the bot handles.
func (b *bot) next(t *testing.T) chat.Event {
	t.Helper()
	select {
	case e := <-b.handled:
		return e
	case <-time.After(30 * time.Second):
		t.Fatal("nothing was handled")
		return chat.Event{}
	}
}

// post posts as the bot, once for each cause.
func (b *bot) post(t *testing.T, cause chat.Cause, posts ...chat.Post) {
	t.Helper()
	err := b.box.Do(t.Context(), func(ctx context.Context) error { return b.box.Post(ctx, cause, posts...) })
	if err != nil {
		t.Fatal(err)
	}
}

// say posts a text as the bot, once for each text.
func (b *bot) say(t *testing.T, room mautrixid.RoomID, text string) {
	t.Helper()
	b.post(t, chat.Cause(text), chat.Post{Room: chat.RoomID(room), HTML: text, Lang: "fr"})
}

// room returns the stored row of a room.
func (b *bot) room(t *testing.T, room mautrixid.RoomID) chat.Room {
	t.Helper()
	r, err := b.db.Room(t.Context(), chat.RoomID(room))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// invited makes a room and invites the bot to it.
func (b *bot) invited(t *testing.T, by *testkit.Client, room testkit.Room) mautrixid.RoomID {
	t.Helper()
	room.Invite = append(room.Invite, b.account.UserID)
	id := by.Room(t, room)
	by.AwaitMember(t, id, b.account.UserID, event.MembershipJoin)
	if e := b.next(t); e.Joined == nil {
		t.Fatalf("first came %+v", e)
	}
	return id
}
