package storage

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.mau.fi/util/dbutil"

	"heraut/chat"
	"heraut/queue"
)

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
		func() error { _, err := db.PostsBehind(ctx, row.Seq, 8); return err },
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
					r := queue.Row{Key: chat.KeyOf(chat.Cause(id), 0), Cause: chat.Cause(id), Kind: queue.KindPost, State: queue.Waiting, Txn: string(id)}
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
				if _, _, err := db.NextPost(b.Context(), noon, nil); err != nil && !errors.Is(err, chat.ErrNotFound) {
					b.Fatal(err)
				}
			}
		})
	}
}
