package relay

import (
	"context"
	"time"

	"heraut/chat"
)

// unheard returns when the asker's side of the question q wrote the first message that
// waits for an answer: the first one since the last answer and since the experts were
// last reminded. It looks at a duplicate, whose thread no list shows, and at a reopened
// question, with which the experts may be done. It returns zero if there is none, if at
// now that message has waited for less than the working time RemindOptions.Unanswered,
// in the experts' quiet hours, and for any other question. The error is that of the
// store.
func (r *Reminders) unheard(ctx context.Context, q Question, quiet quietState, now time.Time) (time.Time, error) {
	counts := q.SameAs != 0 || q.Status == Reopened
	if r.Unanswered == 0 || !counts || q.Root == "" || quiet.now || !q.ActiveAt.After(q.RemindedAt) {
		return time.Time{}, nil
	}
	all, err := r.Store.MessagesOf(ctx, q.Number)
	if err != nil {
		return time.Time{}, err
	}
	var since time.Time
	given := map[chat.EventID]bool{}
	for _, m := range all {
		switch {
		case given[m.Source]: // an edit of an answer that came before
		case m.Role == RoleAnswer, m.Source != "":
			since = time.Time{}
			given[m.Source] = m.Source != ""
		case m.Role == RoleFollowUp && since.IsZero() && m.At.After(q.RemindedAt):
			since = m.At
		}
	}
	if since.IsZero() || workingTime(quiet, since, r.Unanswered).After(now) {
		return time.Time{}, nil
	}
	return since, nil
}
