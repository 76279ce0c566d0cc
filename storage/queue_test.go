package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mau.fi/util/dbutil"

	"heraut/chat"
	"heraut/queue"
)

// mustArrive stores a message.
func mustArrive(t testing.TB, db *DB, id chat.EventID, room chat.RoomID, body string, at time.Time) {
	t.Helper()
	e := &chat.Event{ID: id, Room: room, Sender: camille, At: at, Message: &chat.Message{Body: body}}
	if added, err := db.AddArrival(t.Context(), queue.Arrival{ID: id, Room: room, At: at, Event: e}, false, at); err != nil || !added {
		t.Fatal(added, err)
	}
}

// mustPost stores a waiting answer to an event and returns its row.
func mustPost(t testing.TB, db *DB, cause chat.EventID, room chat.RoomID, html string) queue.Row {
	t.Helper()
	key := chat.KeyOf(cause, 0)
	err := db.AddPost(t.Context(), queue.Row{
		Key: key, Cause: cause, Kind: queue.KindPost, State: queue.Waiting, Txn: "txn" + string(cause),
		Post: chat.Post{Room: room, HTML: html},
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

// onDisk reports whether the database's files contain a text.
func onDisk(t *testing.T, path, text string) bool {
	t.Helper()
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	return slices.ContainsFunc(files, func(name string) bool {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Contains(content, []byte(text))
	})
}

// A finished row leaves no text in the database's files.
func TestTextsAreErased(t *testing.T) {
	long := strings.Repeat("…", 5000) // several pages
	tests := map[string]struct {
		put, finish func(t *testing.T, db *DB, text string) error
	}{
		"handled": {
			func(t *testing.T, db *DB, text string) error { mustArrive(t, db, "$1", salon, text, noon); return nil },
			func(t *testing.T, db *DB, _ string) error {
				if _, _, err := db.NextEvent(t.Context(), salon, nil); err != nil {
					return err
				}
				_, err := db.FinishEvent(t.Context(), "$1", noon)
				return err
			},
		},
		"superseded": {
			func(t *testing.T, db *DB, text string) error { mustArrive(t, db, "$1", salon, text, noon); return nil },
			func(t *testing.T, db *DB, _ string) error {
				_, err := db.SupersedeEvent(t.Context(), chat.Event{ID: "$2", Room: salon, Redaction: &chat.Redaction{Target: "$1"}}, noon)
				return err
			},
		},
		"unlocked": {
			func(t *testing.T, db *DB, text string) error {
				_, err := db.AddArrival(t.Context(), queue.Arrival{ID: "$1", Room: salon, Session: "s", Raw: []byte(text)}, false, noon)
				return err
			},
			func(t *testing.T, db *DB, _ string) error {
				_, err := db.UnlockEvent(t.Context(), chat.Event{ID: "$1", Room: salon})
				return err
			},
		},
		"never unlocked": {
			func(t *testing.T, db *DB, text string) error {
				_, err := db.AddArrival(t.Context(), queue.Arrival{ID: "$1", Room: salon, Session: "s", Raw: []byte(text)}, false, noon)
				return err
			},
			func(t *testing.T, db *DB, _ string) error {
				return db.PurgeQueue(t.Context(), noon, noon.Add(time.Second))
			},
		},
		"sent": {
			func(t *testing.T, db *DB, text string) error { mustPost(t, db, "$1", salon, text); return nil },
			func(t *testing.T, db *DB, _ string) error {
				if _, err := db.StartPost(t.Context(), 1, noon); err != nil {
					return err
				}
				_, _, err := db.ConfirmPost(t.Context(), "txn$1", "$2", noon)
				return err
			},
		},
		"replaced": {
			func(t *testing.T, db *DB, text string) error { mustPost(t, db, "$1", salon, text); return nil },
			func(t *testing.T, db *DB, _ string) error {
				row, err := db.PostByKey(t.Context(), chat.KeyOf("$1", 0))
				row.Post.HTML = "other"
				return errors.Join(err, db.UpdatePost(t.Context(), row, noon))
			},
		},
		"failed": {
			func(t *testing.T, db *DB, text string) error { mustPost(t, db, "$1", salon, text); return nil },
			func(t *testing.T, db *DB, _ string) error {
				row, err := db.PostByKey(t.Context(), chat.KeyOf("$1", 0))
				row.State = queue.Failed
				return errors.Join(err, db.UpdatePost(t.Context(), row, noon))
			},
		},
	}
	for name, test := range tests {
		for size, text := range map[string]string{"short": "ce-que-personne-ne-lira", "long": long + "ce-que-personne-ne-lira"} {
			t.Run(name+"/"+size, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "bot.db")
				db, err := Open(t.Context(), path)
				if err != nil {
					t.Fatal(err)
				}
				defer db.Close()
				mustArrive(t, db, "$before", bureau, "before", noon)
				if err := test.put(t, db, text); err != nil {
					t.Fatal(err)
				}
				mustArrive(t, db, "$after", bureau, "after", noon)
				if !onDisk(t, path, "ce-que-personne-ne-lira") {
					t.Fatal("the text was never there: the test shows nothing")
				}
				if err := test.finish(t, db, text); err != nil {
					t.Fatal(err)
				}
				if err := db.PurgeQueue(t.Context(), noon, noon); err != nil {
					t.Fatal(err)
				}
				if onDisk(t, path, "ce-que-personne-ne-lira") {
					t.Error("the text is still in the files")
				}
			})
		}
	}
}

const bureau = chat.RoomID("!bureau:example.org")

func TestPurge(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	now := noon
	day := 24 * time.Hour
	for id, age := range map[chat.EventID]time.Duration{"$old": 91 * day, "$young": 89 * day} {
		mustArrive(t, db, id, salon, "x", now.Add(-age))
		if _, err := db.FinishEvent(ctx, id, now.Add(-age)); err != nil {
			t.Fatal(err)
		}
		mustPost(t, db, id, salon, "x")
		if _, _, err := db.ConfirmPost(ctx, "txn"+string(id), "$sent"+id, now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	mustArrive(t, db, "$unhandled", salon, "x", now.Add(-200*day))
	mustPost(t, db, "$unhandled", salon, "x")
	for id, age := range map[chat.EventID]time.Duration{"$locked-old": 25 * time.Hour, "$locked-young": 23 * time.Hour} {
		at := now.Add(-age)
		if _, err := db.AddArrival(ctx, queue.Arrival{ID: id, Room: salon, At: at, Session: "s", Raw: []byte("{}")}, false, at); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.PurgeQueue(ctx, now.Add(-90*day), now.Add(-day)); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[chat.EventID]bool{"$old": false, "$young": true, "$unhandled": true, "$locked-old": true} {
		if known, err := db.KnownEvent(ctx, id); err != nil || known != want {
			t.Errorf("%s is known: %v, %v", id, known, err)
		}
	}
	for id, want := range map[chat.EventID]bool{"$old": false, "$young": true, "$unhandled": true} {
		if _, err := db.PostByKey(ctx, chat.KeyOf(id, 0)); errors.Is(err, queue.ErrNone) == want {
			t.Errorf("the answer to %s: %v", id, err)
		}
	}
	locked, err := db.Locked(ctx, "s")
	if err != nil || len(locked) != 1 || locked[0].ID != "$locked-young" {
		t.Errorf("locked are %v, %v", locked, err)
	}
	rooms, err := db.BusyRooms(ctx)
	if err != nil || !slices.Equal(rooms, []chat.RoomID{salon}) {
		t.Errorf("busy are %v, %v", rooms, err)
	}
}

// The error about an unreadable event contains its id, so that the caller can finish
// it.
func TestDamagedEvent(t *testing.T) {
	db := open(t)
	mustArrive(t, db, "$1", salon, "x", noon)
	if _, err := db.db.Exec(t.Context(), "UPDATE inbox SET content = '{'"); err != nil {
		t.Fatal(err)
	}
	for want := range 3 {
		e, tries, err := db.NextEvent(t.Context(), salon, nil)
		if err == nil || e.ID != "$1" || tries != want {
			t.Errorf("got %s, %d tries, %v", e.ID, tries, err)
		}
	}
}

// The sender finds an unreadable post, and the error contains its row.
func TestDamagedPost(t *testing.T) {
	db := open(t)
	row := mustPost(t, db, "$1", salon, "x")
	if _, err := db.db.Exec(t.Context(), "UPDATE outbox SET content = '{'"); err != nil {
		t.Fatal(err)
	}
	if seq, _, err := db.NextPost(t.Context(), noon, nil); err != nil || seq != row.Seq {
		t.Errorf("next is %d, %v", seq, err)
	}
	got, err := db.StartPost(t.Context(), row.Seq, noon)
	if err == nil || got.Key != row.Key {
		t.Errorf("started %q, %v", got.Key, err)
	}
	got.State = queue.Failed
	if err := db.UpdatePost(t.Context(), got, noon); err != nil {
		t.Fatal(err)
	}
	if row, err = db.PostByKey(t.Context(), row.Key); err != nil || row.State != queue.Failed {
		t.Errorf("it is %s, %v", row.State, err)
	}
}

// plans records the statements that run.
type plans struct {
	dbutil.DatabaseLogger
	statements map[string][]any
}

// QueryTiming implements dbutil.DatabaseLogger.
func (p *plans) QueryTiming(_ context.Context, _, query string, args []any, _ int, _ time.Duration, _ error) {
	p.statements[query] = args
}

// No statement of the queue reads a whole table.
func TestStatementsUseIndexes(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	p := &plans{DatabaseLogger: dbutil.NoopLogger, statements: map[string][]any{}}
	db.db.Log = p
	mustArrive(t, db, "$1", salon, "x", noon)
	row := mustPost(t, db, "$1", salon, "x")
	deletion := chat.Event{ID: "$2", Room: salon, Redaction: &chat.Redaction{Target: "$1"}}
	steps := []func() error{
		func() error { _, err := db.KnownEvent(ctx, "$1"); return err },
		func() error { _, err := db.BusyRooms(ctx); return err },
		func() error { _, _, err := db.NextEvent(ctx, salon, nil); return err },
		func() error { return db.ReturnEvent(ctx, "$1") },
		func() error { _, err := db.UnlockEvent(ctx, deletion); return err },
		func() error { _, err := db.SupersedeEvent(ctx, deletion, noon); return err },
		func() error { _, err := db.FinishEvent(ctx, "$1", noon); return err },
		func() error { _, err := db.PostsOf(ctx, "$1"); return err },
		func() error { _, _, err := db.NextPost(ctx, noon, nil); return err },
		func() error { _, err := db.StartPost(ctx, row.Seq, noon); return err },
		func() error { return db.UpdatePost(ctx, row, noon) },
		func() error { _, err := db.DoubtTrying(ctx, noon); return err },
		func() error { _, err := db.OldestDoubt(ctx, salon); return err },
		func() error { _, err := db.SettleDoubts(ctx, noon); return err },
		func() error { _, _, err := db.ConfirmPost(ctx, row.Txn, "$3", noon); return err },
		func() error { _, err := db.Locked(ctx, ""); return err },
		func() error { return db.PurgeQueue(ctx, noon, noon) },
	}
	for i, step := range steps {
		if err := step(); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
	}
	db.db.Log = dbutil.NoopLogger
	if len(p.statements) < len(steps) {
		t.Errorf("only %d statements were seen", len(p.statements))
	}
	for statement, args := range p.statements {
		if statement == "" || strings.HasPrefix(statement, "PRAGMA") {
			continue
		}
		rows, err := db.db.Query(ctx, "EXPLAIN QUERY PLAN "+statement, args...)
		lines, err := collect(rows, err, func(scan scanFunc) (line string, err error) {
			var n int
			return line, scan(&n, &n, &n, &line)
		})
		if err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
		for _, line := range lines {
			if (strings.HasPrefix(line, "SCAN inbox") || strings.HasPrefix(line, "SCAN outbox")) && !strings.Contains(line, "USING") {
				t.Errorf("%s\nreads a whole table: %q", statement, lines)
			}
		}
	}
}

func BenchmarkNextPost(b *testing.B) {
	tests := map[string]struct {
		rooms, each int
		blocked     bool
	}{
		"nothing waiting":             {0, 0, false},
		"1000 waiting in 100 rooms":   {100, 10, false},
		"10000 waiting in 100 rooms":  {100, 100, false},
		"10000 waiting in 1 room":     {1, 10000, false},
		"10000 held up in 100 rooms":  {100, 100, true},
		"10000 held up in 1000 rooms": {1000, 10, true},
	}
	for name, test := range tests {
		b.Run(name, func(b *testing.B) {
			db, err := Open(b.Context(), filepath.Join(b.TempDir(), "bot.db"))
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			err = db.Do(b.Context(), func(ctx context.Context) error {
				for n := range test.each * test.rooms {
					id := chat.EventID(fmt.Sprint("$", n))
					r := queue.Row{Key: chat.KeyOf(id, 0), Cause: id, Kind: queue.KindPost, State: queue.Waiting, Txn: string(id)}
					r.Post.Room, r.Post.HTML = chat.RoomID(fmt.Sprint("!", n%test.rooms)), "<p>un texte</p>"
					if test.blocked && n < test.rooms {
						r.NextAt = noon.Add(time.Hour)
					}
					if err := db.AddPost(ctx, r); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, _, err := db.NextPost(b.Context(), noon, nil); err != nil && !errors.Is(err, queue.ErrNone) {
					b.Fatal(err)
				}
			}
		})
	}
}
