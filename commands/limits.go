package commands

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"heraut/chat"
	"heraut/locale"
	"heraut/queue"
	"heraut/relay"
)

// Rate is a limit of Count actions within the time Per. Without a positive Count and
// Per, as in the zero value, there is no limit.
type Rate struct {
	Count int
	Per   time.Duration
}

// Limits is the configuration of how often people and rooms may use the bot.
type Limits struct {
	Person, Room Rate // the actions of each person, and in each room
	// Reactions lets the bot put the reactions 1️⃣, 2️⃣… under its lists, except in busy
	// rooms, so that one tap chooses.
	Reactions bool
}

// verdict is the decision of a limiter: the action may be answered, it is the first
// one too many, or a further one.
type verdict int

const (
	within    verdict = iota
	overOnce          // over the limit for the first time: say so
	overAgain         // over the limit, and the person already knows
)

// limiter is a token bucket for each key, a person or a room, with rate.Count tokens
// that return at an even pace. A restart fills the buckets. It is safe for concurrent
// use.
type limiter struct {
	rate Rate

	mu      sync.Mutex
	buckets map[string]*bucket
	sweepAt int
}

type bucket struct {
	*rate.Limiter
	last     time.Time
	notified bool
	// edits lists the messages whose answers became that sentence since then.
	edits []chat.EventID
}

// mostEdits bounds the answers that become the sentence.
const mostEdits = 20

// sweepFrom is the number of buckets from which the limiter drops the full ones.
const sweepFrom = 1000

func newLimiter(r Rate) *limiter {
	return &limiter{rate: r, buckets: map[string]*bucket{}, sweepAt: sweepFrom}
}

// allow takes one token of key for an action and returns the verdict: within the limit,
// overOnce for the first action beyond it, or overAgain for the next ones until an
// action is within the limit again. Without a limit, every action is within. at is the
// time of the action as the sender's server gives it; a false time, in the future or
// before earlier events, brings no more tokens.
func (l *limiter) allow(key string, at time.Time) verdict {
	if l.rate.Count <= 0 || l.rate.Per <= 0 {
		return within
	}
	if now := time.Now(); at.After(now) {
		at = now
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.buckets[key]
	if b == nil {
		l.sweep(at)
		every := l.rate.Per / time.Duration(l.rate.Count)
		b = &bucket{Limiter: rate.NewLimiter(rate.Every(every), l.rate.Count)}
		l.buckets[key] = b
	}
	if at.After(b.last) {
		b.last = at
	}
	switch {
	case b.AllowN(b.last, 1):
		b.notified, b.edits = false, nil
		return within
	case b.notified:
		return overAgain
	}
	b.notified = true
	return overOnce
}

// tells reports whether the bot still has to replace its answer to an edited message by
// the sentence about the limit, and records that it does so now. key is over its limit;
// cause is the cause of that answer. The result is true once for each message, and for
// at most mostEdits messages of a key, until the key is within its limit again.
func (l *limiter) tells(key string, cause chat.EventID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.buckets[key]
	if b == nil || slices.Contains(b.edits, cause) || len(b.edits) >= mostEdits {
		return false
	}
	b.edits = append(b.edits, cause)
	return true
}

// sweep deletes the keys whose buckets are full again at the time at, so that the
// number of keys stays bounded. A missing key counts as one with a full bucket. sweep
// does nothing as long as there are fewer than l.sweepAt keys. The caller holds l.mu.
func (l *limiter) sweep(at time.Time) {
	if len(l.buckets) < l.sweepAt {
		return
	}
	for key, b := range l.buckets {
		if b.TokensAt(at) >= float64(l.rate.Count) {
			delete(l.buckets, key)
		}
	}
	l.sweepAt = max(sweepFrom, 2*len(l.buckets))
}

// limit counts one action of the sender of e, first against the limit of the sender and
// then against that of the room. An action is an answer, a refusal, a choice, a carried
// message or reaction, or an edit of one of these. over reports that the action exceeds
// a limit. For the first such action, result then tells the sender so, with the
// sentence of the template. If e edits a message, this sentence replaces the bot's
// answer to the message, once for each message. l is the Line of e.
func (h *Handler) limit(e chat.Event, l Line, template string) (result queue.Result, over bool, err error) {
	by, key := h.persons, string(e.Sender)
	verdict := by.allow(key, e.At)
	if verdict == within {
		by, key = h.inRoom, string(e.Room)
		verdict = by.allow(key, e.At)
	}
	edit := e.Message != nil && e.Message.Edits != ""
	switch {
	case verdict == within:
		return queue.Result{}, false, nil
	case edit && !by.tells(key, e.Original()):
		return queue.Result{Unchanged: true}, true, nil
	case !edit && verdict == overAgain:
		return queue.Result{}, true, nil
	}
	html, err := locale.Render(l.Lang, template, struct{ Room bool }{by == h.inRoom})
	if err != nil {
		return queue.Result{}, true, err
	}
	to, thread := e.Original(), chat.EventID("")
	if e.Reaction != nil {
		to = e.Reaction.Target
	} else if e.Message != nil {
		thread = e.Message.Thread
	}
	return queue.Result{Posts: h.posts(e, to, thread, Answer{HTML: html})}, true, nil
}

// limitCarried counts the carrying of e, a message or reaction of a question, against
// the limits of its sender and its room. result and err are those of carrying e. Within
// the limits, it returns result, of which some posts lose their pings (pingOnce).
// Beyond them, nothing is carried, and the result tells the sender so, once; after an
// edit it tells nothing, and the copy stays as it was. If err is not nil or result is
// empty, limitCarried counts nothing and returns both unchanged.
func (h *Handler) limitCarried(e chat.Event, l Line, result queue.Result, err error) (queue.Result, error) {
	if err != nil || len(result.Posts) == 0 && result.Change == nil {
		return result, err
	}
	if refused, over, err := h.limit(e, l, "too-many-carried"); over || err != nil {
		if refused.Posts != nil && e.Message != nil && e.Message.Edits != "" {
			refused = queue.Result{Unchanged: true} // its copy remains in another room
		}
		return refused, err
	}
	return h.pingOnce(result), nil
}

// pingOnce removes the mentions from each post of result that mentions a person whom
// the bot pinged in the same room within relay.PingEvery, or whom an earlier post of
// result pings there, so that a burst of messages rings only once. The change of the
// returned Result also records the pings in the other posts, before it posts answers to
// the askers of duplicates, who may be the same people. Without h.pings, it returns
// result unchanged.
func (h *Handler) pingOnce(result queue.Result) queue.Result {
	if h.pings == nil {
		return result
	}
	var rung []relay.Ping
	for i := range result.Posts {
		p := &result.Posts[i]
		for _, user := range p.Mentions {
			who := relay.Ping{Room: p.Room, User: user}
			if !h.pings.Due(who, time.Now()) || slices.Contains(rung, who) {
				p.Mentions, p.Rings = nil, false
				break
			}
			rung = append(rung, who)
		}
	}
	if len(rung) > 0 {
		note := func(context.Context) error {
			h.pings.Note(time.Now(), rung...)
			return nil
		}
		result.Change = both(note, result.Change)
	}
	return result
}
