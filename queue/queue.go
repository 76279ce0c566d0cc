package queue

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"heraut/chat"
)

// ErrNone tells that a store has nothing to hand out.
var ErrNone = errors.New("nothing there")

const (
	// keepIDs is how long ids stay after their texts are erased, for edits and deletions.
	keepIDs = 90 * 24 * time.Hour
	// keepLocked is how long a message waits for its key.
	keepLocked = 24 * time.Hour
	// busyRooms is how many rooms are served at once.
	busyRooms = 8
)

// Transport carries posts out.
type Transport interface {
	// Send does what o says and returns the event that it made. An error that is
	// neither NotNow nor Refused leaves open whether it was done.
	Send(ctx context.Context, o Outgoing) (chat.EventID, error)
	// MarkRead tells the room that the bot has read up to the event.
	MarkRead(ctx context.Context, room chat.RoomID, id chat.EventID) error
}

// Outgoing is a post on its way, with every Target resolved to an event.
type Outgoing struct {
	// Txn is the transaction id, and the key that the event carries.
	Txn  string
	Post chat.Post
	// Check, if not nil, is to be called right before the request that makes the
	// event, when much may have happened since Send was called. The transport
	// returns its error as it is.
	Check func(ctx context.Context) error
}

// NotNow is a Transport's error: nothing was done, and it is to be tried again.
type NotNow struct {
	After time.Duration // not before
	// Lane tells that only this room has to wait; else all sending has.
	Lane  bool
	Cause error
}

func (e *NotNow) Error() string { return "not now: " + e.Cause.Error() }
func (e *NotNow) Unwrap() error { return e.Cause }

// Refused is a Transport's error: it was not done and never will be.
type Refused struct {
	// Relation tells that the homeserver may have refused what the post refers
	// to: it is tried once more without.
	Relation bool
	Cause    error
}

// Blocked is a Transport's error: the bot may not send in the room for now, since
// its power there is too low. The post waits until the room's power levels change,
// keepBlocked at most.
type Blocked struct{ Cause error }

func (e *Blocked) Error() string { return "blocked: " + e.Cause.Error() }
func (e *Blocked) Unwrap() error { return e.Cause }

func (e *Refused) Error() string { return "refused: " + e.Cause.Error() }
func (e *Refused) Unwrap() error { return e.Cause }

// Config is how the queue works.
type Config struct {
	// AnswerWithin is the age beyond which an event is dropped when it arrives.
	AnswerWithin time.Duration
	// Keeps tells in which rooms such an event is handed on instead, as Late: what
	// is carried between rooms is never dropped. It is called in a transaction, which
	// its context carries; nil: none.
	Keeps func(ctx context.Context, room chat.RoomID) bool
	// Pace bounds what is sent; it is shared with whoever else sends.
	Pace *rate.Limiter
	// Apology is what people are told of an event that cannot be handled; nil, or
	// no posts: nothing.
	Apology func(e chat.Event) []chat.Post
	// Guards decide, at each send, about the posts that name them.
	Guards map[string]Guard
	// Blocked returns what is posted when a room begins, or ceases, to refuse the
	// bot's posts for want of power. It is called in a transaction; nil: nothing.
	Blocked func(ctx context.Context, room chat.RoomID, blocked bool) ([]chat.Post, error)
	// SenderOf returns who sent an event that never came in, or ErrNone. An edit of it
	// counts only if both have the same sender; nil: no such edit counts.
	SenderOf func(ctx context.Context, room chat.RoomID, event chat.EventID) (chat.UserID, error)
	// HandleWithin bounds one call of the handler; 0 means a minute.
	HandleWithin time.Duration
	// AtOnce is how many posts may be under way at the same time; 0 means atOnce. With
	// 1 the order over all rooms is kept, for tests that look at it.
	AtOnce int
}

// Counts are what the queue has done since it started.
type Counts struct {
	Received, Dropped, Late, Handled, Failed atomic.Int64 // events
	Sent, Refused, Retried, RateLimited      atomic.Int64 // posts
	Withheld                                 atomic.Int64 // posts that a guard did not let go
}

