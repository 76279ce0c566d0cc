package queue_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
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

var errCut = errors.New("the connection was cut")

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
}

// entry is an event: a user's or, if user is nil, the bot's.
type entry struct {
	id   chat.EventID
	room chat.RoomID
	user *chat.Event
	lock bool // it cannot be decrypted yet
	txn  string
	post chat.Post
}

type attempt struct {
	at time.Time
	queue.Outgoing
}

// fault answers a request to send.
type fault func(ctx context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error)

var (
	// arrives: the request succeeds.
	arrives fault = func(_ context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) { return s.take(o) }
	// lost: the request does not arrive.
	lost fault = func(context.Context, *homeserver, queue.Outgoing) (chat.EventID, error) { return "", errCut }
	// cut: the request arrives, its answer does not.
	cut fault = func(_ context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) {
		_, err := s.take(o)
		return "", errors.Join(errCut, err)
	}
	// hangs: no answer ever comes.
	hangs fault = func(ctx context.Context, _ *homeserver, _ queue.Outgoing) (chat.EventID, error) {
		<-ctx.Done()
		return "", ctx.Err()
	}
	forbidden fault = func(context.Context, *homeserver, queue.Outgoing) (chat.EventID, error) {
		return "", &queue.Refused{Cause: errors.New("forbidden")}
	}
	badRelation fault = func(context.Context, *homeserver, queue.Outgoing) (chat.EventID, error) {
		return "", &queue.Refused{Relation: true, Cause: errors.New("no such parent")}
	}
	panics fault = func(context.Context, *homeserver, queue.Outgoing) (chat.EventID, error) { panic("in the transport") }
)

// dropped: the homeserver answers that it took the post, and drops it.
func dropped(_ context.Context, s *homeserver, _ queue.Outgoing) (chat.EventID, error) {
	return chat.EventID("$dropped" + rand.Text()), nil
}

// late: the answer is lost, and the request arrives later.
func late(after time.Duration) fault {
	return func(_ context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) {
		time.AfterFunc(after, func() { _, _ = s.take(o) })
		return "", errCut
	}
}

// slow: the request succeeds after d.
func slow(d time.Duration) fault {
	return func(_ context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) {
		time.Sleep(d)
		return s.take(o)
	}
}

// after: f answers the request after d.
func after(d time.Duration, f fault) fault {
	return func(ctx context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) {
		time.Sleep(d)
		return f(ctx, s, o)
	}
}

// tooMany: the homeserver asks for patience (429), and all sending waits.
func tooMany(after time.Duration) fault {
	return func(context.Context, *homeserver, queue.Outgoing) (chat.EventID, error) {
		return "", &queue.NotNow{After: after, Cause: errors.New("too many requests")}
	}
}

// notHere: only the post's lane has to wait.
func notHere(after time.Duration) fault {
	return func(context.Context, *homeserver, queue.Outgoing) (chat.EventID, error) {
		return "", &queue.NotNow{After: after, Lane: true, Cause: errors.New("keys cannot be shared")}
	}
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
	e := entry{id: s.newID(), room: p.Room, txn: o.Txn, post: p}
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
	return slices.ContainsFunc(s.timeline, func(e entry) bool { return e.id == id }), nil
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
	s.timeline = append(s.timeline, entry{id: e.ID, room: e.Room, user: &e})
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
	return slices.Clone(s.timeline[position:]), len(s.timeline)
}

func (s *homeserver) tries() []attempt {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.attempts)
}

// own returns the bot's events in a room, as "text", "text (edit)" or "(deletion)".
func (s *homeserver) own(room chat.RoomID) (own []string) {
	all, _ := s.since(0)
	for _, e := range all {
		switch p := e.post; {
		case e.user != nil || e.room != room:
		case !p.Redacts.IsZero():
			own = append(own, "(deletion)")
		case !p.Edits.IsZero():
			own = append(own, p.HTML+" (edit)")
		default:
			own = append(own, p.HTML)
		}
	}
	return own
}

// seen returns the bot's texts in a room as people see them: edits and deletions
// applied.
func (s *homeserver) seen(room chat.RoomID) (texts []string) {
	for _, e := range s.visible() {
		if e.room == room {
			texts = append(texts, e.post.HTML+e.post.Reaction)
		}
	}
	return texts
}

func (s *homeserver) visible() (visible []entry) {
	all, _ := s.since(0)
	at := func(id chat.EventID) int {
		return slices.IndexFunc(visible, func(e entry) bool { return e.id == id })
	}
	for _, e := range all {
		switch p := e.post; {
		case e.user != nil:
		case !p.Redacts.IsZero():
			if i := at(p.Redacts.Event); i >= 0 {
				visible = slices.Delete(visible, i, i+1)
			}
		case !p.Edits.IsZero() && p.HTML != "":
			if i := at(p.Edits.Event); i >= 0 {
				visible[i].post.HTML = p.HTML
			}
		default:
			visible = append(visible, e)
		}
	}
	return visible
}

// wantSeen checks the bot's texts in a room as people see them.
func (s *homeserver) wantSeen(t *testing.T, room chat.RoomID, want ...string) {
	t.Helper()
	if got := s.seen(room); !slices.Equal(got, want) {
		t.Errorf("in %s people see %q of the bot, want %q", room, got, want)
	}
}

// wantOwn checks the bot's events in a room.
func (s *homeserver) wantOwn(t *testing.T, room chat.RoomID, want ...string) {
	t.Helper()
	if got := s.own(room); !slices.Equal(got, want) {
		t.Errorf("in %s there are the bot's %q, want %q", room, got, want)
	}
}

// wantNoDuplicates checks that no post was sent twice.
func (s *homeserver) wantNoDuplicates(t *testing.T) {
	t.Helper()
	all, _ := s.since(0)
	first := map[string]chat.EventID{}
	for _, e := range all {
		if e.txn == "" {
			continue
		}
		if id, ok := first[e.txn]; ok {
			t.Errorf("%s is there twice, as %s and %s: %s", e.txn, id, e.id, strings.TrimSpace(e.post.HTML))
		}
		first[e.txn] = e.id
	}
}
