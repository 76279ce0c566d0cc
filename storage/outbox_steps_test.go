package storage

import (
	"errors"
	"testing"
	"time"

	"heraut/chat"
	"heraut/queue"
)

// The statements that change rows of the outbox follow queue.Next: each step leads a
// row from each state where queue.Next says, and with the same effects.
func TestStepsOfPosts(t *testing.T) {
	statements := map[queue.Step]func(t *testing.T, db *DB, row queue.Row) error{
		queue.StepStart: func(t *testing.T, db *DB, row queue.Row) error {
			_, err := db.StartPost(t.Context(), row.Seq, noon)
			return err
		},
		queue.StepAccept: func(t *testing.T, db *DB, row queue.Row) error {
			_, err := db.TakePost(t.Context(), row.Txn, "$event", noon)
			return err
		},
		queue.StepShow: func(t *testing.T, db *DB, row queue.Row) error {
			if _, _, err := db.ConfirmPost(t.Context(), row.Txn, "$event", noon); err != nil {
				return err
			}
			_, err := db.SeePost(t.Context(), "$event")
			return err
		},
		queue.StepRestart: func(t *testing.T, db *DB, _ queue.Row) error {
			_, err := db.DoubtTrying(t.Context(), noon)
			return err
		},
		queue.StepAbsent: func(t *testing.T, db *DB, _ queue.Row) error {
			_, err := db.SettleDoubts(t.Context(), noon.Add(time.Hour))
			return err
		},
		queue.StepLose: func(t *testing.T, db *DB, row queue.Row) error {
			return db.ResendPost(t.Context(), row.Key, "another")
		},
	}
	for what, run := range statements {
		for _, from := range []queue.State{queue.Waiting, queue.Trying, queue.Sent, queue.Failed, queue.Cancelled} {
			t.Run(string(what)+" "+string(from), func(t *testing.T) {
				db := open(t)
				before := postIn(t, db, from, what == queue.StepAbsent)
				if err := run(t, db, before); err != nil && !errors.Is(err, chat.ErrNotFound) {
					t.Fatal(err)
				}
				after, err := db.PostByKey(t.Context(), before.Key)
				if err != nil {
					t.Fatal(err)
				}
				to, effects := queue.Next(from, what)
				if after.State != to {
					t.Errorf("the statement leads to %s, queue.Next to %s", after.State, to)
				}
				checkEffects(t, before, after, effects)
			})
		}
	}
}

// postIn stores a post in the state; a post that is being tried may be in doubt.
func postIn(t *testing.T, db *DB, s queue.State, doubt bool) queue.Row {
	t.Helper()
	row := mustPost(t, db, "$cause", salon, "text")
	if s == queue.Waiting {
		return row
	}
	row, err := db.StartPost(t.Context(), row.Seq, noon.Add(-time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case s == queue.Sent:
		if _, err := db.TakePost(t.Context(), row.Txn, "$event", noon.Add(-time.Minute)); err != nil {
			t.Fatal(err)
		}
	case s != queue.Trying, doubt:
		if row.State = s; doubt && s == queue.Trying {
			row.Doubts, row.DoubtSince = 1, noon.Add(-time.Minute)
		}
		if err := db.UpdatePost(t.Context(), row, noon.Add(-time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	if row, err = db.PostByKey(t.Context(), row.Key); err != nil {
		t.Fatal(err)
	}
	return row
}

// checkEffects compares the differences of two rows with the effects of a step.
func checkEffects(t *testing.T, before, after queue.Row, effects queue.Effect) {
	t.Helper()
	erased := before.State == queue.Failed || before.State == queue.Cancelled // before the step
	for name, e := range map[string]struct {
		effect queue.Effect
		got    bool
	}{
		"counted": {queue.EffectCount, after.Attempts == before.Attempts+1 && after.AttemptedAt.Equal(noon)},
		"doubted": {queue.EffectDoubt, after.Doubts == before.Doubts+1 && after.DoubtSince.Equal(noon)},
		"renewed": {queue.EffectRenew, after.Txn != before.Txn && after.Attempts == 0 && after.EventID == ""},
	} {
		if e.got != effects.Has(e.effect) {
			t.Errorf("%s: %v; before %+v, after %+v", name, e.got, before, after)
		}
	}
	if effects.Has(queue.EffectSettle) && !after.DoubtSince.IsZero() {
		t.Error("the doubt is still open")
	}
	if got := after.Post.HTML == ""; got != (erased || effects.Has(queue.EffectErase)) {
		t.Errorf("erased: %v", got)
	}
}

// The store tells the queue once that a post is in its room, as queue.Next does.
func TestTellsOnce(t *testing.T) {
	for _, from := range []queue.State{queue.Waiting, queue.Trying, queue.Sent, queue.Failed, queue.Cancelled} {
		db := open(t)
		row := postIn(t, db, from, false)
		_, effects := queue.Next(from, queue.StepAccept)
		first, err := db.TakePost(t.Context(), row.Txn, "$event", noon)
		if err != nil || first != effects.Has(queue.EffectTell) {
			t.Errorf("%s: first %v, %v", from, first, err)
		}
	}
}
