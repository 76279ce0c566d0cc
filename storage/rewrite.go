package storage

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Rewrite writes all rows of the database to new pages (VACUUM), and empties SQLite's
// log. When SQLite moves rows between pages, it leaves copies of them in the free parts
// of the old pages, and secure_delete does not overwrite these copies when the rows are
// erased. After Rewrite, the database's files hold no erased content. It blocks all
// other use of the database, and needs free disk of up to twice its size for a moment. On
// an error, such as a full disk, the rows are unchanged. It is also an error if another
// process reads the database at that time: old pages then stay. After a success,
// RewrittenAt returns the present minute, unless Forget erased texts meanwhile.
func (d *DB) Rewrite(ctx context.Context) error {
	// Forget may run between these statements: the mark is then 0, and stays.
	if err := d.setRewritten(ctx, rewriting); err != nil {
		return err
	}
	if _, err := d.db.Exec(ctx, "VACUUM"); err != nil {
		return fmt.Errorf("rewrite the database: %w", err)
	}
	emptied, err := d.truncateLog(ctx)
	if err == nil && !emptied {
		err = errors.New("empty the log of the database: another process reads it")
	}
	if err != nil {
		return err
	}
	return d.rewritten(ctx)
}

// rewriting is the mark in place of a minute while Rewrite runs, long ago: after a crash
// or an error, the database has to be rewritten again.
const rewriting = 1

// rewritten records the present minute as that of a Rewrite that has succeeded. It does
// nothing if Forget has asked for another one since the Rewrite began.
func (d *DB) rewritten(ctx context.Context) error {
	return d.Do(ctx, func(ctx context.Context) error {
		var minutes int64
		if err := d.db.QueryRow(ctx, "PRAGMA user_version").Scan(&minutes); err != nil || minutes != rewriting {
			return err
		}
		return d.setRewritten(ctx, time.Now().Unix()/60)
	})
}

// RewrittenAt returns the minute of the last successful Rewrite; a time long ago if there
// was none, if the last one failed, or if texts were erased since of which no copy may
// stay (Forget).
func (d *DB) RewrittenAt(ctx context.Context) (time.Time, error) {
	var minutes int64
	if err := d.db.QueryRow(ctx, "PRAGMA user_version").Scan(&minutes); err != nil || minutes == 0 {
		return time.Time{}, err
	}
	return time.Unix(minutes*60, 0), nil
}

// setRewritten stores the minute, since 1970, of the last Rewrite, in the transaction of
// ctx if it has one; 0 asks for another one. SQLite's user_version, a number of 32 bits
// in the file's header, which nothing else uses, holds it.
func (d *DB) setRewritten(ctx context.Context, minutes int64) error {
	_, err := d.db.Exec(ctx, fmt.Sprintf("PRAGMA user_version = %d", minutes)) // takes no parameters
	return err
}
