package storage

import (
	"context"
	"time"

	"heraut/chat"
	"heraut/relay"
)

// AskedQuestions returns the questions of all rooms that were sent to the experts and
// are not closed, also answered ones and duplicates, oldest first; some may still be on
// their way.
func (d *DB) AskedQuestions(ctx context.Context) ([]relay.Question, error) {
	return d.questions(ctx, "closed_at = 0 AND status IN ('open', 'claimed', 'answered', 'reopened')")
}

// Lists returns, by room of experts, when the list of its open questions was last sent
// or due. For a room that never had a list due, it is the time of its first question.
func (d *DB) Lists(ctx context.Context) (map[chat.RoomID]time.Time, error) {
	last := map[chat.RoomID]time.Time{}
	rows, err := d.db.Query(ctx, "SELECT room_id, told_at FROM question_list")
	_, err = collect(rows, err, func(scan scanFunc) (at int64, err error) {
		var room chat.RoomID
		err = scan(&room, &at)
		last[room] = fromMillis(at)
		return at, err
	})
	return last, err
}

// SaveList records at, the time when the list of open questions of a room of experts was
// last sent or due, or when the room had its first question. The next list is the first
// one due after that time.
func (d *DB) SaveList(ctx context.Context, room chat.RoomID, at time.Time) error {
	_, err := d.db.Exec(ctx, `
		INSERT INTO question_list (room_id, told_at) VALUES ($1, $2)
		ON CONFLICT (room_id) DO UPDATE SET told_at = excluded.told_at`, room, millis(at))
	return err
}
