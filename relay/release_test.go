package relay_test

import (
	"context"
	"testing"

	"heraut/chat"
)

// Who is in charge when a question is given back is looked at again when that is carried
// out: another expert who took it meanwhile keeps it.
func TestReleaseIsCheckedLate(t *testing.T) {
	inWorld(t, func(w *world) {
		w.say(salon, camille, "!question Laquelle ?")
		root := w.root()
		w.inThread(experts, bruno, root, "!prendre")
		ctx := context.Background()
		q, err := w.db.Question(ctx, 1)
		if err != nil {
			t.Fatal(err)
		}
		release, err := w.carrier.Release(ctx, chat.Event{Room: experts, Sender: bruno}, q)
		if err != nil {
			t.Fatal(err)
		}
		w.inThread(experts, bruno, root, "!laisser")
		w.inThread(experts, dora, root, "!prendre")
		if err := w.db.Do(ctx, release); err != nil {
			t.Fatal(err)
		}
		if q, err = w.db.Question(ctx, 1); err != nil || q.Claimer != dora {
			t.Errorf("%q looks after the question, %v", q.Claimer, err)
		}
	})
}
