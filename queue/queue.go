package queue

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"heraut/chat"
	"heraut/wait"
)

const (
	// keepIDs is how long the store keeps the ids of events and posts after it erases
	// their texts, since an edit or a deletion may still refer to them.
	keepIDs = 90 * 24 * time.Hour
	// keepLocked is how long a message that cannot be decrypted waits for its key.
	keepLocked = 24 * time.Hour
	// purgeEvery is the interval between deletions of old rows.
	purgeEvery = time.Hour
	// cleanEvery is the interval at which clean looks for work: the least interval
	// between two rewrites of the database.
	cleanEvery = 5 * time.Minute
	// rewriteEvery is the interval between rewrites of the database for which nobody
	// asks. A rewrite of 90 MB takes a second or two, in which the bot answers nobody.
	rewriteEvery = 24 * time.Hour
	// busyRooms limits how many rooms have a worker at the same time.
	busyRooms = 8
)

// Transport sends posts to the homeserver, and asks the homeserver about posts. The
// Matrix client implements it.
type Transport interface {
	// Send makes the change that o describes and returns the resulting event. After a
	// *NotNow, *Refused or *Blocked error the homeserver did not make it. After any
	// other error it may have, and the post is in doubt.
	Send(ctx context.Context, o Outgoing) (chat.EventID, error)
	// MarkRead sends a read receipt: the bot has read the room up to the event.
	MarkRead(ctx context.Context, room chat.RoomID, id chat.EventID) error
	// Shows reports whether the homeserver shows the bot its own event with that id. It
	// also returns true for a room that the bot is not in, where nothing could be sent
	// again. An error means that the homeserver gave no answer to that.
	Shows(ctx context.Context, room chat.RoomID, id chat.EventID) (bool, error)
}

// Outgoing is a post as it goes to the homeserver: every message that it refers to is
// named by its event id.
type Outgoing struct {
	// Txn is the transaction id. The event carries it too, so that sync can match the
	// event to its post.
	Txn  string
	Post chat.Post
	// Check, if not nil, asks the post's guard again. If a slow step, such as sharing
	// keys, comes before the request that makes the event, the transport calls Check
	// right before that request and returns its error unchanged.
	Check func(ctx context.Context) error
}

// NotNow is the error of a Transport that sent nothing but may succeed later, with how
// long to wait.
type NotNow struct {
	After time.Duration // wait at least this long
	// Lane limits the wait to the post's lane; otherwise the whole sender pauses.
	Lane  bool
	Cause error
}

func (e *NotNow) Error() string { return "not now: " + e.Cause.Error() }
func (e *NotNow) Unwrap() error { return e.Cause }

// Refused is the error of a Transport for a post that the homeserver will not take as
// it is, however often it is sent.
type Refused struct {
	// Relation reports that the refusal may concern an event which the post relates
	// to: the sender drops that relation, if it can, and tries again.
	Relation bool
	Cause    error
}

// Blocked is the error of a Transport when the bot lacks the power to send in the room.
// The post waits until the room's power levels change, for at most keepBlocked.
type Blocked struct{ Cause error }

func (e *Blocked) Error() string { return "blocked: " + e.Cause.Error() }
func (e *Blocked) Unwrap() error { return e.Cause }

func (e *Refused) Error() string { return "refused: " + e.Cause.Error() }
func (e *Refused) Unwrap() error { return e.Cause }

