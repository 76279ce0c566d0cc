package relay

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/locale"
	"heraut/rooms"
)

// Quiet is when a room is left in peace: nights, weekends, holidays.
type Quiet interface {
	// Until tells whether it is quiet at now, and if so until when.
	Until(now time.Time) (time.Time, bool)
	// Begins is when it becomes quiet next after t, at which it is not; zero: never.
	Begins(t time.Time) time.Time
}

// Beat is when something is told again and again.
type Beat interface {
	// Next is the first time after the given one, by the clocks of zone.
	Next(after time.Time, zone *time.Location) time.Time
}

// RemindOptions are what is said by itself of questions, and when.
type RemindOptions struct {
	Store RemindStore
	Queue Queue
	Book  *rooms.Book
	Zone  *time.Location
	// Quiet are a room's quiet hours: all other hours are working hours.
	Quiet func(room chat.RoomID) Quiet
	// Reaches tells whether the experts' room may be told of a question as it is now.
	Reaches func(ctx context.Context, q Question) (bool, error)
	// Unanswered is after how many working hours without an answer the experts are
	// reminded, once; 0: they are not.
	Unanswered time.Duration
	// FollowUp is how long after the last message on an answered question its asker
	// is asked whether it is solved, once; 0: nobody is.
	FollowUp time.Duration
	// List is when the experts get the list of open questions; nil: never.
	List Beat
	// Keep is how long closed questions are kept.
	Keep time.Duration
	Log  zerolog.Logger
}

// RemindStore keeps the questions. Its methods join the transaction of their context.
type RemindStore interface {
	Retention
	// AskedQuestions are those that the experts have and that are not closed, the
	// oldest first.
	AskedQuestions(ctx context.Context) ([]Question, error)
	// Question returns ErrNone for a number that was never given.
	Question(ctx context.Context, number int64) (Question, error)
	SaveQuestion(ctx context.Context, q Question) error
	SaveMessage(ctx context.Context, m Message) error
	// Lists are when experts' rooms were last told of all open questions, or would
	// have been.
	Lists(ctx context.Context) (map[chat.RoomID]time.Time, error)
	SaveList(ctx context.Context, room chat.RoomID, at time.Time) error
}

// Reminders speaks of questions that nobody speaks of.
type Reminders struct{ RemindOptions }

// NewReminders returns Reminders; Run makes them speak.
func NewReminders(o RemindOptions) *Reminders { return &Reminders{o} }

const (
	// remindEvery is how often questions are looked at.
	remindEvery = time.Minute
	// purgeEvery is how often old ones are forgotten.
	purgeEvery = time.Hour
)

