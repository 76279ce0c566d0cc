package queue_test

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"heraut/chat"
	"heraut/queue"
)

const (
	salon   = chat.RoomID("!salon:example.org")
	bureau  = chat.RoomID("!bureau:example.org")
	camille = chat.UserID("@camille:example.org")
	domi    = chat.UserID("@dominique:example.org")
)

// homeserver is a fake homeserver behind queue.Transport. It keeps events in order
// and, like Dendrite, forgets transaction ids: a post that is sent twice appears
// twice.
type homeserver struct {
	mu       sync.Mutex
	timeline []entry
	attempts []attempt
	reads    []string
	next     []fault
	always   fault
	asked    []chat.EventID // the events that Shows was called for

	receiptsHang, showsNothing atomic.Bool
	lag                        atomic.Int64 // how long sync and Shows are behind, as a time.Duration
}

// entry is an event: a user's or, if user is nil, the bot's.
type entry struct {
	id   chat.EventID
	room chat.RoomID
	user *chat.Event
	lock bool // it cannot be decrypted yet
	txn  string
	post chat.Post
	at   time.Time
}

type attempt struct {
	at time.Time
	queue.Outgoing
}

// Send implements queue.Transport.
func (s *homeserver) Send(ctx context.Context, o queue.Outgoing) (chat.EventID, error) {
	s.mu.Lock()
	s.attempts = append(s.attempts, attempt{time.Now(), o})
	f := s.always
	if len(s.next) > 0 {
		f, s.next = s.next[0], s.next[1:]
	}
	s.mu.Unlock()
	if f == nil {
		f = arrives
	}
	return f(ctx, s, o)
}

// take adds the bot's event to its room, or refuses it if the room lacks a target.
func (s *homeserver) take(o queue.Outgoing) (chat.EventID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := o.Post
	for _, target := range []chat.Target{p.Thread, p.ReplyTo, p.Edits, p.Redacts, p.ReactsTo} {
		known := slices.ContainsFunc(s.timeline, func(e entry) bool { return e.id == target.Event && e.room == p.Room })
		if target.Post != "" || target.Event != "" && !known {
			return "", &queue.Refused{Relation: true, Cause: fmt.Errorf("no event %v in %s", target, p.Room)}
		}
	}
	e := entry{id: s.newID(), room: p.Room, txn: o.Txn, post: p, at: time.Now()}
	s.timeline = append(s.timeline, e)
	return e.id, nil
}

func (s *homeserver) newID() chat.EventID {
	return chat.EventID(fmt.Sprintf("$%d", len(s.timeline)+1))
}

// MarkRead implements queue.Transport.
func (s *homeserver) MarkRead(ctx context.Context, room chat.RoomID, id chat.EventID) error {
	if s.receiptsHang.Load() {
		<-ctx.Done()
		return ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads = append(s.reads, string(room)+" "+string(id))
	return nil
}

// Shows implements queue.Transport.
func (s *homeserver) Shows(_ context.Context, _ chat.RoomID, id chat.EventID) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, id)
	if s.showsNothing.Load() {
		return false, errCut
	}
	return slices.ContainsFunc(s.shown(), func(e entry) bool { return e.id == id }), nil
}

// timesAsked returns how often Shows was called.
func (s *homeserver) timesAsked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

// failNext sets the faults of the next attempts.
func (s *homeserver) failNext(faults ...fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = faults
}

// fail sets the fault of all attempts that failNext does not cover; nil: none.
func (s *homeserver) fail(f fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.always = f
}

// receipts returns the read receipts as "room event", sorted.
func (s *homeserver) receipts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(slices.Values(s.reads))
}

// put adds a user's event, by Camille and now unless e says otherwise.
func (s *homeserver) put(e chat.Event) chat.EventID {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.ID = s.newID()
	if e.Sender == "" {
		e.Sender = camille
	}
	if e.At.IsZero() {
		e.At = time.Now()
	}
	s.timeline = append(s.timeline, entry{id: e.ID, room: e.Room, user: &e, at: time.Now()})
	return e.ID
}

func (s *homeserver) say(room chat.RoomID, body string) chat.EventID {
	return s.put(chat.Event{Room: room, Message: &chat.Message{Body: body}})
}

func (s *homeserver) edit(room chat.RoomID, target chat.EventID, body string) chat.EventID {
	return s.put(chat.Event{Room: room, Message: &chat.Message{Body: body, Edits: target}})
}

func (s *homeserver) remove(room chat.RoomID, target chat.EventID) chat.EventID {
	return s.put(chat.Event{Room: room, Redaction: &chat.Redaction{Target: target}})
}

// lock makes an event undecryptable for now.
func (s *homeserver) lock(id chat.EventID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.timeline {
		if s.timeline[i].id == id {
			s.timeline[i].lock = true
		}
	}
}

// since returns the events after a position, and the new position.
func (s *homeserver) since(position int) ([]entry, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	shown := s.shown()
	return slices.Clone(shown[position:]), len(shown)
}

// shown returns the events without those of the last lag. The caller holds the lock.
func (s *homeserver) shown() []entry {
	from := time.Now().Add(-time.Duration(s.lag.Load()))
	return s.timeline[:sort.Search(len(s.timeline), func(i int) bool { return s.timeline[i].at.After(from) })]
}

func (s *homeserver) tries() []attempt {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.attempts)
}
