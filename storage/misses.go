package storage

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"heraut/chat"
	"heraut/relay"
)

const (
	// namedFrom is how many people must have searched some words before the database
	// holds these words.
	namedFrom = 3
	// maxMisses limits how many different vain searches are stored for each room of
	// experts, and for the operators.
	maxMisses = 2000
	// keepMisses is how long a vain search counts.
	keepMisses = 90 * 24 * time.Hour
)

// hashed returns 16 bytes of a keyed hash (HMAC) of the parts together: without the
// key, nobody can find out a part by trying.
func hashed(key []byte, parts ...string) []byte {
	mac := hmac.New(sha256.New, key)
	for _, part := range parts {
		fmt.Fprintf(mac, "%d:%s", len(part), part)
	}
	return mac.Sum(nil)[:16]
}

// AddMiss counts the search m that the person by made at the time at and that found
// nothing, for a room of experts or, if experts is empty, for the operators; a person
// counts once for the same words. The caller sorts stems, which identify the words in any
// order and form. AddMiss stores hashes of the words and the person, and the words
// themselves only once namedFrom people searched them; nothing for new words if maxMisses
// are stored.
func (d *DB) AddMiss(ctx context.Context, experts chat.RoomID, stems []string, m relay.Miss, by chat.UserID, at time.Time) error {
	return d.Do(ctx, func(ctx context.Context) error {
		key, err := d.PickleKey(ctx)
		if err != nil {
			return err
		}
		hash := hashed(key, "miss", strings.Join(stems, " "))
		asker := hashed(key, "asker", string(hash), string(by))
		readers, isNew, err := d.missReaders(ctx, experts, hash, m.Readers)
		if err != nil {
			return err
		}
		if isNew {
			full := false
			err := d.db.QueryRow(ctx, "SELECT COUNT(*) >= $1 FROM missed_search WHERE experts = $2", maxMisses, experts).Scan(&full)
			if err != nil || full {
				return err
			}
		}
		_, err = d.db.Exec(ctx, `
			INSERT INTO missed_search (experts, hash, words, readers) VALUES ($1, $2, '', $3)
			ON CONFLICT (experts, hash) DO UPDATE SET readers = excluded.readers`, experts, hash, readers)
		if err != nil {
			return err
		}
		_, err = d.db.Exec(ctx, `
			INSERT INTO missed_by (experts, hash, asker, at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (experts, hash, asker) DO UPDATE SET at = MAX(at, excluded.at)`, experts, hash, asker, millis(at))
		if err != nil {
			return err
		}
		_, err = d.db.Exec(ctx, `
			UPDATE missed_search SET words = $3 WHERE experts = $1 AND hash = $2 AND words = ''
				AND (SELECT COUNT(*) FROM missed_by b WHERE b.experts = $1 AND b.hash = $2) >= $4`, experts, hash, m.Words, namedFrom)
		return err
	})
}

// missReaders returns, as JSON, the audience that could read every room in which people
// searched the words with that hash: the intersection of the stored audience and now,
// the audience of the latest search. isNew reports that nobody searched these words
// before; the audience is then now itself.
func (d *DB) missReaders(ctx context.Context, experts chat.RoomID, hash []byte, now chat.Audience) (readers string, isNew bool, err error) {
	var before string
	err = noRow(d.db.QueryRow(ctx, "SELECT readers FROM missed_search WHERE experts = $1 AND hash = $2", experts, hash).Scan(&before))
	switch {
	case err == nil:
		var stored chat.Audience
		if err := json.Unmarshal([]byte(before), &stored); err != nil {
			return "", false, fmt.Errorf("read who could read a search: %w", err)
		}
		now = now.Both(stored)
	case errors.Is(err, chat.ErrNotFound):
		isNew = true
	default:
		return "", false, err
	}
	encoded, err := json.Marshal(now)
	return string(encoded), isNew, err
}

