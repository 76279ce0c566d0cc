package storage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"heraut/chat"
	"heraut/relay"
)

const questionColumns = `relay, theme, status, text, why, asker, asker_name, nameless, asker_left, origin, event_id, thread, lang,
	experts, claimer, claimer_name, proposals, widens, told, readers, root, confirmation, shows,
	asked_at, posted_at, answered_at, active_at, closed_at, due_at, reminded_at, followed_at, subject, suggested,
	quoted, call, caller, hand_to, hand_theme, hand_widens, hand_ask, former, former_root,
	assign_to, assign_by, assign_ask, assign_at, same_as, duplicates`

func scanQuestion(scan scanFunc) (q relay.Question, err error) {
	var widens, shown, readers, hand string
	var asked, posted, answered, active, closed, due, reminded, followed, assigned int64
	err = scan(&q.Number, &q.Relay, &q.Theme, &q.Status, &q.Text, &q.Why, &q.Asker, &q.AskerName, &q.Nameless, &q.AskerLeft,
		&q.Origin, &q.Event, &q.Thread, &q.Lang, &q.Experts, &q.Claimer, &q.ClaimerName, &q.Proposals, &widens, &shown, &readers,
		&q.Root, &q.Confirmation, &q.Shows, &asked, &posted, &answered, &active, &closed, &due, &reminded, &followed, &q.Subject, &q.Suggested,
		&q.Quoted, &q.Call, &q.Caller, &q.HandTo, &q.HandTheme, &hand, &q.HandAsk, &q.Former, &q.FormerRoot,
		&q.Assign.To, &q.Assign.By, &q.Assign.Ask, &assigned, &q.SameAs, &q.Duplicates)
	if err != nil {
		return q, noRow(err)
	}
	for _, t := range []struct {
		to *time.Time
		ms int64
	}{
		{&q.AskedAt, asked}, {&q.PostedAt, posted}, {&q.AnsweredAt, answered}, {&q.ActiveAt, active},
		{&q.ClosedAt, closed}, {&q.DueAt, due}, {&q.RemindedAt, reminded}, {&q.FollowedAt, followed}, {&q.Assign.At, assigned},
	} {
		*t.to = fromMillis(t.ms)
	}
	if err := errors.Join(json.Unmarshal([]byte(widens), &q.Widens), json.Unmarshal([]byte(shown), &q.ShownAudience), json.Unmarshal([]byte(readers), &q.Readers), json.Unmarshal([]byte(hand), &q.HandWidens)); err != nil {
		return q, fmt.Errorf("read question %d: %w", q.Number, err)
	}
	return q, nil
}

func questionValues(q relay.Question) ([]any, error) {
	widens, err := json.Marshal(q.Widens)
	if err != nil {
		return nil, err
	}
	shown, err := json.Marshal(q.ShownAudience)
	if err != nil {
		return nil, err
	}
	readers, err := json.Marshal(q.Readers)
	if err != nil {
		return nil, err
	}
	hand, err := json.Marshal(q.HandWidens)
	if err != nil {
		return nil, err
	}
	return []any{
		q.Relay, q.Theme, q.Status, q.Text, q.Why, q.Asker, q.AskerName, q.Nameless, q.AskerLeft, q.Origin, q.Event, q.Thread, q.Lang,
		q.Experts, q.Claimer, q.ClaimerName, q.Proposals, string(widens), string(shown), string(readers), q.Root, q.Confirmation, q.Shows,
		millis(q.AskedAt), millis(q.PostedAt), millis(q.AnsweredAt), millis(q.ActiveAt), millis(q.ClosedAt), millis(q.DueAt),
		millis(q.RemindedAt), millis(q.FollowedAt), q.Subject, q.Suggested,
		q.Quoted, q.Call, q.Caller, q.HandTo, q.HandTheme, string(hand), q.HandAsk, q.Former, q.FormerRoot,
		q.Assign.To, q.Assign.By, q.Assign.Ask, millis(q.Assign.At), q.SameAs, q.Duplicates,
	}, nil
}

// numbered returns n placeholders for the values of a SQL statement: "$1, $2".
func numbered(n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = "$" + strconv.Itoa(i+1)
	}
	return strings.Join(all, ", ")
}

// AddQuestion stores the new question q, whose number it ignores, and returns its
// number.
func (d *DB) AddQuestion(ctx context.Context, q relay.Question) (int64, error) {
	values, err := questionValues(q)
	if err != nil {
		return 0, err
	}
	result, err := d.db.Exec(ctx, `
		INSERT INTO question (`+questionColumns+`)
		VALUES (`+numbered(len(values))+`)`, values...)
	d.changesQuestions(ctx)
	if err != nil {
		return 0, err
	}
	return result.LastInsertId()
}

// SaveQuestion overwrites the stored question that has the number of q; it does nothing
// if that question was deleted. If q was ever answered, it also updates the words under
// which searches find it.
func (d *DB) SaveQuestion(ctx context.Context, q relay.Question) error {
	values, err := questionValues(q)
	if err != nil {
		return err
	}
	return d.Do(ctx, func(ctx context.Context) error {
		_, err := d.db.Exec(ctx, `
			UPDATE question SET (`+questionColumns+`) =
				(`+numbered(len(values))+`)
			WHERE number = $`+strconv.Itoa(len(values)+1), append(values, q.Number)...)
		d.changesQuestions(ctx)
		if err != nil || q.AnsweredAt.IsZero() {
			return err
		}
		return d.indexQuestion(ctx, q.Number)
	})
}

