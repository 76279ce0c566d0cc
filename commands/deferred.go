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

// namesRemote reports whether a command's arguments name a thing on another server
// (the address of a feed or calendar, or a room's alias), so that its answer may take
// long.
func namesRemote(args string) bool {
	return slices.ContainsFunc(strings.Fields(args), func(word string) bool {
		_, feed := sources.FeedAddress(word)
		return feed || strings.HasPrefix(word, "webcal://") || strings.HasPrefix(rooms.Reference(word), "#")
	})
}

// answerLater returns an Answer whose later answers a command that waits for another
// server, while the room's other messages go on. It records that the person waits until
// later returns. Each person has at most one such command at a time: to a second one it
// answers that the bot is busy.
func (a *Answerer) answerLater(r request) (Answer, error) {
	if !a.busy.enter(r.Sender, r.Event.ID) {
		return a.message(r, "busy", nil)
	}
	return Answer{Command: r.command.name(), later: func(ctx context.Context) (Answer, error) {
		defer a.busy.leave(r.Sender)
		return r.command.answer(a, ctx, r)
	}}, nil
}

// persons is the record of which people wait for the answer to a slow command, and to
// which. The zero value is ready for use. It is safe for concurrent use.
type persons struct {
	mu    sync.Mutex
	waits map[chat.UserID]chat.EventID
}

// enter records that a person waits for the answer to an event, and returns true. If
// the person already waits for the answer to another event, it records nothing and
// returns false.
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