// Run looks at the questions every minute until ctx ends.
func (r *Reminders) Run(ctx context.Context) error {
	if err := r.Store.RefreshWords(ctx); err != nil && ctx.Err() == nil {
		r.Log.Error().Err(err).Msg("Known questions may not all be found")
	}
	ticker := time.NewTicker(remindEvery)
	defer ticker.Stop()
	var purged time.Time
	for {
		now := time.Now()
		if err := r.Round(ctx, now); err != nil && ctx.Err() == nil {
			r.Log.Error().Err(err).Msg("Nobody could be reminded of questions: trying again")
		}
		if now.Sub(purged) >= purgeEvery {
			n, err := r.Store.PurgeQuestions(ctx, now.Add(-r.Keep))
			switch {
			case err != nil && ctx.Err() == nil:
				r.Log.Error().Err(err).Msg("Old questions could not be forgotten")
			case n > 0:
				r.Log.Info().Int64("questions", n).Msg("Old questions are forgotten")
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

// Round says what is due by now. Each thing is said once, whatever restarts there
// are between two rounds. Only what is due takes a transaction.
func (r *Reminders) Round(ctx context.Context, now time.Time) error {
	open, err := r.Store.AskedQuestions(ctx)
	if err != nil {
		return fmt.Errorf("look up open questions: %w", err)
	}
	quiet := r.quietNow(now)
	due := slices.DeleteFunc(slices.Clone(open), func(q Question) bool {
		return !r.experts(q, quiet(q.Experts), now) && !r.asker(q, quiet(q.Origin), now)
	})
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

// calm is a room's quiet hours, and whether it is quiet now.
type calm struct {
	Quiet
	now bool
}

// quietNow looks each room's quiet hours up once.
func (r *Reminders) quietNow(now time.Time) func(room chat.RoomID) calm {
	known := map[chat.RoomID]calm{}
	return func(room chat.RoomID) calm {
		c, ok := known[room]
		if !ok {
			c.Quiet = r.Quiet(room)
			_, c.now = c.Until(now)
			known[room] = c
		}
		return c
	}
}

// remindAll reminds of those of the questions that are still due.
func (r *Reminders) remindAll(ctx context.Context, due []Question, quiet func(chat.RoomID) calm, now time.Time) error {
	for _, q := range due {
		q, err := r.Store.Question(ctx, q.Number)
		if ok, err := has(err); err != nil {
			return err
		} else if !ok {
			continue // forgotten meanwhile
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

// remind reminds the experts of q, or asks its asker whether it is solved.
func (r *Reminders) remind(ctx context.Context, q Question, quiet func(chat.RoomID) calm, now time.Time) error {
	lang := r.Book.Of(q.Experts).Language
	post := chat.Post{
		Room: q.Experts, Priority: chat.Relay, ReplyTo: chat.Target{Post: q.Root},
		Guard: subject{kind: aboutReminder, question: q.Number}.guard(),
	}
	template := ""
	switch {
	case r.experts(q, quiet(q.Experts), now):
		if may, err := r.Reaches(ctx, q); err != nil || !may {
			return err
		}
		template, q.RemindedAt = "question-reminder", now
	case r.asker(q, quiet(q.Origin), now): // which tells the number alone
		template, q.FollowedAt = "question-solved", now
		lang = q.Lang
		post = chat.Post{Room: q.Origin, Priority: chat.Relay, Thread: q.thread(), Rings: true, Mentions: []chat.UserID{q.Asker}}
	default:
		return nil
	}
	var err error
	q.ClaimerName, post.Lang = PersonName(q.ClaimerName), lang
	post.HTML, err = locale.Render(lang, template, struct {
		Question
		Prefix string
	}{q, r.Book.Of(post.Room).Prefix})
	if err != nil {
		return err
	}
	cause := chat.EventID(fmt.Sprintf("%s/%d", template, q.Number))
	if err := r.Queue.Post(ctx, cause, post); err != nil {
		return err
	}
	// People may reply to it.
	err = r.Store.SaveMessage(ctx, Message{Post: chat.KeyOf(cause, 0), Room: post.Room, Question: q.Number, Role: RoleRemark, At: now})
	if err != nil {
		return err
	}
	return r.Store.SaveQuestion(ctx, q)
}

// experts reports whether those are to be reminded of q.
func (r *Reminders) experts(q Question, quiet calm, now time.Time) bool {
	if r.Unanswered == 0 || !q.AnsweredAt.IsZero() || !q.RemindedAt.IsZero() || q.Root == "" || q.PostedAt.IsZero() || quiet.now {
		return false
	}
	if q.PostedAt.Add(r.Unanswered).After(now) {
		return false // working time is never longer than the time that passed
	}
	return !workingTime(quiet, q.PostedAt, r.Unanswered).After(now)
}

// asker reports whether the asker of q is to be asked whether it is solved.
func (r *Reminders) asker(q Question, quiet calm, now time.Time) bool {
	return r.FollowUp != 0 && q.Status == Answered && q.FollowedAt.IsZero() && !q.AskerLeft && !quiet.now &&
		!q.ActiveAt.Add(r.FollowUp).After(now)
}

// workingTime returns when so much time has passed since, quiet hours left out. It
// goes from one change between quiet and working hours to the next.
func workingTime(quiet Quiet, since time.Time, passed time.Duration) time.Time {
	t := since
	for {
		if until, held := quiet.Until(t); held {
			t = until
		}
		end := quiet.Begins(t)
		if end.IsZero() || end.Sub(t) >= passed {
			return t.Add(passed)
		}
		if !end.After(t) {
			return t // hours that never end
		}
		passed -= end.Sub(t)
		t = end
	}
}
