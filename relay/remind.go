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
// are between two rounds.
func (r *Reminders) Round(ctx context.Context, now time.Time) error {
	return r.Queue.Do(ctx, func(ctx context.Context) error {
		open, err := r.Store.AskedQuestions(ctx)
		if err != nil {
			return fmt.Errorf("look up open questions: %w", err)
		}
		for _, q := range open {
			if err := r.remind(ctx, q, now); err != nil {
				return fmt.Errorf("remind of question %d: %w", q.Number, err)
			}
		}
		if err := r.list(ctx, open, now); err != nil {
			return fmt.Errorf("list open questions: %w", err)
		}
		return nil
	})
}

// remind reminds the experts of q, or asks its asker whether it is solved.
func (r *Reminders) remind(ctx context.Context, q Question, now time.Time) error {
	lang := r.Book.Of(q.Experts).Language
	post := chat.Post{Room: q.Experts, Priority: chat.Relay, ReplyTo: chat.Target{Post: q.Root}}
	template := ""
	switch {
	case r.experts(q, now):
		if may, err := r.Reaches(ctx, q); err != nil || !may {
			return err
		}
		template, q.RemindedAt = "question-reminder", now
	case r.asker(q, now):
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

// experts tells whether those are to be reminded of q.
func (r *Reminders) experts(q Question, now time.Time) bool {
	if r.Unanswered == 0 || !q.AnsweredAt.IsZero() || !q.RemindedAt.IsZero() || q.Root == "" {
		return false
	}
	quiet := r.Quiet(q.Experts)
	_, held := quiet.Until(now)
	return !held && !workingTime(quiet, q.PostedAt, r.Unanswered).After(now)
}

// asker tells whether the asker of q is to be asked whether it is solved.
func (r *Reminders) asker(q Question, now time.Time) bool {
	if r.FollowUp == 0 || q.Status != Answered || !q.FollowedAt.IsZero() || q.AskerLeft || q.ActiveAt.Add(r.FollowUp).After(now) {
		return false
	}
	_, held := r.Quiet(q.Origin).Until(now)
	return !held
}

// workingTime is when so much time has passed since, quiet hours left out.
func workingTime(quiet Quiet, since time.Time, passed time.Duration) time.Time {
	const step = time.Minute
	t := since
	for passed > 0 {
		if until, held := quiet.Until(t); held {
			t = until
			continue
		}
		t, passed = t.Add(min(step, passed)), passed-step
	}
	return t
}

// listed is how many questions a list shows.
const listed = 15

// list tells each experts' room of its open questions, if that is due. When it was
// due in quiet hours, it is told after them.
func (r *Reminders) list(ctx context.Context, open []Question, now time.Time) error {
	if r.List == nil {
		return nil
	}
	last, err := r.Store.Lists(ctx)
	if err != nil {
		return err
	}
	byRoom := map[chat.RoomID][]Question{}
	for _, q := range open {
		byRoom[q.Experts] = append(byRoom[q.Experts], q)
		if _, known := last[q.Experts]; !known {
			last[q.Experts] = now
			if err := r.Store.SaveList(ctx, q.Experts, now); err != nil {
				return err
			}
		}
	}
	for room, at := range last {
		due := r.List.Next(at, r.Zone)
		_, held := r.Quiet(room).Until(now)
		if due.After(now) || held {
			continue
		}
		if err := r.Store.SaveList(ctx, room, now); err != nil {
			return err
		}
		told, err := r.reaching(ctx, byRoom[room])
		if err != nil {
			return err
		}
		if len(told) == 0 {
			continue
		}
		if err := r.tell(ctx, room, told, due); err != nil {
			return err
		}
	}
	return nil
}

// reaching are those of the questions that their experts' room may be told of.
func (r *Reminders) reaching(ctx context.Context, open []Question) (told []Question, err error) {
	for _, q := range open {
		may, err := r.Reaches(ctx, q)
		if err != nil {
			return nil, err
		}
		if may {
			told = append(told, q)
		}
	}
	return told, nil
}

// tell posts the list of a room's open questions that was due at a time.
func (r *Reminders) tell(ctx context.Context, room chat.RoomID, open []Question, due time.Time) error {
	settings := r.Book.Of(room)
	shown := slices.Clone(open[:min(len(open), listed)])
	for i := range shown {
		shown[i].ClaimerName, shown[i].AskedAt = PersonName(shown[i].ClaimerName), shown[i].AskedAt.In(r.Zone)
	}
	html, err := locale.Render(settings.Language, "open-questions", struct {
		Prefix string
		Items  []Question
		Total  int
		More   int
	}{settings.Prefix, shown, len(open), len(open) - len(shown)})
	if err != nil {
		return err
	}
	cause := chat.EventID(fmt.Sprintf("open-questions/%s/%s", room, due.UTC().Format(time.RFC3339)))
	return r.Queue.Post(ctx, cause, chat.Post{Room: room, Priority: chat.Announcement, HTML: html, Lang: settings.Language})
}
