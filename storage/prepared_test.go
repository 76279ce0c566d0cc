package storage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mattn/go-sqlite3"

	"heraut/chat"
	"heraut/queue"
)

// parsed counts, from its call on, how often SQLite asks the authorizer, which it does
// only while it parses a statement. BEGIN and COMMIT, which the driver does not keep, do
// not count.
func parsed(t *testing.T, db *DB) *int {
	t.Helper()
	conn, err := db.db.RawDB.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	count := new(int)
	err = conn.Raw(func(raw any) error {
		raw.(*sqlite3.SQLiteConn).RegisterAuthorizer(func(action int, _, _, _ string) int {
			if action != sqlite3.SQLITE_TRANSACTION {
				*count++
			}
			return sqlite3.SQLITE_OK
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return count
}

// The statements that each answer needs are parsed once, not each time that they run:
// SQLite parses a kept statement again if it compared one of its parameters with the
// condition of a partial index.
func TestStatementsArePreparedOnce(t *testing.T) {
	db := open(t)
	rooms := []chat.RoomID{salon, bureau}
	now := noon
	n := 0
	name := func() (chat.EventID, chat.RoomID) { return chat.EventID(fmt.Sprint("$", n)), rooms[n%2] }
	var row queue.Row
	steps := map[string]func(ctx context.Context) error{
		"01 arrival": func(ctx context.Context) error {
			id, room := name()
			e := chat.Event{ID: id, Room: room, Sender: camille}
			_, err := db.AddArrival(ctx, queue.Arrival{ID: id, Room: room, Event: &e}, false, now)
			return err
		},
		"02 busy rooms": func(ctx context.Context) error { _, err := db.BusyRooms(ctx); return err },
		"03 next event": func(ctx context.Context) error {
			_, room := name()
			_, _, err := db.NextEvent(ctx, room, nil)
			return err
		},
		"04 next event but one": func(ctx context.Context) error {
			id, room := name()
			_, _, err := db.NextEvent(ctx, room, []chat.EventID{id})
			return err
		},
		"05 others":   func(ctx context.Context) error { id, room := name(); _, err := db.HasOthers(ctx, room, id); return err },
		"06 returned": func(ctx context.Context) error { id, _ := name(); return db.ReturnEvent(ctx, id) },
		"07 finished": func(ctx context.Context) error { id, _ := name(); _, err := db.FinishEvent(ctx, id, now); return err },
		"08 revised": func(ctx context.Context) error {
			id, room := name()
			_, _, err := db.RevisedAt(ctx, room, id)
			return err
		},
		"09 posts of": func(ctx context.Context) error {
			id, _ := name()
			_, err := db.PostsOf(ctx, chat.Cause(id))
			return err
		},
		"10 post": func(ctx context.Context) error {
			id, room := name()
			row = queue.Row{Key: chat.KeyOf(chat.Cause(id), 0), Cause: chat.Cause(id), Kind: queue.KindPost, State: queue.Waiting, Txn: "txn" + string(id), Post: chat.Post{Room: room, HTML: "text"}}
			return db.AddPost(ctx, row)
		},
		"11 next post": func(ctx context.Context) (err error) {
			row.Seq, _, err = db.NextPost(ctx, now, rooms[(n+1)%2:][:1])
			return err
		},
		"12 behind":       func(ctx context.Context) error { _, err := db.PostsBehind(ctx, row.Seq, 8+n); return err },
		"13 start":        func(ctx context.Context) error { _, err := db.StartPost(ctx, row.Seq, now); return err },
		"14 oldest doubt": func(ctx context.Context) error { _, room := name(); _, err := db.OldestDoubt(ctx, room); return err },
		"15 doubts":       func(ctx context.Context) error { _, err := db.SettleDoubts(ctx, now); return err },
		"16 by key":       func(ctx context.Context) error { _, err := db.PostByKey(ctx, row.Key); return err },
		"17 update":       func(ctx context.Context) error { row.State = queue.Trying; return db.UpdatePost(ctx, row, now) },
		"18 take": func(ctx context.Context) error {
			id, _ := name()
			_, err := db.TakePost(ctx, row.Txn, "$sent"+id, now)
			return err
		},
		"19 confirm": func(ctx context.Context) error {
			id, _ := name()
			_, _, err := db.ConfirmPost(ctx, row.Txn, "$sent"+id, now)
			return err
		},
		"20 see":      func(ctx context.Context) error { id, _ := name(); _, err := db.SeePost(ctx, "$sent"+id); return err },
		"21 unseen":   func(ctx context.Context) error { _, err := db.UnseenPosts(ctx, now, 1+n); return err },
		"22 retry":    func(ctx context.Context) error { _, room := name(); return db.RetryRoom(ctx, room) },
		"23 unblock":  func(ctx context.Context) error { _, room := name(); _, err := db.UnblockRoom(ctx, room); return err },
		"24 position": func(ctx context.Context) error { return db.SavePosition(ctx, fmt.Sprint(n)) },
		"25 known":    func(ctx context.Context) error { id, _ := name(); _, err := db.KnownEvent(ctx, id); return err },
		"26 sender":   func(ctx context.Context) error { id, _ := name(); _, err := db.SenderOf(ctx, id); return err },
	}
	names := make([]string, 0, len(steps))
	for name := range steps {
		names = append(names, name)
	}
	slices.Sort(names)
	count := parsed(t, db)
	for ; n < 4; n++ {
		now = now.Add(time.Minute)
		for _, name := range names {
			*count = 0
			if err := steps[name](t.Context()); err != nil && !errors.Is(err, chat.ErrNotFound) {
				t.Fatalf("%s: %v", name, err)
			}
			if n > 1 && *count > 0 {
				t.Errorf("%s: its statement was parsed again", name)
			}
		}
		if n == 0 && *count == 0 {
			t.Error("the first run parsed nothing")
		}
	}
}

// The signs of HTML stand in the outbox as they are, not as \u003c.
func TestStoredPostsKeepTheirSigns(t *testing.T) {
	db := open(t)
	const html = `<p>a &amp; "b"</p>`
	row := mustPost(t, db, "$1", salon, html)
	for range 2 {
		var content string
		if err := db.db.QueryRow(t.Context(), "SELECT content FROM outbox").Scan(&content); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(content, `<p>a &amp; \"b\"</p>`) || row.Post.HTML != html {
			t.Errorf("stored %s, read %s", content, row.Post.HTML)
		}
		if err := db.UpdatePost(t.Context(), row, noon); err != nil {
			t.Fatal(err)
		}
	}
}
