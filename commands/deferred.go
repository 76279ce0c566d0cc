package commands

import (
	"context"
	"slices"
	"strings"
	"sync"

	"heraut/chat"
	"heraut/rooms"
	"heraut/sources"
)

// namesRemote reports whether the arguments name something on another server: the
// address of a feed or a calendar, or a room's alias.
func namesRemote(args string) bool {
	return slices.ContainsFunc(strings.Fields(args), func(word string) bool {
		_, feed := sources.FeedAddress(word)
		return feed || strings.HasPrefix(word, "webcal://") || strings.HasPrefix(rooms.Reference(word), "#")
	})
}

// answerLater answers a command outside the room's worker. Each person has at most one such
// command at a time, so that nobody occupies all the slots.
func (a *Answerer) answerLater(r request) (Answer, error) {
	if !a.busy.enter(r.Sender, r.Event.ID) {
		return a.message(r, "busy", nil)
	}
	return Answer{Command: r.command.name(), later: func(ctx context.Context) (Answer, error) {
		defer a.busy.leave(r.Sender)
		return r.command.answer(a, ctx, r)
	}}, nil
}

// persons records which person waits for the answer to which event. Its zero value
// is ready for use.
type persons struct {
	mu    sync.Mutex
	waits map[chat.UserID]chat.EventID
}

// enter records that a person waits for the answer to an event. It returns false if
// the person already waits for another one.
func (p *persons) enter(user chat.UserID, event chat.EventID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if waiting, ok := p.waits[user]; ok && waiting != event {
		return false
	}
	if p.waits == nil {
		p.waits = map[chat.UserID]chat.EventID{}
	}
	p.waits[user] = event
	return true
}

func (p *persons) leave(user chat.UserID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.waits, user)
}
