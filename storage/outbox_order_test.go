package storage

import (
	"reflect"
	"testing"
	"time"

	"go.mau.fi/util/dbutil"

	"heraut/chat"
	"heraut/queue"
)

// mustAnswer stores a waiting answer for a person.
func mustAnswer(t *testing.T, db *DB, cause chat.Cause, room chat.RoomID, person chat.UserID, thread chat.EventID) queue.Row {
	t.Helper()
	key := chat.KeyOf(cause, 0)
	err := db.AddPost(t.Context(), queue.Row{
		Key: key, Cause: cause, Kind: queue.KindPost, State: queue.Waiting, Txn: "txn" + string(cause),
		Post: chat.Post{Room: room, HTML: "text", For: person, Thread: chat.Target{Event: thread}},
	})
	if err != nil {
		t.Fatal(err)
	}
	row, err := db.PostByKey(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return row
}

// placesBehind returns the places behind a row.
func placesBehind(t *testing.T, db *DB, seq int64, limit int) []queue.Place {
	t.Helper()
	places, err := db.PostsBehind(t.Context(), seq, limit)
	if err != nil {
		t.Fatal(err)
	}
	return places
}

// PostsBehind returns the open posts of the same lane, and only the next ones.
func TestPostsBehind(t *testing.T) {
	db := open(t)
	first := mustAnswer(t, db, "$1", salon, camille, "")
	mustAnswer(t, db, "$2", bureau, camille, "")
	sent := mustAnswer(t, db, "$3", salon, camille, "")
	mustAnswer(t, db, "$4", salon, "@dominique:example.org", "$thread")
	mustPost(t, db, "$5", salon, "for nobody")
	tried := mustAnswer(t, db, "$6", salon, camille, "")
	mustAnswer(t, db, "$7", salon, camille, "")
	if _, err := db.TakePost(t.Context(), sent.Txn, "$event", noon); err != nil {
		t.Fatal(err)
	}
	tried.State, tried.Doubts, tried.NextAt = queue.Trying, 2, noon.Add(time.Minute)
	if err := db.UpdatePost(t.Context(), tried, noon); err != nil {
		t.Fatal(err)
	}
	want := []queue.Place{
		{Seq: 4, State: queue.Waiting, Order: queue.Order{Person: "@dominique:example.org", Thread: "$thread"}},
		{Seq: 5, State: queue.Waiting},
		{Seq: 6, State: queue.Trying, Doubts: 2, NextAt: noon.Add(time.Minute).UTC(), Order: queue.Order{Person: camille}},
	}
	got := placesBehind(t, db, first.Seq, 3)
	for i := range got {
		got[i].NextAt = got[i].NextAt.UTC()
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// The stored order follows the post: another text may go to another thread. A finished
// post has none, since it names a person.
func TestStoredOrder(t *testing.T) {
	db := open(t)
	first := mustPost(t, db, "$1", salon, "first")
	row := mustAnswer(t, db, "$2", salon, camille, "")
	row.Post.Thread.Event = "$2"
	if err := db.UpdatePost(t.Context(), row, noon); err != nil {
		t.Fatal(err)
	}
	if got := placesBehind(t, db, first.Seq, 1)[0].Order; got != (queue.Order{Person: camille, Thread: "$2"}) {
		t.Errorf("after an update: %+v", got)
	}
	row.State = queue.Cancelled
	if err := db.UpdatePost(t.Context(), row, noon); err != nil {
		t.Fatal(err)
	}
	taken := mustAnswer(t, db, "$3", salon, camille, "$thread")
	if _, err := db.TakePost(t.Context(), taken.Txn, "$event", noon); err != nil {
		t.Fatal(err)
	}
	var named int
	if err := db.db.QueryRow(t.Context(), "SELECT COUNT(*) FROM outbox WHERE person <> '' OR thread <> ''").Scan(&named); err != nil {
		t.Fatal(err)
	}
	if named != 0 {
		t.Errorf("%d finished posts name a person or a thread", named)
	}
}

// Posts that an older version left keep the order of their room.
func TestOlderPostsKeepTheirOrder(t *testing.T) {
	path := old(t, 24)
	older, err := dbutil.NewWithDialect("file:"+path, "sqlite3")
	if err != nil {
		t.Fatal(err)
	}
	for i, key := range []string{"$1/0", "$2/0"} {
		if _, err := older.Exec(t.Context(), `
			INSERT INTO outbox (post_key, cause, slot, kind, room_id, priority, state, txn, content)
			VALUES ($1, $1, 0, 'post', $2, 0, 'waiting', $1, $3)`, key, salon, `{"html":"text"}`); err != nil {
			t.Fatal(i, err)
		}
	}
	if err := older.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	row, err := db.PostByKey(t.Context(), "$1/0")
	if err != nil || row.Order() != (queue.Order{}) {
		t.Errorf("%+v, %v", row.Order(), err)
	}
	if got := placesBehind(t, db, row.Seq, 2); len(got) != 1 || got[0].Order != (queue.Order{}) {
		t.Errorf("%+v", got)
	}
}
