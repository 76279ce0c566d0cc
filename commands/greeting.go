package commands

import (
	"sync"
	"time"

	"heraut/chat"
)

// greeting is the data of the message with which the bot greets a room that it joins,
// or answers a greeting.
type greeting struct {
	Prefix string
	Direct bool // in a direct message, where the prefix is optional
	// Catalogues are the labels of the room's catalogues; none for the SILL alone.
	Catalogues []string
}

// greetOnce is how long after the bot greeted a new direct message it leaves a mere
// « bonjour » there unanswered: clients that create the room with the first message
// show both greetings as answers to it.
const greetOnce = 10 * time.Minute

// greeted is the record of the direct messages that the bot joined and greeted within
// the last greetOnce, so that it does not answer a mere «bonjour» there with a second
// greeting. It is empty after a restart. It is safe for concurrent use; the zero value
// is ready.
type greeted struct {
	mu sync.Mutex
	at map[chat.RoomID]time.Time
}

// note records that the bot greeted the direct message room at that time, and drops the
// records older than greetOnce.
func (g *greeted) note(room chat.RoomID, at time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for other, then := range g.at {
		if then.Before(at.Add(-greetOnce)) {
			delete(g.at, other)
		}
	}
	if g.at == nil {
		g.at = map[chat.RoomID]time.Time{}
	}
	g.at[room] = at
}

// lately reports whether the bot greeted the room less than greetOnce before the time
// at.
func (g *greeted) lately(room chat.RoomID, at time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	then, known := g.at[room]
	return known && at.Before(then.Add(greetOnce))
}

// greetsOnly reports whether a line greets the bot and says nothing else but courtesy;
// false for a line that is the name of a software.
func greetsOnly(r request) bool {
	rest, greets := withoutGreeting(r.text)
	return greets && onlyCourtesy(rest) && !named(r.state.Catalogue, r.text)
}