// Missed returns the words that people searched in vain at the time since or later,
// for a room of experts or, if experts is empty, for the operators. The words that
// most people searched come first. It leaves out words that fewer people searched
// than minAskers or namedFrom, whichever is larger.
func (d *DB) Missed(ctx context.Context, experts chat.RoomID, since time.Time, minAskers int) ([]relay.Miss, error) {
	rows, err := d.db.Query(ctx, `
		SELECT s.words, s.readers, COUNT(*) FROM missed_search s JOIN missed_by b ON b.experts = s.experts AND b.hash = s.hash
		WHERE s.experts = $1 AND s.words <> '' AND b.at >= $2
		GROUP BY s.hash HAVING COUNT(*) >= $3 ORDER BY COUNT(*) DESC, s.words`, experts, millis(since), max(minAskers, namedFrom))
	return collect(rows, err, func(scan scanFunc) (m relay.Miss, err error) {
		var readers string
		if err := scan(&m.Words, &readers, &m.Askers); err != nil {
			return m, err
		}
		return m, json.Unmarshal([]byte(readers), &m.Readers)
	})
}

// missesOf calls do with each stored search without a result that a person made: its room
// of experts (empty: the operators), the hashes of the words and of the person, and its
// time. It stops at the first error of do, which it returns.
func (d *DB) missesOf(ctx context.Context, user chat.UserID, do func(experts chat.RoomID, hash, asker []byte, at time.Time) error) error {
	type row struct {
		experts     chat.RoomID
		hash, asker []byte
		at          int64
	}
	rows, err := d.db.Query(ctx, "SELECT experts, hash, asker, at FROM missed_by")
	all, err := collect(rows, err, func(scan scanFunc) (r row, err error) {
		return r, scan(&r.experts, &r.hash, &r.asker, &r.at)
	})
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return nil
	}
	key, err := d.PickleKey(ctx)
	if err != nil {
		return err
	}
	for _, r := range all {
		if !hmac.Equal(hashed(key, "asker", string(r.hash), string(user)), r.asker) {
			continue
		}
		if err := do(r.experts, r.hash, r.asker, fromMillis(r.at)); err != nil {
			return err
		}
	}
	return nil
}

// MissesOf returns the number of a person's searches without a result that are stored
// for the operators, and last, the time of the latest of them; zero if there is none.
func (d *DB) MissesOf(ctx context.Context, user chat.UserID) (n int, last time.Time, err error) {
	err = d.missesOf(ctx, user, func(experts chat.RoomID, _, _ []byte, at time.Time) error {
		if experts == "" {
			n++
			if at.After(last) {
				last = at
			}
		}
		return nil
	})
	return n, last, err
}

// ForgetMisses deletes the stored searches without a result that a person made, and
// then the words that too few other people searched.
func (d *DB) ForgetMisses(ctx context.Context, user chat.UserID) error {
	return d.Do(ctx, func(ctx context.Context) error {
		err := d.missesOf(ctx, user, func(experts chat.RoomID, hash, asker []byte, _ time.Time) error {
			_, err := d.db.Exec(ctx, "DELETE FROM missed_by WHERE experts = $1 AND hash = $2 AND asker = $3", experts, hash, asker)
			return err
		})
		if err != nil {
			return err
		}
		return d.trimMisses(ctx)
	})
}

// PurgeMisses deletes the searches without a result that are too old to count at now.
func (d *DB) PurgeMisses(ctx context.Context, now time.Time) error {
	return d.Do(ctx, func(ctx context.Context) error {
		if _, err := d.db.Exec(ctx, "DELETE FROM missed_by WHERE at < $1", millis(now.Add(-keepMisses))); err != nil {
			return err
		}
		return d.trimMisses(ctx)
	})
}

// trimMisses erases searched words that fewer than namedFrom people searched, now that
// some searches are deleted, and rows without any search.
func (d *DB) trimMisses(ctx context.Context) error {
	const count = "(SELECT COUNT(*) FROM missed_by b WHERE b.experts = missed_search.experts AND b.hash = missed_search.hash)"
	for _, statement := range []string{
		"UPDATE missed_search SET words = '' WHERE words <> '' AND " + count + " < $1",
		"DELETE FROM missed_search WHERE " + count + " < MIN(1, $1)",
	} {
		if _, err := d.db.Exec(ctx, statement, namedFrom); err != nil {
			return err
		}
	}
	return nil
}
