package matrix_test

import (
	"context"
	"net/http"
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

// heard hands on what the queue has handled.
type heard chan chat.Event

func (h heard) Handle(_ context.Context, e chat.Event) (queue.Result, error) {
	h <- e
	return queue.Result{}, nil
}

// TestUnreadableIsToldOnce withholds the key of two messages: the handler is
// told once, after a wait, and gets both when the key comes.
func TestUnreadableIsToldOnce(t *testing.T) {
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	dir := t.TempDir()
	db, err := storage.Open(t.Context(), filepath.Join(dir, "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	client, err := matrix.New(matrix.Config{
		Homeserver: hs.URL, User: account.UserID.String(), Password: account.Password,
		RecoveryKeyFile: filepath.Join(dir, "recovery-key"), CryptoDB: filepath.Join(dir, "crypto.db"),
		UnreadableAfter: 2 * time.Second,
	}, db, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	events := make(heard, 100)
	box := queue.New(db, events, client, queue.Config{}, zerolog.Nop())
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	go func() { ended <- box.Run(ctx) }()
	go func() { ended <- client.Sync(ctx, box) }()
	t.Cleanup(func() {
		stop()
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		if err := client.Close(); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})

	proxy := testkit.NewProxy(t, hs.URL)
	agent := hs.Person(t, "agent", testkit.ClientOptions{Encrypted: true, URL: proxy.URL})
	room := agent.Room(t, testkit.Room{Encrypted: true, Invite: []mautrixid.UserID{account.UserID}})
	agent.AwaitMember(t, room, account.UserID, event.MembershipJoin)
	next := func() chat.Event {
		t.Helper()
		select {
		case e := <-events:
			return e
		case <-time.After(30 * time.Second):
			t.Fatal("nothing was handled")
			return chat.Event{}
		}
	}
	if e := next(); e.Joined == nil {
		t.Fatalf("first came %+v", e)
	}
	keys := testkit.On(http.MethodPut, `/sendToDevice/m\.room\.encrypted/`)
	pass := proxy.Add(testkit.Rule{Match: keys, Do: testkit.Answer(http.StatusOK, struct{}{})})
	first := agent.Say(t, room, "un")
	second := agent.Say(t, room, "deux")
	told := next()
	if told.Unreadable == nil || told.Room != chat.RoomID(room) || told.Unreadable.Target != chat.EventID(first) {
		t.Fatalf("got %+v", told)
	}
	pass()
	held := proxy.Requests(keys)
	if len(held) == 0 {
		t.Fatal("no key was held back")
	}
	agent.Replay(t, hs.URL, held[len(held)-1])
	for _, want := range []chat.EventID{chat.EventID(first), chat.EventID(second)} {
		if e := next(); e.Message == nil || e.ID != want {
			t.Errorf("got %+v, want the message %s", e, want)
		}
	}
}