// Config is the configuration of a Queue: its limits and the functions that it calls,
// such as the guards and the apology.
type Config struct {
	// AnswerWithin is the maximum age of an event on arrival: the queue drops older
	// ones. 0: no limit.
	AnswerWithin time.Duration
	// Keeps reports whether the room keeps such an event: the handler then gets it
	// with Event.Late set, since a relay must not lose messages. Accept calls Keeps in
	// its transaction, which ctx carries; nil: no room does.
	Keeps func(ctx context.Context, room chat.RoomID) bool
	// Pace limits the rate of sending; other senders may share it. nil: no limit.
	Pace *rate.Limiter
	// Apology returns the posts which say that an event could not be handled; nil, or
	// no posts: the bot says nothing.
	Apology func(e chat.Event) []chat.Post
	// Guards maps each name that posts give (chat.Guard.By) to its Guard.
	Guards map[string]Guard
	// Blocked returns the posts which announce that a room begins (blocked) or ceases
	// to refuse the bot's posts for want of power. The queue calls it in a transaction
	// and logs its error; nil: no announcement.
	Blocked func(ctx context.Context, room chat.RoomID, blocked bool) ([]chat.Post, error)
	// Prepare copies the content of a post's file, and returns the copy for the post's
	// room. After a *Refused error it never succeeds. It may take minutes, one call runs
	// at a time, and it runs again after a restart; nil: files go out as they are.
	Prepare func(ctx context.Context, p chat.Post) (chat.Media, error)
	// SenderOf returns the sender of an event that never came in, or chat.ErrNotFound. An edit
	// of that event counts only if it has the same sender; nil: no such edit counts.
	SenderOf func(ctx context.Context, room chat.RoomID, event chat.EventID) (chat.UserID, error)
	// Handled gets the duration of each call of the handler, Sent that of each attempt to
	// send; nil: nobody does. They may be called by several goroutines.
	Handled, Sent func(time.Duration)
	// HandleWithin limits the duration of one call of the handler; 0: one minute.
	HandleWithin time.Duration
	// AtOnce limits how many rooms have posts under way at the same time; 0: atOnce. With
	// 1 only one post is under way, and the sender also keeps the order across rooms,
	// which some tests check.
	AtOnce int
	// Counts receives the queue's totals; nil: the queue counts in its own.
	Counts *Counts
}

// Counts are the numbers of events and posts, by how the queue treated them, since the
// process started. Received leaves out the dropped events and includes the late ones;
// Handled includes Failed, the events that got an apology. Retried and RateLimited count
// attempts. The caller may read them at any time.
type Counts struct {
	Received, Dropped, Late, Handled, Failed atomic.Int64 // events
	Sent, Refused, Retried, RateLimited      atomic.Int64 // posts
	Withheld                                 atomic.Int64 // posts that a guard withheld
}

// Queue stores incoming events, passes each room's events to the handler in order, and
// sends the posts that the handler decides on. It also sends read receipts for answered
// events, deletes old events and posts every hour, and rewrites the database daily.
type Queue struct {
	*Outbox
	handler   Handler
	transport Transport
	config    Config
	log       zerolog.Logger

	ready  wait.Signal // a room waits for a worker
	doubt  wait.Signal // an attempt ended without an answer
	idle   wait.Signal // a worker ended, or the sender has nothing under way
	toRead wait.Signal // a room waits for a read receipt
	unseen wait.Signal // sync did not show a post that the homeserver took
	counts *Counts

	deferred *deferred

	lastDoubt atomic.Int64         // when the newest doubt began, in Unix milliseconds; 0: never
	settled   atomic.Int64         // sync settled the doubts that began before, in Unix milliseconds
	newest    time.Time            // the latest Batch.Newest; owned by Accept
	shownFrom atomic.Int64         // when the newest attempt began whose post sync has shown, in Unix milliseconds; 0 or less: none yet
	resent    map[chat.PostKey]int // how often checkUnseen sent each lost post again
	dueUntil  atomic.Int64         // sync should have shown the posts that were taken before, in Unix milliseconds; 0: none yet
	alive     atomic.Int64         // when the sender last looked for posts, in Unix milliseconds; 0: never

	mu      sync.Mutex
	waiting []chat.RoomID        // rooms that wait for a worker, first come first
	working map[chat.RoomID]bool // waiting rooms and rooms with a worker; true: the worker must look again
	sending bool                 // the sender is looking for posts, or posts are under way
	reads   map[chat.RoomID]read // the event up to which each room gets a receipt
	readAt  time.Time            // when the next receipt may be sent
	blocked map[chat.RoomID]bool // rooms that refuse posts for want of power

	// Only the sender's goroutine uses these; attempts report on ends.
	underWay    map[chat.RoomID]int // the number of attempts under way in each room that has one
	ends        chan outcome        // how those attempts ended
	pausedUntil time.Time
	permitAt    time.Time            // when the pace allows the next attempt; zero: not reserved yet
	limited     bool                 // the homeserver asked for patience, and the outbox has not run dry since
	unanswered  map[chat.RoomID]bool // rooms whose attempts got no answer since the last answered attempt
	copies      *copies
}