// Queue takes events in, has them handled in order, room by room, and sends
// what was decided.
type Queue struct {
	store     Store
	handler   Handler
	transport Transport
	config    Config
	log       zerolog.Logger

	ready  chan struct{} // a room waits for a worker
	wake   chan struct{} // something to send
	doubt  chan struct{} // a post's end is unknown
	calm   chan struct{} // something ended
	toRead chan struct{} // something to mark as read
	counts Counts

	apart *apart

	lastDoubt atomic.Int64 // when the newest doubt began, in ms; 0: there never was one

	mu      sync.Mutex
	waiting []chat.RoomID                // rooms that wait for a worker, in order
	working map[chat.RoomID]bool         // these and those that have one; true: look once more when done
	woken   bool                         // there may be something to send, and the sender has not looked yet
	sending bool                         // it looks, or something is under way
	reads   map[chat.RoomID]chat.EventID // up to where rooms are to be marked as read
	readAt  time.Time                    // when that may be done
	blocked map[chat.RoomID]bool         // rooms that refuse posts for want of power

	// The sender's own.
	underWay    map[chat.RoomID]bool // where something is being sent
	ends        chan outcome         // of those attempts
	pausedUntil time.Time
	permitAt    time.Time            // when the pace allows the next attempt; zero: not asked yet
	limited     bool                 // the homeserver asked for patience since there was last nothing to send
	unanswered  map[chat.RoomID]bool // where attempts ended without an answer since the last one
}

// New returns a queue; Run makes it work.
func New(store Store, handler Handler, transport Transport, config Config, log zerolog.Logger) *Queue {
	if config.HandleWithin == 0 {
		config.HandleWithin = time.Minute
	}
	if config.AtOnce == 0 {
		config.AtOnce = atOnce
	}
	if config.Apology == nil {
		config.Apology = func(chat.Event) []chat.Post { return nil }
	}
	if config.Blocked == nil {
		config.Blocked = func(context.Context, chat.RoomID, bool) ([]chat.Post, error) { return nil, nil }
	}
	if config.SenderOf == nil {
		config.SenderOf = func(context.Context, chat.RoomID, chat.EventID) (chat.UserID, error) { return "", ErrNone }
	}
	if config.Pace == nil {
		config.Pace = rate.NewLimiter(rate.Inf, 1)
	}
	return &Queue{
		store: store, handler: handler, transport: transport, config: config,
		log:     log.With().Str("component", "queue").Logger(),
		ready:   make(chan struct{}, 1),
		wake:    make(chan struct{}, 1),
		doubt:   make(chan struct{}, 1),
		calm:    make(chan struct{}, 1),
		toRead:  make(chan struct{}, 1),
		apart:   newApart(),
		working: map[chat.RoomID]bool{},
		reads:   map[chat.RoomID]chat.EventID{},
		blocked: map[chat.RoomID]bool{},

		underWay:   map[chat.RoomID]bool{},
		ends:       make(chan outcome, config.AtOnce),
		unanswered: map[chat.RoomID]bool{},
	}
}

// Counts are live.
func (q *Queue) Counts() *Counts { return &q.counts }

// Open puts what a former process left unsettled into doubt. It must return
// before the first Accept.
func (q *Queue) Open(ctx context.Context) error {
	now := time.Now()
	n, err := q.store.DoubtTrying(ctx, now)
	if err != nil {
		return err
	}
	blocked, err := q.store.BlockedRooms(ctx)
	if err != nil {
		return err
	}
	for _, room := range blocked {
		q.blocked[room] = true
	}
	if n > 0 {
		q.log.Info().Int64("posts", n).Msg("Some posts were being sent when the last run ended: the rooms will tell whether they arrived")
		q.inDoubt(now)
	}
	return nil
}

// Run handles and sends until ctx ends, and returns once all has stopped.
func (q *Queue) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return q.dispatch(ctx) })
	g.Go(func() error { return q.send(ctx) })
	g.Go(func() error { return q.markReads(ctx) })
	g.Go(func() error { return q.clean(ctx) })
	return g.Wait()
}

func (q *Queue) clean(ctx context.Context) error {
	ticker := time.NewTicker(time.Hour)
	defer ticker.Stop()
	for {
		now := time.Now()
		if err := q.store.PurgeQueue(ctx, now.Add(-keepIDs), now.Add(-keepLocked)); err != nil && ctx.Err() == nil {
			q.log.Error().Err(err).Msg("Old rows could not be deleted")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// nudge wakes whoever waits on c, once.
func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// sleep waits, unless ctx ends first.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
