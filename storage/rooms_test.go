package storage

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"heraut/chat"
	"heraut/queue"
)

func TestRoom(t *testing.T) {
	db := open(t)
	if _, err := db.Room(t.Context(), salon); !errors.Is(err, chat.ErrNotFound) {
		t.Fatalf("a room that was never seen: %v", err)
	}
	want := chat.Room{
		ID: salon, Encrypted: true, InvitedBy: "@a:example.org", Joined: true, Members: 3, MovedTo: "!next",
		RoomFacts: chat.RoomFacts{Name: "Salon", Server: "example.org", Version: "12", Guests: true, Successor: "!next", Allow: []chat.RoomID{"!space"}},
	}
	must(t, db.SaveRoom(t.Context(), want))
	if got, err := db.Room(t.Context(), salon); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	want.Encrypted, want.RoomFacts = false, chat.RoomFacts{}
	must(t, db.SaveRoom(t.Context(), want))
	want.Encrypted = true // a room stays encrypted
	if all, err := db.Rooms(t.Context()); err != nil || len(all) != 1 || !reflect.DeepEqual(all[0], want) {
		t.Errorf("got %+v, %v", all, err)
	}
}

// A row that an older version of the bot stored has no facts.
func TestRoomWithoutFacts(t *testing.T) {
	db := open(t)
	if _, err := db.db.Exec(t.Context(), "INSERT INTO room (room_id, joined) VALUES ($1, 1)", salon); err != nil {
		t.Fatal(err)
	}
	if got, err := db.Room(t.Context(), salon); err != nil || !reflect.DeepEqual(got, chat.Room{ID: salon, Joined: true}) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestDeclined(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	save := func(room string, at time.Time, pending bool) {
		t.Helper()
		must(t, db.SaveDeclined(ctx, chat.Declined{
			Room: chat.RoomID(room), By: "@a:other.example", Server: "other.example", Why: chat.DeclinedServer, At: at, Open: pending,
		}))
	}
	rooms := func() (all []string) {
		t.Helper()
		declined, err := db.Declined(ctx)
		must(t, err)
		for _, d := range declined {
			if d.By != "@a:other.example" || d.Server != "other.example" || d.Why != chat.DeclinedServer {
				t.Fatalf("got %+v", d)
			}
			all = append(all, fmt.Sprintf("%s %t", d.Room, d.Open))
		}
		return all
	}
	now := time.Now()
	save("!old", now.Add(-91*24*time.Hour), false)
	save("!open", now.Add(-91*24*time.Hour), true)
	save("!young", now.Add(-time.Hour), true)
	save("!young", now, false)
	must(t, db.PurgeQueue(ctx, now, now))
	if got := fmt.Sprint(rooms()); got != "[!young false !open true]" {
		t.Errorf("got %s", got)
	}
	for i := range 150 {
		save(fmt.Sprintf("!%03d", i), now.Add(time.Duration(i+1)*time.Second), false)
	}
	got := rooms()
	if len(got) != maxDeclined+1 || got[0] != "!149 false" || got[maxDeclined-1] != "!050 false" || got[maxDeclined] != "!open true" {
		t.Errorf("%d: %v", len(got), got)
	}
}

func TestMoveAnnouncements(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	add := func(key chat.PostKey, priority chat.Priority, change func(*queue.Row)) {
		t.Helper()
		r := queue.Row{Key: key, Kind: queue.KindPost, State: queue.Waiting, Txn: string(key), Post: chat.Post{Room: salon, Priority: priority, HTML: "a"}}
		must(t, db.AddPost(ctx, r))
		if change != nil {
			change(&r)
			must(t, db.UpdatePost(ctx, r, noon))
		}
	}
	add("news", chat.Announcement, nil)
	add("answer", chat.Answer, nil)
	add("sent", chat.Announcement, func(r *queue.Row) { r.State, r.EventID = queue.Sent, "$e" })
	add("doubtful", chat.Announcement, func(r *queue.Row) { r.Doubts = 1 })
	add("edit", chat.Announcement, func(r *queue.Row) { r.Kind = queue.KindEdit })
	must(t, db.MoveAnnouncements(ctx, salon, "!next"))
	for key, want := range map[chat.PostKey]chat.RoomID{
		"news": "!next", "answer": salon, "sent": salon, "doubtful": salon, "edit": salon,
	} {
		if r, err := db.PostByKey(ctx, key); err != nil || r.Post.Room != want {
			t.Errorf("%s is for %s, %v", key, r.Post.Room, err)
		}
	}
}
