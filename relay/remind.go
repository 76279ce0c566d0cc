package relay

import (
	"context"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/locale"
	"heraut/rooms"
)

// Quiet is the quiet hours of a room: nights, weekends, holidays. All other time
// counts as working time.
type Quiet interface {
	// Until reports whether now is in quiet hours, and when these end.
	Until(now time.Time) (time.Time, bool)
	// Begins returns when the next quiet hours after t begin; t must be outside of
	// them. zero: never.
	Begins(t time.Time) time.Time
}

// Beat is a time that comes again and again, such as every Thursday at 11:00.
type Beat interface {
	// Next returns the first time after the given one, by the clocks of zone.
	Next(after time.Time, zone *time.Location) time.Time
}

// RemindOptions are the arguments of NewReminders: the store, the queue, and how long
// a question may be without activity.
type RemindOptions struct {
	Store RemindStore
	Queue Queue
	Book  *rooms.Book
	Zone  *time.Location
	// Quiet returns a room's quiet hours; all other hours are working hours.
	Quiet func(room chat.RoomID) Quiet
	// Reaches reports whether the experts' room may see a question as it is now.
	Reaches func(ctx context.Context, q Question) (bool, error)
	// Unanswered is the working time without an answer after which the experts are
	// reminded, once; 0: never.
	Unanswered time.Duration
	// FollowUp is the time after the last activity on an answered question at which
	// its asker is asked whether it is solved, once; 0: never.
	FollowUp time.Duration
	// List is when the experts get the list of open questions; nil: never.
	List Beat
	// PurgeAfter is how long closed questions are stored.
	PurgeAfter time.Duration
	Log        zerolog.Logger
	Now        func() time.Time // nil: time.Now
}

// RemindStore is the interface of the database of questions, and of when rooms got
// their lists. Its methods join the transaction of their context.
type RemindStore interface {
	Retention
	// AskedQuestions returns the questions of all rooms that were sent to the experts
	// and are not closed, also answered ones and duplicates, oldest first.
	AskedQuestions(ctx context.Context) ([]Question, error)
	// Question returns the question with the number, or chat.ErrNotFound.
	Question(ctx context.Context, number int64) (Question, error)
	SaveQuestion(ctx context.Context, q Question) error
	SaveMessage(ctx context.Context, m Message) error
	// MessagesOf returns a question's messages, oldest first.
	MessagesOf(ctx context.Context, question int64) ([]Message, error)
	// Lists returns when each experts' room last got the list of its open questions,
	// or would have got it if there had been any. For a room that never did, it is
	// when the room first had one.
	Lists(ctx context.Context) (map[chat.RoomID]time.Time, error)
	SaveList(ctx context.Context, room chat.RoomID, at time.Time) error
}

// Reminders is the service that reminds experts of questions without an answer, asks
// askers whether their question is solved, and posts lists of open questions. It also
// deletes old closed questions and old vain searches.
type Reminders struct{ RemindOptions }

// NewReminders returns Reminders that work with the parts in o. The caller starts Run,
// which sends the reminders and lists.
func NewReminders(o RemindOptions) *Reminders {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Reminders{o}
}

const (
	// remindEvery is the interval between rounds.
	remindEvery = time.Minute
	// purgeEvery is the interval between purges of old questions.
	purgeEvery = time.Hour
)

