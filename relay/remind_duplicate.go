package relay

import (
	"context"
	"time"

	"heraut/chat"
)

// unheard returns when the asker's side of the duplicate q wrote the first message that
// waits for an answer: the first one since the last answer and since the experts were
// last reminded. It returns zero if there is none, if at now that message has waited for
// less than the working time RemindOptions.Unanswered, in the experts' quiet hours, and
// for a question that is no duplicate. The error is that of the store.
//
// Such a message arrives only in the thread of q, which no list shows.
func (r *Reminders) unheard(ctx context.Context, q Question, quiet quietState, now time.Time) (time.Time, error) {
	if r.Unanswered == 0 || q.SameAs == 0 || q.Root == "" || quiet.now || !q.ActiveAt.After(q.RemindedAt) {
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
