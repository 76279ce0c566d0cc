package relay_test

import (
	"context"
	"slices"
	"strings"
	"testing/synctest"
	"time"

	"heraut/chat"
	"heraut/matrix"
	"heraut/relay"
)

// last returns the bot's last message in a room that holds a text.
func (w *world) last(room chat.RoomID, text string) chat.EventID {
	w.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range slices.Backward(w.timeline) {
		if e.by == nil && e.room == room && e.post.Edits.IsZero() && strings.Contains(plainOf(e.post), text) {
			return e.id
		}
	}
	w.Fatalf("nothing says %q in %s:\n%s", text, room, w.log())
	return ""
}

// root returns the bot's last message that shows a question to the experts.
func (w *world) root() chat.EventID {
	w.Helper()
	return w.last(experts, "Question n°")
}

func plainOf(p chat.Post) string {
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(matrix.PlainText(p.HTML, p.Lang))
}

// own returns the bot's posts in a room.
func (w *world) own(room chat.RoomID) (posts []chat.Post) {
	for _, e := range w.timeline {
		if e.by == nil && e.room == room {
			posts = append(posts, e.post)
		}
	}
	return posts
}

// suggestThis makes the bot suggest these items for every question.
func (w *world) suggestThis(items ...string) {
	w.suggest = func(context.Context, chat.RoomID, string, string) (all []relay.Suggestion, err error) {
		for _, item := range items {
			all = append(all, relay.Suggestion{HTML: item})
		}
		return all, nil
	}
	w.restart()
}

// pass lets d pass, and syncs.
func (w *world) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
	w.sync()
}