// Run first brings the index of known questions up to date (RefreshWords). It then does
// a round every minute, and deletes old questions and vain searches every hour, until
// ctx ends; it always returns nil and logs errors.
func (r *Reminders) Run(ctx context.Context) error {
	if err := r.Store.RefreshWords(ctx); err != nil && ctx.Err() == nil {
		r.Log.Error().Err(err).Msg("Known questions may not all be found")
	}
	ticker := time.NewTicker(remindEvery)
	defer ticker.Stop()
	var purged time.Time
	for {
		now := r.Now()
		if err := r.Round(ctx, now); err != nil && ctx.Err() == nil {
			r.Log.Error().Err(err).Msg("Nobody could be reminded of questions: trying again")
		}
		if now.Sub(purged) >= purgeEvery {
			n, err := r.Store.PurgeQuestions(ctx, now.Add(-r.PurgeAfter))
			switch {
			case err != nil && ctx.Err() == nil:
				r.Log.Error().Err(err).Msg("Old questions could not be forgotten")
			case n > 0:
				r.Log.Info().Int64("questions", n).Msg("Old questions are forgotten")
			}
			if err := r.Store.PurgeMisses(ctx, now); err != nil && ctx.Err() == nil {
				r.Log.Error().Err(err).Msg("Old searches could not be forgotten")
			}
			purged = now
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Round sends the reminders and lists that are due by now, outside the rooms' quiet
// hours. Each is sent once, even if the process restarts in between. On an error the
// next round tries again.
func (r *Reminders) Round(ctx context.Context, now time.Time) error {
	open, err := r.Store.AskedQuestions(ctx)
	if err != nil {
		return fmt.Errorf("look up open questions: %w", err)
	}
	quiet := r.quietNow(now)
	var due []Question
	for _, q := range open {
		unheard, err := r.unheard(ctx, q, quiet(q.Experts), now)
		if err != nil {
			return fmt.Errorf("look up what was added to question %d: %w", q.Number, err)
		}
		if !unheard.IsZero() || r.experts(q, quiet(q.Experts), now) || r.asker(q, quiet(q.Origin), now) {
			due = append(due, q)
		}
	}
	if len(due) > 0 {
		if err := r.Queue.Do(ctx, func(ctx context.Context) error { return r.remindAll(ctx, due, quiet, now) }); err != nil {
			return err
		}
	}
	if err := r.list(ctx, open, quiet, now); err != nil {
		return fmt.Errorf("list open questions: %w", err)
	}
	return nil
}

// quietState is a room's quiet hours, and whether they hold now.
type quietState struct {
	Quiet
	now bool
}

// quietNow returns a function from a room to its quiet hours, and whether they hold at
// now. The function looks up each room once.
func (r *Reminders) quietNow(now time.Time) func(room chat.RoomID) quietState {
	known := map[chat.RoomID]quietState{}
	return func(room chat.RoomID) quietState {
		c, ok := known[room]
		if !ok {
			c.Quiet = r.Quiet(room)
			_, c.now = c.Until(now)
			known[room] = c
		}
		return c
	}
}

// remindAll sends a reminder for each question in due for which one is still due at
// now, in the transaction of ctx. quiet returns a room's quiet hours. It reads each
// question again, and leaves out those that are deleted or closed.
func (r *Reminders) remindAll(ctx context.Context, due []Question, quiet func(chat.RoomID) quietState, now time.Time) error {
	for _, q := range due {
		q, err := r.Store.Question(ctx, q.Number)
		if ok, err := has(err); err != nil {
			return err
		} else if !ok {
			continue // it was deleted meanwhile
		}
		if q.Status.Closed() || !q.Status.Asked() {
			continue
		}
		if err = r.remind(ctx, q, quiet, now); err != nil {
			return fmt.Errorf("remind of question %d: %w", q.Number, err)
		}
	}
	return nil
}

// remind posts the reminder that is due for the question q at now: to the experts that
// it, or a message added to it (unheard), has no answer, or to the asker the question
// whether it is solved. It stores that it did. It does nothing if none is due,
// or if the experts' room may not see the question. quiet returns a room's quiet hours.
func (r *Reminders) remind(ctx context.Context, q Question, quiet func(chat.RoomID) quietState, now time.Time) error {
	lang := r.Book.Of(q.Experts).Language
	post := chat.Post{
		Room: q.Experts, Priority: chat.Relay, ReplyTo: chat.Target{Post: q.Root},
		Guard: subject{kind: aboutReminder, question: q.Number}.guard(),
	}
	unheard, err := r.unheard(ctx, q, quiet(q.Experts), now)
	if err != nil {
		return err
	}
	template, occasion := "", ""
	if !unheard.IsZero() {
		occasion = fmt.Sprintf("/%d", unheard.UnixMilli())
	}
	switch {
	case !unheard.IsZero(), r.experts(q, quiet(q.Experts), now):
		if may, err := r.Reaches(ctx, q); err != nil || !may {
			return err
		}
		template, q.RemindedAt = "question-reminder", now
	case r.asker(q, quiet(q.Origin), now): // the post holds only the number, and needs no guard
		template, q.FollowedAt = "question-solved", now
		lang = q.Lang
		post = chat.Post{Room: q.Origin, Priority: chat.Relay, Thread: q.thread(), Rings: true, Mentions: []chat.UserID{q.Asker}}
	default:
		return nil
	}
	q.ClaimerName, post.Lang = PersonName(q.ClaimerName), lang
	post.HTML, err = locale.Render(lang, template, struct {
		Question
		Prefix string
		Added  bool // the reminder is about a message that was added to the question
	}{q, r.Book.Of(post.Room).Prefix, !unheard.IsZero()})
	if err != nil {
		return err
	}
	cause := chat.Cause(fmt.Sprintf("%s/%d%s", template, q.Number, occasion))
	if q.Former != "" { // the experts who handed it over were reminded, perhaps
		cause += chat.Cause("/" + q.Root)
	}
	if err := r.Queue.Post(ctx, cause, post); err != nil {
		return err
	}
	// A reply to this post belongs to the question.
	err = r.Store.SaveMessage(ctx, Message{Post: chat.KeyOf(cause, 0), Room: post.Room, Question: q.Number, Role: RoleRemark, At: now})
	if err != nil {
		return err
	}
	return r.Store.SaveQuestion(ctx, q)
}

// experts reports whether a reminder of the question to its experts is due at now: it
// is without an answer for the working time RemindOptions.Unanswered. It is false in
// their quiet hours, once they were reminded, before the question arrived, and for a
// duplicate.
func (r *Reminders) experts(q Question, quiet quietState, now time.Time) bool {
	if r.Unanswered == 0 || q.SameAs != 0 || !q.AnsweredAt.IsZero() || !q.RemindedAt.IsZero() || q.Root == "" || q.PostedAt.IsZero() || quiet.now {
		return false
	}
	if q.PostedAt.Add(r.Unanswered).After(now) {
		return false // working time passes no faster than the clock
	}
	return !workingTime(quiet, q.PostedAt, r.Unanswered).After(now)
}

// asker reports whether the bot should ask the asker now whether the question is
// solved: it was answered and then without activity for RemindOptions.FollowUp. It is
// false in quiet hours, once the asker was asked, and after the asker left.
func (r *Reminders) asker(q Question, quiet quietState, now time.Time) bool {
	return r.FollowUp != 0 && q.Status == Answered && q.FollowedAt.IsZero() && !q.AskerLeft && !quiet.now &&
		!q.ActiveAt.Add(r.FollowUp).After(now)
}
