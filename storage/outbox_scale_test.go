package storage

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"heraut/chat"
)

// manyPosts fills the outbox with finished posts, a tenth of them failed, and waiting
// posts, spread over that many rooms.
func manyPosts(t testing.TB, db *DB, finished, waiting, rooms int) {
	t.Helper()
	_, err := db.db.Exec(context.Background(), `
		WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < $1 - 1)
		INSERT INTO outbox (post_key, cause, slot, kind, room_id, priority, state, txn, content, event_id, attempted_at, done_at)
		SELECT 'key' || i, '$cause' || i, 0, 'post', '!room' || (i % $3) || ':example.org', i % 4,
			CASE WHEN i >= $2 THEN 'waiting' WHEN i % 10 = 0 THEN 'failed' ELSE 'sent' END, 'txn' || i, '',
			CASE WHEN i >= $2 OR i % 10 = 0 THEN '' ELSE '$event' || i END, 0, CASE WHEN i >= $2 THEN 0 ELSE 1000 + i END
		FROM n`, finished+waiting, finished, rooms)
	if err != nil {
		t.Fatal(err)
	}
}

// Every query over the outbox uses an index: none reads the whole table or sorts.
func TestQueriesOverTheOutboxUseAnIndex(t *testing.T) {
	db := open(t)
	manyPosts(t, db, 3000, 100, 20)
	if _, err := db.db.Exec(t.Context(), "ANALYZE"); err != nil {
		t.Fatal(err)
	}
	for name, query := range map[string]string{
		"counts":         queueCountsQuery,
		"unwritable":     unwritableQuery,
		"next of few":    nextPostQuery(headsOfFew),
		"next of many":   nextPostQuery(headsOfMany),
		"behind a post":  postsBehindQuery,
		"by key":         "SELECT " + outboxColumns + " FROM outbox WHERE post_key = 'key1'",
		"by cause":       "SELECT " + outboxColumns + " FROM outbox WHERE cause = '$cause1' ORDER BY seq",
		"by transaction": "SELECT " + outboxColumns + " FROM outbox WHERE txn = 'txn1'",
		"doubts":         "UPDATE outbox SET state = 'waiting', doubt_since = 0 WHERE state = 'trying' AND doubt_since > 0 AND doubt_since <= 1",
		"oldest doubt":   "SELECT COALESCE(MIN(attempted_at), 0) FROM outbox WHERE state = 'trying' AND room_id = '!a'",
		"retry":          retryRoomQuery,
		"message":        messageOfQuery,
		"list":           "SELECT c.cause FROM outbox o JOIN confirmation c ON c.cause = o.cause WHERE o.event_id = '$event1' AND o.event_id <> '' AND o.slot = 0",
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := db.db.Query(t.Context(), "EXPLAIN QUERY PLAN "+query, "1", "[]")
			plan, err := collect(rows, err, func(scan scanFunc) (detail string, err error) {
				var a, b, c int
				return detail, scan(&a, &b, &c, &detail)
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, step := range plan {
				// A full scan of a partial index is allowed: it holds open posts only.
				full := strings.HasPrefix(step, "SCAN outbox") || step == "SCAN o"
				if full && !strings.Contains(step, "outbox_lane") && !strings.Contains(step, "outbox_trying") {
					t.Errorf("%s\n%s", query, strings.Join(plan, "\n"))
				}
			}
		})
	}
}

// BenchmarkOutbox measures !bot etat and the sender's query over 300,000 posts.
func BenchmarkOutbox(b *testing.B) {
	for _, size := range []struct{ finished, waiting, rooms int }{{300_000, 50, 1000}, {0, 300_000, 100}, {0, 1000, 1000}} {
		db := open(b)
		manyPosts(b, db, size.finished, size.waiting, size.rooms)
		name := fmt.Sprintf("%d finished, %d waiting, %d rooms", size.finished, size.waiting, size.rooms)
		b.Run("status/"+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := db.QueueStatus(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("next/"+name, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := db.NextPost(b.Context(), time.Now(), []chat.RoomID{"!room1:example.org"}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A post of any priority is found, whether few or many posts wait.
func TestEveryPriorityIsFoundAmongMany(t *testing.T) {
	for name, heads := range map[string]headsQuery{"few": headsOfFew, "many": headsOfMany} {
		for priority := chat.Answer; priority <= chat.Announcement; priority++ {
			db := open(t)
			if _, err := db.db.Exec(t.Context(), `
				INSERT INTO outbox (post_key, cause, slot, kind, room_id, priority, state, txn, content, event_id, attempted_at, done_at)
				VALUES ('key', '$cause', 0, 'post', '!room:example.org', $1, 'waiting', 'txn', '', '', 0, 0)`, priority); err != nil {
				t.Fatal(err)
			}
			var found int
			query := "WITH RECURSIVE unused (n) AS (SELECT 0)" + heads.with + " SELECT COUNT(*) FROM " + heads.from
			if err := db.db.QueryRow(t.Context(), query).Scan(&found); err != nil {
				t.Fatal(err)
			}
			if found != 1 {
				t.Errorf("%s: a waiting post of priority %d is not found", name, priority)
			}
		}
	}
}
