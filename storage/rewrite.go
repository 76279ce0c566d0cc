package storage

import (
	"context"
	"errors"
	"fmt"
)

// Rewrite writes all rows of the database to new pages (VACUUM), and empties SQLite's
// log. When SQLite moves rows between pages, it leaves copies of them in the free parts
// of the old pages, and secure_delete does not overwrite these copies when the rows are
// erased. After Rewrite, the database's files hold no erased content. It blocks all
// other use of the database, and needs free disk of up to twice its size for a moment. On
// an error, such as a full disk, the rows are unchanged. It is also an error if another
// process reads the database at that time: old pages then stay.
func (d *DB) Rewrite(ctx context.Context) error {
	if _, err := d.db.Exec(ctx, "VACUUM"); err != nil {
		return fmt.Errorf("rewrite the database: %w", err)
	}
	emptied, err := d.truncateLog(ctx)
	if err == nil && !emptied {
		err = errors.New("empty the log of the database: another process reads it")
	}
	return err
}
