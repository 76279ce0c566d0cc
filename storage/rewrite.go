package storage

import (
	"context"
	"fmt"
)

// Rewrite writes all rows of the database to new pages (VACUUM), and empties SQLite's
// log. When SQLite moves rows between pages, it leaves copies of them in the free parts
// of the old pages, and secure_delete does not overwrite these copies when the rows are
// erased. After Rewrite, the database's files hold no erased content. It blocks all
// other use of the database, and needs free disk of up to twice its size for a moment. On
// an error, such as a full disk, the rows are unchanged.
func (d *DB) Rewrite(ctx context.Context) error {
	if _, err := d.db.Exec(ctx, "VACUUM"); err != nil {
		return fmt.Errorf("rewrite the database: %w", err)
	}
	return d.truncateLog(ctx)
}
