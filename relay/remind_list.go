package relay

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"heraut/chat"
	"heraut/locale"
	"heraut/queue"
)

// ListGuardName is the guard that lists of open questions name.
const ListGuardName = "questions"

// listed limits how many questions a list shows.
const listed = 15

// list posts in each experts' room whose list is due the room's questions in open,
// except duplicates and those that the room may not see. It stores the time of the
// list, also if there is nothing to post. For a room's first question it only stores
// now, so that the first list is the next one due. A list that is due in quiet hours is
// posted after them; quiet returns a room's quiet hours. list does nothing if
// RemindOptions.List is not set.
func (r *Reminders) list(ctx context.Context, open []Question, quiet func(chat.RoomID) quietState, now time.Time) error {
	if r.List == nil {
		return nil
	}
	last, err := r.Store.Lists(ctx)
	if err != nil {
		return err
	}
	byRoom := map[chat.RoomID][]Question{}
	for _, q := range open {
		if q.SameAs != 0 {
			continue // they answer it elsewhere
		}
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
		if due.After(now) || quiet(room).now {
			continue
		}
		err := r.Queue.Do(ctx, func(ctx context.Context) error {
			if err := r.Store.SaveList(ctx, room, now); err != nil {
				return err
			}
			visible, err := r.reaching(ctx, byRoom[room])
			if err != nil || len(visible) == 0 {
				return err
			}
			return r.tell(ctx, room, visible, due)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// reaching returns those of the questions in open whose experts' room may be shown them
// now, by the audiences of both rooms (Reaches). The error is that of reading the
// rooms.
func (r *Reminders) reaching(ctx context.Context, open []Question) (visible []Question, err error) {
	type way struct {
		origin, experts chat.RoomID
		agreed, readers chat.Audience
	}
	known := map[way]bool{}
	for _, q := range open {
		w := way{q.Origin, q.Experts, q.Widens, q.Readers}
		may, ok := known[w]
		if !ok {
			if may, err = r.Reaches(ctx, q); err != nil {
				return nil, err
			}
			known[w] = may
		}
		if may {
			visible = append(visible, q)
		}
	}
	return visible, nil
}

// tell posts in a room of experts the list of its open questions. due is the time at
// which the list was due: a second call for the same room and time posts nothing.
func (r *Reminders) tell(ctx context.Context, room chat.RoomID, open []Question, due time.Time) error {
	post, err := r.listPost(room, open)
	if err != nil {
		return err
	}
	cause := chat.Cause(fmt.Sprintf("open-questions/%s/%s", room, due.UTC().Format(time.RFC3339)))
	return r.Queue.Post(ctx, cause, post)
}

// listPost returns the post with the list of the questions open for a room: the first
// ones, at most listed, and the number of the others. The post's guard holds the
// numbers of all, so that Check can leave some out. The error is that of the template.
func (r *Reminders) listPost(room chat.RoomID, open []Question) (chat.Post, error) {
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
	numbers := make([]string, len(open))
	for i, q := range open {
		numbers[i] = strconv.FormatInt(q.Number, 10)
	}
	return chat.Post{
		Room: room, Priority: chat.Announcement, HTML: html, Lang: settings.Language,
		Guard: chat.Guard{By: ListGuardName, About: strings.Join(numbers, " ")},
	}, err
}

// Check returns the verdict on a list of open questions before it is sent (queue.Guard).
// It leaves out questions that were closed, handed over or joined to another one
// meanwhile, or that the experts' room may no longer see. If all questions stay, the list
// goes unchanged; if some do, it is rendered again; if none does, it is withheld.
func (r *Reminders) Check(ctx context.Context, row queue.Row) (queue.Verdict, error) {
	var open []Question
	words := strings.Fields(row.Post.Guard.About)
	for _, word := range words {
		number, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return queue.Verdict{}, fmt.Errorf("read which questions are listed: %w", err)
		}
		q, err := r.Store.Question(ctx, number)
		if ok, err := has(err); err != nil {
			return queue.Verdict{}, err
		} else if ok && q.Experts == row.Post.Room && q.SameAs == 0 && q.Status.Asked() && !q.Status.Closed() {
			open = append(open, q)
		}
	}
	visible, err := r.reaching(ctx, open)
	switch {
	case err != nil, len(visible) == len(words):
		return queue.Verdict{}, err
	case len(visible) == 0:
		return queue.Verdict{Withhold: "the room may be told of none of its questions"}, nil
	}
	post, err := r.listPost(row.Post.Room, visible)
	return queue.Verdict{Instead: &post}, err
}

// Ended does nothing. The queue calls it when a list was sent or given up
// (queue.Guard).
func (r *Reminders) Ended(context.Context, queue.Row) error { return nil }
