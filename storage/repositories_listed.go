package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"heraut/catalogue"
)

// listedEvery is the precision of listed_at: writing it at most once a day saves
// writes, since a list is read every few hours and names most of its repositories each
// time.
const listedEvery = 24 * time.Hour

// SaveListed stores repositories like SaveRepositories, and records that the named list
// contains them at the given time. The recorded time may be up to a day (listedEvery)
// old.
func (d *DB) SaveListed(ctx context.Context, list string, at time.Time, all []catalogue.Repository) error {
	addresses := make([]string, len(all))
	for i := range all {
		addresses[i] = address(all[i].URL)
	}
	named, err := json.Marshal(addresses)
	if err != nil {
		return err
	}
	return d.Do(ctx, func(ctx context.Context) error {
		if err := d.SaveRepositories(ctx, all); err != nil {
			return err
		}
		_, err := d.db.Exec(ctx, `
			UPDATE repository SET listed_in = $1, listed_at = $2
			WHERE address IN (SELECT value FROM json_each($3)) AND listed_at <= $4`,
			list, millis(at), string(named), millis(at.Add(-listedEvery)))
		if err != nil {
			return fmt.Errorf("note that %s lists repositories: %w", list, err)
		}
		return nil
	})
}

// PurgeUnlisted deletes each repository that its list has not contained for longer than
// absent plus a day, counted back from the last reading of that list. Repositories that
// were never in a list stay.
func (d *DB) PurgeUnlisted(ctx context.Context, absent time.Duration) error {
	return d.Do(ctx, func(ctx context.Context) error {
		rows, err := d.db.Query(ctx, `
			WITH list AS (SELECT listed_in, max(listed_at) AS read_at FROM repository WHERE listed_in <> '' GROUP BY listed_in)
			SELECT id FROM repository JOIN list USING (listed_in) WHERE listed_at < read_at - $1`, (absent + listedEvery).Milliseconds())
		gone, err := collect(rows, err, func(scan scanFunc) (id int64, err error) { return id, scan(&id) })
		if err != nil || len(gone) == 0 {
			return err
		}
		ids, err := json.Marshal(gone)
		if err != nil {
			return err
		}
		for _, where := range []string{"repository_words WHERE rowid", "repository WHERE id"} {
			if _, err := d.db.Exec(ctx, "DELETE FROM "+where+" IN (SELECT value FROM json_each($1))", string(ids)); err != nil {
				return err
			}
		}
		return nil
	})
}