func (d *DB) question(ctx context.Context, condition string, args ...any) (relay.Question, error) {
	return scanQuestion(d.db.QueryRow(ctx, "SELECT number, "+questionColumns+" FROM question WHERE "+condition, args...).Scan)
}

func (d *DB) questions(ctx context.Context, condition string, args ...any) ([]relay.Question, error) {
	rows, err := d.db.Query(ctx, "SELECT number, "+questionColumns+" FROM question WHERE "+condition+" ORDER BY number", args...)
	return collect(rows, err, scanQuestion)
}

// Question returns the question with that number, or chat.ErrNotFound.
func (d *DB) Question(ctx context.Context, number int64) (relay.Question, error) {
	return d.question(ctx, "number = $1", number)
}

// QuestionBy returns the question that was asked in the message with that event id, or
// chat.ErrNotFound.
func (d *DB) QuestionBy(ctx context.Context, event chat.EventID) (relay.Question, error) {
	return d.question(ctx, "event_id = $1 AND event_id <> ''", event)
}

// QuestionCalled returns the question that a command or reaction, given by its event
// id, made of another message; chat.ErrNotFound if it made none.
func (d *DB) QuestionCalled(ctx context.Context, call chat.EventID) (relay.Question, error) {
	return d.question(ctx, "call = $1 AND call <> ''", call)
}

// QuestionsIn returns the questions that are not closed and that the room asks or
// answers, oldest first.
func (d *DB) QuestionsIn(ctx context.Context, room chat.RoomID) ([]relay.Question, error) {
	return d.questions(ctx, "closed_at = 0 AND (origin = $1 OR experts = $1)", room)
}

// SubjectsIn returns the questions that are not closed, are about a software, and have
// the room as their origin or their experts' room, oldest first. Each card asks for
// them: for a room without any, the answer comes from memory.
func (d *DB) SubjectsIn(ctx context.Context, room chat.RoomID) ([]relay.Question, error) {
	rooms, err := d.subjects.get(ctx, d.roomsWithSubjects)
	if err != nil || !rooms[room] {
		return nil, err
	}
	return d.questions(ctx, "closed_at = 0 AND subject <> '' AND (origin = $1 OR experts = $1)", room)
}

// roomsWithSubjects returns the rooms that ask or answer an open question about a
// software.
func (d *DB) roomsWithSubjects(ctx context.Context) (map[chat.RoomID]bool, error) {
	rows, err := d.db.Query(ctx, `
		SELECT origin FROM question WHERE closed_at = 0 AND subject <> ''
		UNION SELECT experts FROM question WHERE closed_at = 0 AND subject <> ''`)
	all, err := collect(rows, err, func(scan scanFunc) (room chat.RoomID, err error) { return room, scan(&room) })
	rooms := make(map[chat.RoomID]bool, len(all))
	for _, room := range all {
		rooms[room] = true
	}
	return rooms, err
}

// AllQuestionsIn returns the questions that the room asked or answers, open or closed,
// as long as their text is stored, oldest first.
func (d *DB) AllQuestionsIn(ctx context.Context, room chat.RoomID) ([]relay.Question, error) {
	return d.questions(ctx, "text <> '' AND (origin = $1 OR experts = $1)", room)
}

// AllQuestionsOf returns the questions that a person asked, open or closed, as long as
// their text is stored, oldest first.
func (d *DB) AllQuestionsOf(ctx context.Context, asker chat.UserID) ([]relay.Question, error) {
	return d.questions(ctx, "text <> '' AND asker = $1", asker)
}

// QuestionsSince returns the questions asked at the time since or later, open or
// closed, oldest first.
func (d *DB) QuestionsSince(ctx context.Context, since time.Time) ([]relay.Question, error) {
	return d.questions(ctx, "asked_at >= $1", millis(since))
}

// QuestionsOf returns the questions of a person that are not closed, oldest first.
func (d *DB) QuestionsOf(ctx context.Context, asker chat.UserID) ([]relay.Question, error) {
	return d.questions(ctx, "asker = $1 AND closed_at = 0", asker)
}

// DueQuestions returns the questions whose asker was shown suggested answers and whose
// time to accept one is over by now, oldest first.
func (d *DB) DueQuestions(ctx context.Context, now time.Time) ([]relay.Question, error) {
	return d.questions(ctx, "status = 'proposed' AND due_at <= $1", millis(now))
}

// NextDueQuestion returns the earliest time after now at which DueQuestions will
// return a further question; the zero time if there is none.
func (d *DB) NextDueQuestion(ctx context.Context, now time.Time) (time.Time, error) {
	var at int64
	err := d.db.QueryRow(ctx, "SELECT COALESCE(MIN(due_at), 0) FROM question WHERE status = 'proposed' AND due_at > $1", millis(now)).Scan(&at)
	return fromMillis(at), err
}

// AssignedBefore returns the questions that wait for a colleague who was asked at t or
// before to look after them, oldest first.
func (d *DB) AssignedBefore(ctx context.Context, t time.Time) ([]relay.Question, error) {
	return d.questions(ctx, "assign_to <> '' AND assign_at <= $1", millis(t))
}

// Serving reports whether the room asks or answers a question that is not closed.
func (d *DB) Serving(ctx context.Context, room chat.RoomID) (serving bool, err error) {
	err = d.db.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM question WHERE closed_at = 0 AND origin = $1)
			OR EXISTS (SELECT 1 FROM question WHERE closed_at = 0 AND experts = $1)`, room).Scan(&serving)
	return serving, err
}
