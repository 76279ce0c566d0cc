package storage

import (
	"context"
	"sync"
)

// remembered is a value that was read from tables which seldom change, kept in memory
// until a statement changes them. The database stays the truth: the value is always one
// that was committed. The zero value remembers nothing; it is safe for concurrent use.
type remembered[T any] struct {
	mu      sync.Mutex
	known   bool
	value   T
	changes int
}

// get returns the remembered value or, if there is none, that of read, which it then
// remembers. Inside a transaction it only reads, and remembers nothing: the changes of
// the transaction are not committed yet. The error is that of read.
func (r *remembered[T]) get(ctx context.Context, read func(context.Context) (T, error)) (T, error) {
	if inTransaction(ctx) {
		return read(ctx)
	}
	r.mu.Lock()
	known, value, changes := r.known, r.value, r.changes
	r.mu.Unlock()
	if known {
		return value, nil
	}
	value, err := read(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil && changes == r.changes { // otherwise it may be out of date already
		r.known, r.value = true, value
	}
	return value, err
}

// forget makes the next get read the tables again.
func (r *remembered[T]) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	var none T
	r.known, r.value = false, none
	r.changes++
}

// changesRelays makes the next reading of the relays come from the database once the
// transaction of ctx, which changes them, is committed; without a transaction, the
// statement has to precede the call.
func (d *DB) changesRelays(ctx context.Context) { d.AfterCommit(ctx, d.relays.forget) }

// changesQuestions makes the next look for rooms with open questions about a software
// (d.subjects) read the database once the transaction of ctx, which changes questions, is
// committed; without a transaction, the statement has to precede the call.
func (d *DB) changesQuestions(ctx context.Context) { d.AfterCommit(ctx, d.subjects.forget) }
