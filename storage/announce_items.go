package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"go.mau.fi/util/dbutil"

	"heraut/announce"
)

// Unseen returns, as the keys of a map with true, those of the given keys that See
// never recorded for the source: they belong to new items.
func (d *DB) Unseen(ctx context.Context, source string, keys []string) (map[string]bool, error) {
	unseen := make(map[string]bool, len(keys))
	for _, key := range keys {
		unseen[key] = true
	}
	list, err := json.Marshal(keys)
	if err != nil {
		return nil, err
	}
	rows, err := d.db.Query(ctx,
		"SELECT item_key FROM seen WHERE source = $1 AND item_key IN (SELECT value FROM json_each($2))", source, string(list))
	seen, err := collect(rows, err, func(scan scanFunc) (key string, err error) { return key, scan(&key) })
	for _, key := range seen {
		delete(unseen, key)
	}
	return unseen, err
}

// See records for ever that the source published the item with that key, which the bot
// saw at the time at, and outcome, the bot's decision about it so far. It changes
// nothing if the key is recorded already.
func (d *DB) See(ctx context.Context, source, key, outcome string, at time.Time) error {
	_, err := d.db.Exec(ctx,
		"INSERT INTO seen (source, item_key, outcome, seen_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
		source, key, outcome, millis(at))
	return err
}

// Decide records outcome, the final decision about an item that See recorded, such as
// announced or excluded. It does nothing for an item that See did not record.
func (d *DB) Decide(ctx context.Context, source, key, outcome string) error {
	_, err := d.db.Exec(ctx, "UPDATE seen SET outcome = $1 WHERE source = $2 AND item_key = $3", outcome, source, key)
	return err
}

// Outcomes returns how many items of a source, over all time, got each decision, such as
// announced or excluded. Items without a final decision count under the outcome that See
// recorded.
func (d *DB) Outcomes(ctx context.Context, source string) (map[string]int, error) {
	rows, err := d.db.Query(ctx, "SELECT outcome, COUNT(*) FROM seen WHERE source = $1 GROUP BY outcome", source)
	counts := map[string]int{}
	_, err = collect(rows, err, func(scan scanFunc) (struct{}, error) {
		var outcome string
		var n int
		err := scan(&outcome, &n)
		counts[outcome] = n
		return struct{}{}, err
	})
	return counts, err
}

const itemColumns = `item.item_id, source, item_key, news, part_of, seen_at, item.due_at, checked_at, item.told_at,
	gone, formerly, content`

func scanNews(scan scanFunc) (n announce.News, err error) {
	var source, key, content string
	var seen, due, checked, announced int64
	err = scan(&n.ID, &source, &key, &n.What, &n.PartOf, &seen, &due, &checked, &announced, &n.Gone, &n.Formerly, &content)
	if err != nil {
		return n, err
	}
	if err := json.Unmarshal([]byte(content), &n.Item); err != nil {
		return n, fmt.Errorf("read a stored item: %w", err)
	}
	n.Item.Source, n.Item.Key = source, key
	n.Seen, n.Due, n.Checked, n.AnnouncedAt = fromMillis(seen), fromMillis(due), fromMillis(checked), fromMillis(announced)
	return n, nil
}

func collectNews(rows dbutil.Rows, err error) ([]announce.News, error) {
	return collect(rows, err, scanNews)
}

// AddNews stores a new news item and returns its id; it fails if the source has an item
// with that key. The item awaits a decision at n.Due; if that is zero, it was decided
// already.
func (d *DB) AddNews(ctx context.Context, n announce.News) (id int64, err error) {
	content, err := json.Marshal(n.Item)
	if err != nil {
		return 0, err
	}
	err = d.db.QueryRow(ctx, `
		INSERT INTO item (source, item_key, news, part_of, seen_at, due_at, checked_at, told_at, gone, formerly, content)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING item_id`,
		n.Item.Source, n.Item.Key, n.What, n.PartOf, millis(n.Seen), millis(n.Due), millis(n.Checked),
		millis(n.AnnouncedAt), n.Gone, n.Formerly, string(content)).Scan(&id)
	return id, err
}

// SaveNews overwrites a stored news item with the id of n, except its source, its key
// and the time when it was first seen. It does nothing if the item was deleted.
func (d *DB) SaveNews(ctx context.Context, n announce.News) error {
	content, err := json.Marshal(n.Item)
	if err != nil {
		return err
	}
	_, err = d.db.Exec(ctx, `
		UPDATE item SET news = $1, part_of = $2, due_at = $3, checked_at = $4, told_at = $5, gone = $6,
			formerly = $7, content = $8
		WHERE item_id = $9`,
		n.What, n.PartOf, millis(n.Due), millis(n.Checked), millis(n.AnnouncedAt), n.Gone, n.Formerly, string(content), n.ID)
	return err
}

// DueNews returns the items of a source about which the bot has to decide by now,
// oldest first.
func (d *DB) DueNews(ctx context.Context, source string, now time.Time) ([]announce.News, error) {
	return collectNews(d.db.Query(ctx,
		"SELECT "+itemColumns+" FROM item WHERE source = $1 AND due_at > 0 AND due_at <= $2 ORDER BY item_id", source, millis(now)))
}

// NextDue returns the earliest time after the given one at which an item of the source
// is due for a decision; the zero time if there is none.
func (d *DB) NextDue(ctx context.Context, source string, after time.Time) (time.Time, error) {
	var at int64
	err := d.db.QueryRow(ctx,
		"SELECT COALESCE(MIN(due_at), 0) FROM item WHERE source = $1 AND due_at > 0 AND due_at > $2", source, millis(after)).Scan(&at)
	return fromMillis(at), err
}

// FollowedNews returns at most limit items of a source that are due to be compared with
// the source again; those that were last compared the longest ago come first. An item
// is due if the bot has decided about it, if it was last compared before checked, and
// if it still concerns a message: it waits to be posted in a room, or it was announced
// at the time announced or later and its message is still stored.
func (d *DB) FollowedNews(ctx context.Context, source string, announced, checked time.Time, limit int) ([]announce.News, error) {
	return collectNews(d.db.Query(ctx, `
		SELECT `+itemColumns+` FROM item
		WHERE source = $1 AND item.due_at = 0 AND checked_at < $2 AND (
			item.told_at >= $3 AND EXISTS (SELECT 1 FROM told_item WHERE told_item.item_id = item.item_id)
			OR EXISTS (SELECT 1 FROM pending WHERE pending.item_id = item.item_id))
		ORDER BY checked_at LIMIT $4`, source, millis(checked), millis(announced), limit))
}

// RecentNews returns the stored items of a source that the bot first saw at the time
// since or later, in the order in which they were stored; nil if there are none.
func (d *DB) RecentNews(ctx context.Context, source string, since time.Time) ([]announce.News, error) {
	return collectNews(d.db.Query(ctx,
		"SELECT "+itemColumns+" FROM item WHERE source = $1 AND seen_at >= $2 ORDER BY item_id", source, millis(since)))
}

// NewsByID returns the stored news items with those ids, by id. Ids without an item
// are left out.
func (d *DB) NewsByID(ctx context.Context, ids []int64) (map[int64]*announce.News, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	all, err := collectNews(d.db.Query(ctx,
		"SELECT "+itemColumns+" FROM item WHERE item_id IN (SELECT value FROM json_each($1))", string(list)))
	byID := make(map[int64]*announce.News, len(all))
	for i := range all {
		byID[all[i].ID] = &all[i]
	}
	return byID, err
}
