package storage

import (
	"fmt"
	"testing"
	"time"

	"heraut/chat"
	"heraut/commands"
	"heraut/queue"
	"heraut/rooms"
)

func TestChangesAreForgotten(t *testing.T) {
	db := open(t)
	now := time.Now()
	for i, at := range []time.Time{now.AddDate(-2, 0, 0), now.Add(-time.Hour), now} {
		if err := db.AddChange(t.Context(), rooms.Change{At: at, By: "@camille:example.org", What: rooms.Role, After: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	must(t, db.PurgeQueue(t.Context(), now, now))
	changes, err := db.Changes(t.Context(), 10)
	if err != nil || len(changes) != 2 || changes[0].After != "2" || changes[1].After != "1" {
		t.Errorf("the log has %+v, %v", changes, err)
	}
}

// A room is unwritable when its last post was refused.
func TestQueueStatus(t *testing.T) {
	db := open(t)
	now := time.Now()
	for i, post := range []struct {
		room  chat.RoomID
		state queue.State
	}{
		{"!open:example.org", queue.Failed}, {"!open:example.org", queue.Sent},
		{"!closed:example.org", queue.Sent}, {"!closed:example.org", queue.Failed}, {"!new:example.org", queue.Waiting},
	} {
		row := queue.Row{Key: chat.PostKey(fmt.Sprint(i)), Txn: fmt.Sprint(i), Kind: queue.KindPost, State: queue.Waiting, Post: chat.Post{Room: post.room}}
		if err := db.AddPost(t.Context(), row); err != nil {
			t.Fatal(err)
		}
		row.State, row.Reason = post.state, "M_FORBIDDEN"
		if err := db.UpdatePost(t.Context(), row, now.Add(time.Duration(i)*time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	s, err := db.QueueStatus(t.Context())
	if err != nil || s.Unsent != 1 || len(s.Unwritable) != 1 || s.Unwritable[0].Room != "!closed:example.org" || s.Unwritable[0].Reason != "M_FORBIDDEN" {
		t.Errorf("the status is %+v, %v", s, err)
	}
}

func TestOldConfirmationsAreForgotten(t *testing.T) {
	db := open(t)
	const room, person = chat.RoomID("!a:example.org"), chat.UserID("@camille:example.org")
	old := commands.Confirmation{Cause: "$old", Room: room, By: person, Line: "bot quitter", At: time.Now().Add(-time.Hour)}
	if err := db.SaveConfirmation(t.Context(), old, old.At); err != nil {
		t.Fatal(err)
	}
	if err := db.PurgeQueue(t.Context(), time.Now(), time.Now()); err != nil {
		t.Fatal(err)
	}
	if c, err := db.WaitingConfirmation(t.Context(), room, person); err == nil {
		t.Errorf("still there: %+v", c)
	}
}
