package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"heraut/catalogue"
	"heraut/fetch"
	"heraut/storage"
)

// saveAtOnce is the number of repositories that are stored in one transaction.
const saveAtOnce = 500

// knownRepositories holds the repositories of a published list in a temporary
// database, for «bot ask». Close deletes the database.
type knownRepositories struct {
	*storage.DB
	dir  string
	asOf time.Time
}

// RepositoriesAsOf returns the date of the published list, or the time of reading it if
// the list has no date. The error is always nil.
func (k *knownRepositories) RepositoriesAsOf(context.Context) (time.Time, error) { return k.asOf, nil }

// loadRepositories reads the list of repositories at location, a web address or a file
// path, into a new temporary database. The caller closes the result, which deletes the
// database. The error means that the list cannot be read, in plain French, or that the
// database cannot be written; nothing is left then.
func loadRepositories(ctx context.Context, getter *fetch.Getter, location string) (_ *knownRepositories, err error) {
	resp, err := getter.Get(ctx, location, fetch.Validators{})
	if err != nil {
		return nil, unreadable(theRepositories, err)
	}
	defer resp.Body.Close()
	k := &knownRepositories{asOf: cmp.Or(resp.Modified, time.Now())}
	if k.dir, err = os.MkdirTemp("", "heraut-"); err != nil {
		return nil, fmt.Errorf("make a directory for the repositories: %w", err)
	}
	if k.DB, err = storage.Open(ctx, filepath.Join(k.dir, "bot.db")); err != nil {
		return nil, errors.Join(err, os.RemoveAll(k.dir))
	}
	var batch []catalogue.Repository
	_, err = catalogue.ReadRepositories(catalogue.Text(resp.Body, resp.ContentType), func(r catalogue.Repository) error {
		if batch = append(batch, r); len(batch) < saveAtOnce {
			return nil
		}
		full := batch
		batch = batch[:0]
		return k.SaveRepositories(ctx, full)
	})
	if err != nil {
		err = unreadable(theRepositories, fmt.Errorf("%s: %w", fetch.Redacted(location), err))
	} else {
		err = k.SaveRepositories(ctx, batch)
	}
	if err != nil {
		return nil, errors.Join(err, k.Close())
	}
	return k, nil
}

// Close closes the temporary database and deletes it; the error joins those of both.
func (k *knownRepositories) Close() error { return errors.Join(k.DB.Close(), os.RemoveAll(k.dir)) }
