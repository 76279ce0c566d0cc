package storage

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"heraut/catalogue"
	"heraut/filter"
)

// SaveRepositories inserts or updates repositories in one transaction. Pass some hundreds
// at a time, so that other writers do not wait long. It recognises a repository by its
// address, or by the code host's id when the address changed. Unchanged repositories cost
// no write.
func (d *DB) SaveRepositories(ctx context.Context, all []catalogue.Repository) error {
	return d.Do(ctx, func(ctx context.Context) error {
		known, err := d.knownRepositories(ctx, all)
		if err != nil {
			return fmt.Errorf("look up repositories: %w", err)
		}
		for i := range all {
			if err := d.saveRepository(ctx, &all[i], known); err != nil {
				return fmt.Errorf("store %s: %w", all[i].URL, err)
			}
		}
		// The words come last: FTS5 would flush after each repository if statements on
		// other tables came in between.
		for _, r := range known.written() {
			if err := d.saveWords(ctx, r.id, &r.Repository); err != nil {
				return fmt.Errorf("index %s: %w", r.URL, err)
			}
		}
		return nil
	})
}

// storedRepository is a repository in the database with its id. written reports that
// it was just saved, so that the words under which searches find it must be indexed.
type storedRepository struct {
	id int64
	catalogue.Repository
	written bool
}

// repositoryIndex is an index of stored repositories by their address and by the id that
// their code host gives them.
type repositoryIndex struct {
	byAddress map[string]*storedRepository
	byForge   map[forgeID]*storedRepository
}

type forgeID struct{ Host, ID string }

func (x repositoryIndex) add(r *storedRepository) {
	x.byAddress[address(r.URL)] = r
	if r.ForgeID != "" {
		x.byForge[forgeID{r.Host, r.ForgeID}] = r
	}
}

func (x repositoryIndex) remove(r *storedRepository) {
	delete(x.byAddress, address(r.URL))
	delete(x.byForge, forgeID{r.Host, r.ForgeID})
}

// written returns the repositories that were just saved, whose words must be indexed,
// by id.
func (x repositoryIndex) written() (all []*storedRepository) {
	for _, r := range x.byAddress {
		if r.written {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b *storedRepository) int { return cmp.Compare(a.id, b.id) })
	return all
}

// knownRepositories returns an index of those of the given repositories that are stored,
// by their address or their code host's id.
func (d *DB) knownRepositories(ctx context.Context, all []catalogue.Repository) (known repositoryIndex, err error) {
	known = repositoryIndex{map[string]*storedRepository{}, map[forgeID]*storedRepository{}}
	addresses, forges := make([]string, len(all)), make([]forgeID, 0, len(all))
	for i, r := range all {
		addresses[i] = address(r.URL)
		if r.ForgeID != "" {
			forges = append(forges, forgeID{r.Host, r.ForgeID})
		}
	}
	for where, keys := range map[string]any{
		"address IN (SELECT value FROM json_each($1))": addresses,
		`forge_id <> '' AND (host, forge_id) IN (
			SELECT value ->> 'Host', value ->> 'ID' FROM json_each($1))`: forges,
	} {
		list, err := json.Marshal(keys)
		if err != nil {
			return known, err
		}
		rows, err := d.db.Query(ctx, "SELECT id, "+repositoryColumns+" FROM repository WHERE "+where, string(list))
		found, err := collect(rows, err, scanStored)
		if err != nil {
			return known, err
		}
		for _, r := range found {
			if known.byAddress[address(r.URL)] == nil {
				known.add(r)
			}
		}
	}
	return known, nil
}

