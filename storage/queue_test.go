package storage

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

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
	key := chat.KeyOf(chat.Cause(cause), 0)
	err := db.AddPost(t.Context(), queue.Row{
		Key: key, Cause: chat.Cause(cause), Kind: queue.KindPost, State: queue.Waiting, Txn: "txn" + string(cause),
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
		if _, err := db.PostByKey(ctx, chat.KeyOf(chat.Cause(id), 0)); errors.Is(err, chat.ErrNotFound) == want {
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
