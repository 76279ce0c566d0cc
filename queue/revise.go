package queue

import (
	"context"
	"crypto/rand"
	"time"

	"heraut/chat"
)

func newRow(key chat.PostKey, cause chat.EventID, slot int, kind Kind, p chat.Post) Row {
	return Row{Key: key, Cause: cause, Slot: slot, Kind: kind, State: Waiting, Txn: rand.Text(), Post: p}
}

// revise makes the posts the answers to cause: those given before are replaced,
// edited or deleted, and missing ones are added. by is the edit or the deletion
// that calls for it.
func (q *Queue) revise(ctx context.Context, cause, by chat.EventID, posts []chat.Post, now time.Time) error {
	rows, err := q.store.PostsOf(ctx, cause)
	if err != nil {
		return err
	}
	slots := len(posts)
	for _, r := range rows {
		slots = max(slots, r.Slot+1)
	}
	for n := range slots {
		answer, edit := current(rows, n)
		var post *chat.Post
		if n < len(posts) {
			post = &posts[n]
		}
		if err := q.reviseSlot(ctx, cause, by, n, answer, edit, post, now); err != nil {
			return err
		}
	}
	return nil
}

// current finds the row that is the n-th answer now, and an edit of it that
// nobody has seen yet; either may be nil.
func current(rows []Row, n int) (answer, edit *Row) {
	for i := range rows {
		r := &rows[i]
		if r.Slot != n || r.State == Failed || r.State == Cancelled {
			continue
		}
		switch r.Kind {
		case KindPost:
			answer, edit = r, nil
		case KindEdit:
			edit = nil
			if untouched(r) {
				edit = r
			}
		case KindRedaction:
			answer, edit = nil, nil
		}
	}
	return answer, edit
}

// untouched tells that no attempt was made to send r.
func untouched(r *Row) bool { return r.State == Waiting && r.Attempts == 0 }

func (q *Queue) reviseSlot(ctx context.Context, cause, by chat.EventID, n int, answer, edit *Row, post *chat.Post, now time.Time) error {
	revised := func(key chat.PostKey) chat.PostKey { return key + "~" + chat.PostKey(by) }
	switch {
	case answer == nil && post == nil:
		return nil
	case answer == nil:
		return q.store.AddPost(ctx, newRow(revised(chat.KeyOf(cause, n)), cause, n, KindPost, *post))
	case post == nil:
		if edit != nil {
			edit.State = Cancelled
			if err := q.store.UpdatePost(ctx, *edit, now); err != nil {
				return err
			}
		}
		if untouched(answer) {
			answer.State = Cancelled
			return q.store.UpdatePost(ctx, *answer, now)
		}
		gone := chat.Post{Room: answer.Post.Room, Priority: answer.Post.Priority, Redacts: chat.Target{Post: answer.Key}}
		return q.store.AddPost(ctx, newRow(revised(answer.Key), cause, n, KindRedaction, gone))
	case untouched(answer):
		answer.Post = *post
		return q.store.UpdatePost(ctx, *answer, now)
	}
	text := *post
	text.Edits = chat.Target{Post: answer.Key}
	if edit != nil {
		edit.Post = text
		return q.store.UpdatePost(ctx, *edit, now)
	}
	return q.store.AddPost(ctx, newRow(revised(answer.Key), cause, n, KindEdit, text))
}
