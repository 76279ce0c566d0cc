package storage

import (
	"database/sql"
	"errors"

	"go.mau.fi/util/dbutil"
)

type scanFunc func(dest ...any) error

// collect reads all rows before it returns, which frees the only connection.
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

// changed reports whether a statement changed a row.
func changed(result sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}
