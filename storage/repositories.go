package storage

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"heraut/announce"
	"heraut/catalogue"
)

// SaveRepositories adds the repositories, or brings those that are stored up to
// date, in one transaction: some hundreds at a time keep others from waiting. A
// repository is known by its address, and by its forge's id under another one.
// What is stored already costs no write.
func (d *DB) SaveRepositories(ctx context.Context, all []catalogue.Repository) error {
	return d.Do(ctx, func(ctx context.Context) error {
		written := map[int64]catalogue.Repository{}
		for i := range all {
			if err := d.saveRepository(ctx, &all[i], written); err != nil {
				return fmt.Errorf("store %s: %w", all[i].URL, err)
			}
		}
		// All words at the end: a statement on another table in between would have
		// FTS5 write out each repository's by themselves.
		for _, id := range slices.Sorted(maps.Keys(written)) {
			r := written[id]
			if err := d.saveWords(ctx, id, &r); err != nil {
				return fmt.Errorf("index %s: %w", r.URL, err)
			}
		}
		return nil
	})
}

// saveRepository adds to written what it stored and removes from it what it
// removed, by id: their words are still to be stored.
func (d *DB) saveRepository(ctx context.Context, r *catalogue.Repository, written map[int64]catalogue.Repository) error {
	id, known, err := d.knownRepository(ctx, "address = $1", address(r.URL))
	if err != nil {
		return err
	}
	if r.ForgeID != "" && (id == 0 || known.ForgeID != r.ForgeID) {
		moved, former, err := d.knownRepository(ctx, "host = $1 AND forge_id = $2 AND forge_id <> ''", r.Host, r.ForgeID)
		switch {
		case err != nil:
			return err
		case id == 0:
			id, known = moved, former
		case moved != 0 && moved != id: // it took the place of another one
			if err := d.removeRepository(ctx, moved); err != nil {
				return err
			}
			delete(written, moved)
		}
	}
	now := millis(time.Now())
	current := completed(r, &known)
	values := repositoryValues(&current)
	if id != 0 && slices.Equal(values, repositoryValues(&known)) {
		return nil
	}
	if id == 0 {
		err = d.db.QueryRow(ctx, insertRepository, append(values, now)...).Scan(&id)
	} else {
		_, err = d.db.Exec(ctx, updateRepository, append(values, now, id)...)
	}
	if err != nil {
		return err
	}
	written[id] = current
	return nil
}

// completed is r with what its source does not say, but another one did.
func completed(r, known *catalogue.Repository) catalogue.Repository {
	full := *r
	full.ForgeID = cmp.Or(r.ForgeID, known.ForgeID)
	full.Organization = cmp.Or(r.Organization, known.Organization)
	full.Ministry = cmp.Or(r.Ministry, known.Ministry)
	full.Personal = r.Personal || known.Personal
	full.Created = cmp.Or(r.Created, known.Created)
	full.Pushed = cmp.Or(r.Pushed, known.Pushed)
	if len(r.Topics) == 0 {
		full.Topics = known.Topics
	}
	return full
}

// RemoveRepositories forgets the repositories with these URLs.
func (d *DB) RemoveRepositories(ctx context.Context, urls []string) error {
	return d.Do(ctx, func(ctx context.Context) error {
		for _, url := range urls {
			id, _, err := d.knownRepository(ctx, "address = $1", address(url))
			if err == nil && id != 0 {
				err = d.removeRepository(ctx, id)
			}
			if err != nil {
				return fmt.Errorf("forget %s: %w", url, err)
			}
		}
		return nil
	})
}

func (d *DB) removeRepository(ctx context.Context, id int64) error {
	if _, err := d.db.Exec(ctx, "DELETE FROM repository_words WHERE rowid = $1", id); err != nil {
		return err
	}
	_, err := d.db.Exec(ctx, "DELETE FROM repository WHERE id = $1", id)
	return err
}

// RepositoriesAsOf implements commands.Repositories.
func (d *DB) RepositoriesAsOf(ctx context.Context) (time.Time, error) {
	var at int64
	err := d.db.QueryRow(ctx, "SELECT coalesce(max(saved_at), 0) FROM repository").Scan(&at)
	return fromMillis(at), err
}

// address is what tells repositories apart: forges take no notice of case.
func address(url string) string { return strings.ToLower(url) }

const repositoryColumns = `address, host, forge_id, url, full_name, name, owner, organization, ministry, description, language,
	license, topics, fork, archived, template, mirror, empty, personal, status, created_at, pushed_at, updated_at`

const (
	repositoryRow    = "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)"
	insertRepository = "INSERT INTO repository (" + repositoryColumns + ", saved_at) VALUES " + repositoryRow + " RETURNING id"
	updateRepository = "UPDATE repository SET (" + repositoryColumns + ", saved_at) = " + repositoryRow + " WHERE id = $25"
	insertWords      = `INSERT OR REPLACE INTO repository_words
		(rowid, name, organization, topics, description, ministry, language, license, platform, fork, archived, rules)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
)

func repositoryValues(r *catalogue.Repository) []any {
	return []any{
		address(r.URL), r.Host, r.ForgeID, r.URL, r.FullName, r.Name, r.Owner, r.Organization, r.Ministry, r.Description, r.Language,
		r.License, strings.Join(r.Topics, "\n"), r.Fork, r.Archived, r.Template, r.Mirror, r.Empty, r.Personal, r.Status,
		millis(r.Created), millis(r.Pushed), millis(r.Updated),
	}
}

func scanRepository(scan scanFunc) (r catalogue.Repository, err error) {
	var address, topics string
	var created, pushed, updated int64
	err = scan(&address, &r.Host, &r.ForgeID, &r.URL, &r.FullName, &r.Name, &r.Owner, &r.Organization, &r.Ministry, &r.Description, &r.Language,
		&r.License, &topics, &r.Fork, &r.Archived, &r.Template, &r.Mirror, &r.Empty, &r.Personal, &r.Status,
		&created, &pushed, &updated)
	if topics != "" {
		r.Topics = strings.Split(topics, "\n")
	}
	r.Created, r.Pushed, r.Updated = fromMillis(created), fromMillis(pushed), fromMillis(updated)
	return r, err
}

// knownRepository finds a stored repository; its id is 0 if there is none.
func (d *DB) knownRepository(ctx context.Context, where string, args ...any) (id int64, r catalogue.Repository, err error) {
	row := d.db.QueryRow(ctx, "SELECT id, "+repositoryColumns+" FROM repository WHERE "+where, args...)
	r, err = scanRepository(func(dest ...any) error { return row.Scan(append([]any{&id}, dest...)...) })
	if errors.Is(err, sql.ErrNoRows) {
		return 0, catalogue.Repository{}, nil
	}
	return id, r, err
}

// saveWords stores what filters look at.
func (d *DB) saveWords(ctx context.Context, id int64, r *catalogue.Repository) error {
	words := announce.WordsOf(&announce.Item{Kind: announce.KindRepository, Repository: r})
	values := []any{id}
	for _, c := range wordColumns {
		values = append(values, words.In(c.field))
	}
	values = append(values, strings.Join(append(words.Rules(), anyRule), " "))
	_, err := d.db.Exec(ctx, insertWords, values...)
	return err
}