// New returns a Queue that sends the posts in outbox through transport and passes
// events to handler. Parts of config that are nil or zero get their defaults. The
// caller calls Open before the first Accept, and Run to do the work.
func New(outbox *Outbox, handler Handler, transport Transport, config Config, log zerolog.Logger) *Queue {
	if config.HandleWithin == 0 {
		config.HandleWithin = time.Minute
	}
	if config.AtOnce == 0 {
		config.AtOnce = atOnce
	}
	if config.Handled == nil {
		config.Handled = func(time.Duration) {}
	}
	if config.Sent == nil {
		config.Sent = func(time.Duration) {}
	}
	if config.Apology == nil {
		config.Apology = func(chat.Event) []chat.Post { return nil }
	}
	if config.Blocked == nil {
		config.Blocked = func(context.Context, chat.RoomID, bool) ([]chat.Post, error) { return nil, nil }
	}
	if config.Counts == nil {
		config.Counts = new(Counts)
	}
	if config.Keeps == nil {
		config.Keeps = func(context.Context, chat.RoomID) bool { return false }
	}
	if config.SenderOf == nil {
		config.SenderOf = func(context.Context, chat.RoomID, chat.EventID) (chat.UserID, error) { return "", chat.ErrNotFound }
	}
	if config.Pace == nil {
		config.Pace = rate.NewLimiter(rate.Inf, 1)
	}
	return &Queue{
		Outbox: outbox, handler: handler, transport: transport, config: config,
		log:      log.With().Str("component", "queue").Logger(),
		ready:    wait.NewSignal(),
		doubt:    wait.NewSignal(),
		idle:     wait.NewSignal(),
		toRead:   wait.NewSignal(),
		unseen:   wait.NewSignal(),
		resent:   make(map[chat.PostKey]int),
		counts:   config.Counts,
		deferred: newDeferred(),
		working:  map[chat.RoomID]bool{},
		reads:    map[chat.RoomID]read{},
		blocked:  map[chat.RoomID]bool{},

		underWay:   map[chat.RoomID]int{},
		ends:       make(chan outcome, config.AtOnce*togetherInRoom),
		unanswered: map[chat.RoomID]bool{},
		copies:     newCopies(),
	}
}

// Counts returns the numbers that the queue counts; they are not a copy, and go on
// changing.
func (q *Queue) Counts() *Counts { return q.counts }

// Open prepares the queue after a start: it marks posts that the last process was
// sending as in doubt (sent or not), which Doubts and SyncBy then show, and loads the
// rooms that refuse posts. The caller calls it before the first Accept. The error is
// that of the store.
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

// Run handles events, sends posts and read receipts, deletes old rows and rewrites the
// database (clean), until ctx ends, and returns once all its goroutines have stopped.
// An error means that the store could not list the rooms with waiting events.
func (q *Queue) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return q.dispatch(ctx) })
	g.Go(func() error { return q.send(ctx) })
	g.Go(func() error { return q.markReads(ctx) })
	g.Go(func() error { return q.checkUnseen(ctx) })
	g.Go(func() error { return q.clean(ctx) })
	return g.Wait()
}

// clean deletes old rows at the start and every purgeEvery, and rewrites the database
// when that is due, until ctx ends; then it returns nil. It logs errors, and tries again
// after purgeEvery.
func (q *Queue) clean(ctx context.Context) error {
	ticker := time.NewTicker(cleanEvery)
	defer ticker.Stop()
	var purgeAt, rewriteAt time.Time
	for {
		now := time.Now()
		later := now.Add(purgeEvery - cleanEvery/2) // the ticker may be early by a little
		if !now.Before(purgeAt) {
			purgeAt = later
			if err := q.store.PurgeQueue(ctx, now.Add(-keepIDs), now.Add(-keepLocked)); err != nil && ctx.Err() == nil {
				q.log.Error().Err(err).Msg("Old rows could not be deleted")
			}
		}
		if !now.Before(rewriteAt) {
			if err := q.rewrite(ctx, now); err != nil && ctx.Err() == nil {
				rewriteAt = later
				q.log.Error().Err(err).Msg("The database could not be rewritten: copies of erased texts may stay in it")
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// rewrite rewrites the database if the last time, in this run or an earlier one, is
// rewriteEvery before now, or if the store asks for it. A last time in the future, after
// a wrong clock, does not count.
func (q *Queue) rewrite(ctx context.Context, now time.Time) error {
	last, err := q.store.RewrittenAt(ctx)
	if err != nil {
		return err
	}
	if now.Before(last.Add(rewriteEvery)) && !last.After(now) {
		return nil
	}
	return q.store.Rewrite(ctx)
}
