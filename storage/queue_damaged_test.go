package storage

import (
	"testing"

	"heraut/queue"
)

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
