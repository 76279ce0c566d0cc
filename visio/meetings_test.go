package visio_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/locale/localetest"
	"heraut/queue"
	"heraut/rooms"
	"heraut/storage"
	"heraut/visio"
)

// Meetings remind a room of a scheduled call once, at its start, and deletes the
// link.
func TestReminder(t *testing.T) {
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	meetings := visio.NewMeetings(visio.Options{
		Store: db, Queue: queue.NewOutbox(db), Zone: time.UTC, Log: zerolog.Nop(),
		Rooms: rooms.NewBook(rooms.Settings{Language: "fr", Prefix: "!"}), Chosen: func(chat.RoomID) string { return "" },
	})
	now := time.Date(2026, 10, 5, 14, 30, 0, 0, time.UTC)
	for cause, at := range map[chat.EventID]time.Time{"$soon": now, "$deleted": now, "$long ago": now.Add(-time.Hour)} {
		err := db.SaveMeeting(t.Context(), visio.Meeting{
			Cause: cause, Room: "!salon:example.org", Thread: "$root", Subject: "Point", At: at,
			Call: visio.Call{URL: "https://visio.example.org/abc", Phone: "0100", PIN: "12", Access: visio.AccessLink},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.DeleteMeeting(t.Context(), "$deleted"); err != nil {
		t.Fatal(err)
	}
	for _, at := range []time.Time{now.Add(-2 * time.Hour), now, now.Add(time.Minute)} {
		if err := meetings.Round(t.Context(), at); err != nil {
			t.Fatal(err)
		}
	}
	seq, _, err := db.NextPost(t.Context(), now, nil)
	if err != nil {
		t.Fatal(err)
	}
	row, err := db.StartPost(t.Context(), seq, now)
	if err != nil {
		t.Fatal(err)
	}
	html := row.Post.HTML
	if err := localetest.Check(html); err != nil || !strings.Contains(html, "https://visio.example.org/abc") || !strings.Contains(html, "0100") ||
		row.Post.Thread.Event != "$root" {
		t.Errorf("%v: %+v", err, row.Post)
	}
	if _, _, err := db.NextPost(t.Context(), now, []chat.RoomID{"!salon:example.org"}); err == nil {
		t.Error("there is another message")
	}
	if left, err := db.DueMeetings(t.Context(), now.AddDate(1, 0, 0)); err != nil || len(left) != 0 {
		t.Errorf("the links of %d calls are kept, %v", len(left), err)
	}
}

// provider opens a call, or fails with fault.
type provider struct{ fault *visio.Fault }

func (p *provider) Open(context.Context) (visio.Call, error) {
	if p.fault != nil {
		return visio.Call{}, p.fault
	}
	return visio.Call{URL: "https://visio.example.org/abc"}, nil
}

func (p *provider) IsSlow() bool { return true }

// A call of one provider does not repeat the notices of another.
func TestNoticesOfTwoProviders(t *testing.T) {
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var notices []string
	broken, works := &provider{&visio.Fault{Why: visio.WhyServer, Code: 502}}, &provider{}
	desk := visio.NewMeetings(visio.Options{
		Store: db, Queue: queue.NewOutbox(db), Zone: time.UTC, Log: zerolog.Nop(),
		Named:  map[string]visio.Provider{"broken": broken, "works": works},
		Chosen: func(room chat.RoomID) string { return string(room) },
		Operators: func(_ context.Context, n visio.Notice) error {
			notices = append(notices, n.Name)
			return nil
		},
	})
	now := time.Date(2026, 10, 5, 14, 30, 0, 0, time.UTC)
	open := func(room chat.RoomID, ok bool) {
		t.Helper()
		now = now.Add(time.Minute)
		if _, err := desk.Open(t.Context(), room, now); (err == nil) != ok {
			t.Errorf("%s: %v", room, err)
		}
	}
	open("broken", false)
	open("works", true)
	open("broken", false)
	if len(notices) != 1 {
		t.Errorf("notices of %q, want one", notices)
	}
	broken.fault = nil
	open("broken", true)
	broken.fault = &visio.Fault{Why: visio.WhyServer, Code: 502}
	open("broken", false)
	if len(notices) != 2 {
		t.Errorf("notices of %q, want another one after a call succeeded", notices)
	}
}
