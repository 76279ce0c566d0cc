package commands

import (
	"sync"
	"time"

	"heraut/chat"
	"heraut/locale"
	"heraut/queue"
)

// refusals is the record of the people whom the bot told lately that it does not verify
// devices. It is empty after a restart. It is safe for concurrent use; the zero value
// is ready.
type refusals struct {
	mu       sync.Mutex
	notified map[chat.UserID]time.Time
}

// due returns true if the bot has to tell the person now that it does not verify
// devices, and records that it does. It returns false if it told the person less than a
// day before now. It drops older records.
func (r *refusals) due(user chat.UserID, now time.Time) bool {
	const day = 24 * time.Hour
	r.mu.Lock()
	defer r.mu.Unlock()
	for other, at := range r.notified {
		if now.Sub(at) >= day {
			delete(r.notified, other)
		}
	}
	if _, known := r.notified[user]; known {
		return false
	}
	if r.notified == nil {
		r.notified = map[chat.UserID]time.Time{}
	}
	r.notified[user] = now
	return true
}

// verification cancels the request e to verify devices, if it was sent to a room:
// nobody could compare the emojis on the bot's side. In any case it tells each person
// so at most once a day. The Result is empty for a late request; a person over the
// limits gets the sentence about that.
func (h *Handler) verification(e chat.Event) (queue.Result, error) {
	if e.Late {
		return queue.Result{}, nil // clients end a request after ten minutes
	}
	l := h.about(e)
	if result, over, err := h.limit(e, l, "too-many"); over || err != nil {
		return result, err
	}
	var posts []chat.Post
	if !e.Verification.ToDevice {
		posts = append(posts, chat.Post{Room: e.Room, Priority: chat.Answer, Cancels: e.ID})
	}
	if h.refusals.due(e.Sender, time.Now()) {
		html, err := locale.Render(l.Lang, "verification", h.answerer.about)
		if err != nil {
			return queue.Result{}, err
		}
		posts = append(posts, chat.Post{Room: e.Room, Priority: chat.Answer, HTML: html, Lang: l.Lang})
	}
	return queue.Result{Posts: posts}, nil
}