// saveRepository stores r and updates the index known. If r has taken over the address of
// one stored repository and has the code host's id of another, it deletes that other one.
// An unchanged repository is not written. The caller has yet to index the words under
// which searches find r.
func (d *DB) saveRepository(ctx context.Context, r *catalogue.Repository, known repositoryIndex) error {
	stored := known.byAddress[address(r.URL)]
	if r.ForgeID != "" && (stored == nil || stored.ForgeID != r.ForgeID) {
		moved := known.byForge[forgeID{r.Host, r.ForgeID}]
		switch {
		case stored == nil:
			stored = moved
		case moved != nil: // r took over the address of another repository
			if err := d.removeRepository(ctx, &moved.Repository); err != nil {
				return err
			}
			known.remove(moved)
		}
	}
	if stored == nil {
		stored = new(storedRepository)
	}
	current := completed(r, &stored.Repository)
	values := repositoryValues(&current)
	now := millis(time.Now())
	switch {
	case stored.id == 0:
		result, err := d.db.Exec(ctx, insertRepository, append(values, now)...)
		if err != nil {
			return err
		}
		if stored.id, err = result.LastInsertId(); err != nil {
			return err
		}
	case slices.Equal(values, repositoryValues(&stored.Repository)):
		return nil
	default:
		if _, err := d.db.Exec(ctx, updateRepository, append(values, now, stored.id)...); err != nil {
			return err
		}
		known.remove(stored)
	}
	stored.Repository, stored.written = current, true
	known.add(stored)
	return nil
}

// completed returns a copy of r in which some empty fields have the value of known, the
// stored repository: the fields that only some sources give, such as the organisation.
// Fields that every source gives, such as the description, stay empty if r leaves them
// empty.
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

// RemoveRepositories deletes the given repositories. A repository that now has the
// address of a given one, but another id on the code host, stays.
func (d *DB) RemoveRepositories(ctx context.Context, all []catalogue.Repository) error {
	return d.Do(ctx, func(ctx context.Context) error {
		for i := range all {
			if err := d.removeRepository(ctx, &all[i]); err != nil {
				return fmt.Errorf("forget %s: %w", all[i].URL, err)
			}
		}
		return nil
	})
}

func (d *DB) removeRepository(ctx context.Context, r *catalogue.Repository) error {
	const these = " IN (SELECT id FROM repository WHERE address = $1 AND ($2 = '' OR forge_id IN ('', $2)))"
	for _, where := range []string{"repository_words WHERE rowid", "repository WHERE id"} {
		if _, err := d.db.Exec(ctx, "DELETE FROM "+where+these, address(r.URL), r.ForgeID); err != nil {
			return err
		}
	}
	return nil
}

// RepositoriesAsOf returns when the bot last stored a repository that was new or had
// changed; the zero time if none is stored.
func (d *DB) RepositoriesAsOf(ctx context.Context) (time.Time, error) {
	var at int64
	err := d.db.QueryRow(ctx, "SELECT coalesce(max(saved_at), 0) FROM repository").Scan(&at)
	return fromMillis(at), err
}

// address returns a repository's URL in the form in which rows are found by it: in lower
// case, since code hosts ignore case.
func address(url string) string { return strings.ToLower(url) }

const repositoryColumns = `address, host, forge_id, url, full_name, name, owner, organization, ministry, description, language,
	license, topics, fork, archived, template, mirror, empty, personal, status, created_at, pushed_at, updated_at`

const (
	repositoryRow    = "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)"
	insertRepository = "INSERT INTO repository (" + repositoryColumns + ", saved_at) VALUES " + repositoryRow
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

func scanStored(scan scanFunc) (*storedRepository, error) {
	r := new(storedRepository)
	var err error
	r.Repository, err = scanRepository(func(dest ...any) error { return scan(append([]any{&r.id}, dest...)...) })
	return r, err
}

// saveWords replaces the words under which searches find the repository with that id.
func (d *DB) saveWords(ctx context.Context, id int64, r *catalogue.Repository) error {
	words := filter.OfRepository(r)
	values := []any{id}
	for _, c := range wordColumns {
		values = append(values, words.In(c.field))
	}
	values = append(values, strings.Join(append(words.Rules(), anyRule), " "))
	_, err := d.db.Exec(ctx, insertWords, values...)
	return err
}
