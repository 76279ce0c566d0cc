package queue

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"heraut/chat"
)

func newRow(key chat.PostKey, cause chat.Cause, slot int, kind Kind, p chat.Post) Row {
	return Row{Key: key, Cause: cause, Slot: slot, Kind: kind, State: Waiting, Txn: rand.Text(), Post: p, NextAt: p.NotBefore}
}

// revise changes the bot's answers to cause, an event that was edited or deleted by the
// event by. posts are the answers from now on. In the transaction of ctx, revise
// replaces, edits or deletes the earlier answers, adds missing ones, and cancels edits
// that nobody has seen. If a post has Same set, the answer in its place stays.
func (q *Queue) revise(ctx context.Context, cause chat.Cause, by chat.EventID, posts []chat.Post, now time.Time) error {
	rows, err := q.store.PostsOf(ctx, cause)
	if err != nil {
		return err
	}
	slots := len(posts)
	for _, r := range rows {
		slots = max(slots, r.Slot+1)
	}
	for n := range slots {
		key := chat.KeyOf(cause, n)
		first := !slices.ContainsFunc(rows, func(r Row) bool { return r.Key == key })
		r := revision{q: q, cause: cause, by: by, slot: n, first: first, rows: rows, now: now}
		answer, edits := current(rows, n)
		for _, edit := range edits {
			if err := q.cancel(ctx, edit, now); err != nil {
				return err
			}
		}
		var post *chat.Post
		if n < len(posts) {
			post = &posts[n]
		}
		if err := r.replace(ctx, answer, post); err != nil {
			return err
		}
	}
	return nil
}

// current returns the post in rows that is the n-th answer now; nil if there is none or
// it was deleted. It also returns the edits of this post that were certainly not sent.
// rows holds the posts of one cause, the oldest first; failed and cancelled ones do not
// count. The results point into rows.
func current(rows []Row, n int) (answer *Row, edits []*Row) {
	for i := range rows {
		r := &rows[i]
		if r.Slot != n || r.State == Failed || r.State == Cancelled {
			continue
		}
		switch r.Kind {
		case KindPost:
			answer, edits = r, nil
		case KindEdit:
			if unsent(r) {
				edits = append(edits, r)
			}
		case KindRedaction:
			answer, edits = nil, nil
		}
	}
	return answer, edits
}

// seenEdits returns the rows that are edits of the answer with that key and that people
// may have seen; failed and cancelled edits are not among them. These edits hold the
// answer's text, so deleting the answer means deleting them too.
func seenEdits(rows []Row, key chat.PostKey) (edits []Row) {
	for _, r := range rows {
		if r.Kind == KindEdit && strings.HasPrefix(string(r.Key), string(key)+"~"+string(KindEdit)+"~") &&
			!unsent(&r) && r.State != Failed && r.State != Cancelled {
			edits = append(edits, r)
		}
	}
	return edits
}

// deletion returns a post, in the same room and with the same priority, that deletes
// the event of r's post.
func deletion(r Row) chat.Post {
	return chat.Post{Room: r.Post.Room, Priority: r.Post.Priority, Redacts: chat.Target{Post: r.Key}}
}

// unsent reports whether the post r certainly was not sent: it is waiting, and no
// attempt ended without an answer.
func unsent(r *Row) bool { return r.State == Waiting && r.Doubts == 0 }

// revision is the change of one answer after the event that it answers was edited or
// deleted.
type revision struct {
	q     *Queue
	cause chat.Cause
	by    chat.EventID
	slot  int
	first bool // the cause never had an answer in this slot
	rows  []Row
	now   time.Time
}

// replace puts post in the place of answer. If answer was not sent yet, it gets the
// content of post. Otherwise replace adds an edit of answer or, where an edit cannot do
// it, a deletion of answer and a new post. If answer is nil, replace adds post; if post
// is nil, it deletes answer. It changes nothing if post has Same set, or is the same
// reaction as answer.
func (r revision) replace(ctx context.Context, answer *Row, post *chat.Post) error {
	if post != nil && post.Same {
		return nil
	}
	if answer != nil && post != nil && isReaction(answer.Post) && answer.Post.Reaction == post.Reaction && answer.Post.ReactsTo == post.ReactsTo {
		return nil
	}
	// An edit can only carry a text to the same room, and never a reaction: otherwise
	// delete the old answer.
	if answer != nil && (post == nil || post.HTML == "" || isReaction(answer.Post) || post.Room != answer.Post.Room) {
		if err := r.withdraw(ctx, answer); err != nil {
			return err
		}
		answer = nil
	}
	switch {
	case post == nil:
		return nil
	case answer == nil && r.first:
		return r.q.store.AddPost(ctx, newRow(chat.KeyOf(r.cause, r.slot), r.cause, r.slot, KindPost, *post))
	case answer == nil:
		return r.add(ctx, chat.KeyOf(r.cause, r.slot), KindPost, *post)
	case unsent(answer):
		answer.Post = *post
		return r.q.store.UpdatePost(ctx, *answer, r.now)
	}
	text := *post
	text.Edits = chat.Target{Post: answer.Key}
	return r.add(ctx, answer.Key, KindEdit, text)
}

func isReaction(p chat.Post) bool { return p.Reaction != "" }

func (r revision) withdraw(ctx context.Context, answer *Row) error {
	if unsent(answer) {
		return r.q.cancel(ctx, answer, r.now)
	}
	for _, row := range append([]Row{*answer}, seenEdits(r.rows, answer.Key)...) {
		if err := r.add(ctx, row.Key, KindRedaction, deletion(row)); err != nil {
			return err
		}
	}
	return nil
}

// add adds p to the outbox. kind says what p is: an edit or a deletion of the answer
// with that key, or a new answer in place of one that is deleted. The key of p is made
// of key, kind and the event that causes the revision.
func (r revision) add(ctx context.Context, key chat.PostKey, kind Kind, p chat.Post) error {
	key += chat.PostKey("~" + string(kind) + "~" + string(r.by))
	return r.q.store.AddPost(ctx, newRow(key, r.cause, r.slot, kind, p))
}
