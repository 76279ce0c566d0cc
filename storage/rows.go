package storage

import (
	"database/sql"
	"errors"

	"go.mau.fi/util/dbutil"
)

type scanFunc func(dest ...any) error

// collect returns, for each row of a query, the value that read makes of it, and closes
// the rows; err is the query's own error, which it returns. It stops at the first error
// of read. It reads all rows before it returns, since the database has only one
// connection, which open rows occupy.
func collect[T any](rows dbutil.Rows, err error, read func(scan scanFunc) (T, error)) (all []T, _ error) {
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		item, err := read(rows.Scan)
		if err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		all = append(all, item)
	}
	return all, errors.Join(rows.Err(), rows.Close())
}

// changed reports whether a SQL statement changed at least one row; err is the
// statement's own error.
func changed(result sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}
