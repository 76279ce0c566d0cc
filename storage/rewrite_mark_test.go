package storage

import (
	"testing"
	"time"
)

// TestEraseDuringRewrite: texts that are erased while the database is rewritten may leave
// copies in the new file, so the mark that asks for another rewrite stays.
func TestEraseDuringRewrite(t *testing.T) {
	db := open(t)
	due := func() bool {
		t.Helper()
		at, err := db.RewrittenAt(t.Context())
		must(t, err)
		return time.Since(at) > time.Hour
	}
	must(t, db.Rewrite(t.Context()))
	if due() {
		t.Error("a rewrite is due after one")
	}
	must(t, db.setRewritten(t.Context(), rewriting)) // as Rewrite begins
	if !due() {
		t.Error("after a crash during a rewrite, none is due")
	}
	must(t, db.Forget(t.Context(), camille))
	must(t, db.rewritten(t.Context())) // as Rewrite ends
	if !due() {
		t.Error("the request of Forget is lost")
	}
}
