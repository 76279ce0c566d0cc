package commands

import (
	"strconv"
	"sync"
	"time"

	"heraut/chat"
)

// taps returns the posts of the reactions 1️⃣, 2️⃣… that the bot puts under the list in
// an answer to e, so that a person chooses with one tap. It returns none if the answer
// has no list or has further posts, if the configuration turns these reactions off, or
// if the room is busy: there, each reaction would be noise and would delay other
// answers.
func (h *Handler) taps(e chat.Event, answer Answer) []chat.Post {
	if answer.list == nil || len(answer.posts) > 0 || h.traffic.isBusy(e) {
		return nil
	}
	list := chat.Target{Post: chat.KeyOf(e.Cause(), 0)}
	var posts []chat.Post
	for i := range answer.list.ids {
		posts = append(posts, chat.Post{
			Room: e.Room, Priority: chat.Announcement, ReactsTo: list, Reaction: keycap(i + 1),
		})
	}
	return posts
}

// keycap returns the emoji of a digit from 1 to 9.
func keycap(n int) string { return strconv.Itoa(n) + "\uFE0F\u20E3" }

// A room is busy while it has busyMessages messages or more within busyWithin.
const (
	busyMessages = 10
	busyWithin   = 5 * time.Minute
)

// traffic is a record of the last messages of each room, by which the bot recognises
// busy rooms. It is empty after a restart. Its methods are safe for concurrent use and
// on nil, except sweep.
type traffic struct {
	mu      sync.Mutex
	rooms   map[chat.RoomID]*lately
	sweepAt int
}

// lately holds the times of the last messages of one room, a fixed number of them.
type lately struct {
	times [busyMessages]time.Time
	next  int
}

func newTraffic() *traffic {
	return &traffic{rooms: map[chat.RoomID]*lately{}, sweepAt: sweepFrom}
}

// count counts the message of e for its room. Edits do not count. It does nothing on
// nil.
func (t *traffic) count(e chat.Event) {
	if t == nil || e.Message.Edits != "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	room := t.rooms[e.Room]
	if room == nil {
		t.sweep(e.At)
		room = &lately{}
		t.rooms[e.Room] = room
	}
	room.times[room.next] = e.At
	room.next = (room.next + 1) % busyMessages
}

// isBusy reports whether the room of e is busy at the time of e. A direct message is
// never busy. If t is nil, the result is always true.
func (t *traffic) isBusy(e chat.Event) bool {
	if t == nil || e.Direct {
		return t == nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	room := t.rooms[e.Room]
	return room != nil && !room.times[room.next].Before(e.At.Add(-busyWithin))
}

// sweep deletes from t the rooms that got no message within busyWithin before at. It
// does nothing as long as t holds fewer than t.sweepAt rooms; otherwise it sets
// t.sweepAt to twice the number of rooms that remain, at least sweepFrom, so that few
// calls pass over all rooms. The caller holds t.mu.
func (t *traffic) sweep(at time.Time) {
	if len(t.rooms) < t.sweepAt {
		return
	}
	for id, room := range t.rooms {
		if newest := room.times[(room.next+busyMessages-1)%busyMessages]; newest.Before(at.Add(-busyWithin)) {
			delete(t.rooms, id)
		}
	}
	t.sweepAt = max(sweepFrom, 2*len(t.rooms))
}
