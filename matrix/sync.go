package matrix

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"

	"heraut/chat"
	"heraut/health"
	"heraut/queue"
	"heraut/wait"
)

const (
	// longPoll is how long a sync waits for new events.
	longPoll = 30 * time.Second
	// pollGrace is the time beyond longPoll that the homeserver has to answer.
	pollGrace = 90 * time.Second
	// idleWithin bounds how long the next sync waits until the bot has answered the
	// events of the last one.
	idleWithin = 500 * time.Millisecond
	// timelineLimit is the largest number of events of a room in one sync.
	timelineLimit = 50
)

// errSettle ends a poll early, so that the next sync can settle a doubt.
var errSettle = errors.New("a post's end is unknown")

// Intake is the receiver of the results of a sync; *queue.Queue documents all methods
// but FoundRoom.
type Intake interface {
	Accept(ctx context.Context, b queue.Batch) error
	Unlock(ctx context.Context, e chat.Event) error
	Doubts() <-chan struct{}
	SyncBy(last time.Time) time.Time
	WaitIdle(ctx context.Context, within time.Duration)
	// FoundRoom receives the id of each of Config.Rooms once the bot knows it.
	FoundRoom(ctx context.Context, room string, roomID chat.RoomID)
}

// Sync receives events and passes them to intake until ctx ends, and then returns nil.
// It also joins rooms, answers invitations, decrypts messages whose keys came late, and
// checks whether the account's keys still sign the device. It retries after temporary
// failures. If only the operator can help, it returns an error of errors.go. Open has
// to succeed first.
func (c *Client) Sync(ctx context.Context, intake Intake) error {
	// Before the first sync, so that the bot answers messages from the time when it
	// was down.
	later := c.declareRooms(ctx, intake)
	c.completeFacts(ctx)
	g, ctx := errgroup.WithContext(ctx)
	first := make(chan struct{}) // closed after the first sync
	g.Go(func() error { return c.syncLoop(ctx, intake, sync.OnceFunc(func() { close(first) })) })
	g.Go(func() error { return c.watchLocked(ctx, intake) })
	g.Go(func() error { return c.watchVerified(ctx) })
	c.askOutdated(ctx)
	g.Go(func() error {
		// The first sync shows the invitations that wait: the bot greets only where it
		// knows of one when it joins.
		select {
		case <-ctx.Done():
			return nil
		case <-first:
		}
		return c.joinRooms(ctx, later, intake)
	})
	return g.Wait()
}

// position is the state of the sync loop: the token and the start of the last complete
// sync, the filter on the homeserver, and the failures since.
type position struct {
	since     string    // the token of the last completed sync
	filter    string    // the id of the filter on the homeserver; empty: to upload
	lastBegan time.Time // when the last completed sync was requested; zero before the first
	failing   outage    // the failures since then
}

// syncLoop requests and processes one sync after the other until ctx ends, and calls
// done after each that succeeds. It keeps Alive, LastSync and the health monitor up to
// date. The error is that of the stored position, or one with which only the operator
// can help.
func (c *Client) syncLoop(ctx context.Context, intake Intake, done func()) error {
	since, err := c.store.Position(ctx)
	if ctx.Err() != nil {
		return nil
	} else if err != nil {
		return fmt.Errorf("read the sync position: %w", err)
	}
	p := &position{since: since}
	began := time.Now()
	c.silence = time.AfterFunc(unheardAfter, func() {
		since := c.LastSync()
		if since.IsZero() {
			since = began
		}
		c.config.Health.Enter(health.Trouble{State: health.HomeserverSilent, Since: since})
	})
	defer c.silence.Stop()
	for ctx.Err() == nil {
		began := time.Now()
		c.alive.Store(began.UnixMilli())
		next, err := c.syncOnce(ctx, *p, began, intake)
		if err != nil {
			if err := c.syncFailed(ctx, p, err); err != nil {
				return err
			}
			continue
		}
		if p.failing.failures > 0 && !c.config.Health.Has(health.HomeserverSilent) {
			c.log.Info().Msg("The homeserver answers again")
		}
		*p = next
		c.synced.Store(time.Now().UnixMilli())
		c.syncWorks(ctx)
		done()
	}
	return nil
}

// syncOnce requests one sync that continues from the position p, processes it, and
// returns the next position; after an error, it returns p. began is the time at which
// this sync starts. Most syncs wait for new events. Three kinds do not: the first sync
// of a process, a sync after a failure, and a sync that shows whether a post in doubt
// was sent (Intake.SyncBy).
func (c *Client) syncOnce(ctx context.Context, p position, began time.Time, intake Intake) (next position, err error) {
	if p.filter == "" {
		answer, err := c.mx.CreateFilter(ctx, syncFilter())
		if err != nil {
			return p, fmt.Errorf("store the sync filter: %w", err)
		}
		p.filter = answer.FilterID
	}
	request := mautrix.ReqSync{Since: p.since, FilterID: p.filter, SetPresence: c.mx.SyncPresence}
	by := intake.SyncBy(p.lastBegan)
	settles := !by.IsZero() && !by.After(began)
	if !p.lastBegan.IsZero() && p.failing.failures == 0 && !settles {
		request.Timeout = int(longPoll.Milliseconds())
		if unseen, more := c.rooms.unseen(began); more || len(unseen) > 0 {
			request.Timeout = int(unseenAfter.Milliseconds())
		}
	}
	answer, err := c.poll(ctx, request, intake)
	if err != nil {
		return p, err
	}
	if err := c.process(ctx, answer, p.since, began, intake); err != nil {
		return p, fmt.Errorf("take in a sync: %w", err)
	}
	intake.WaitIdle(ctx, idleWithin)
	return position{since: answer.NextBatch, filter: p.filter, lastBegan: began}, nil
}

// syncFailed reacts to a sync that failed with err: it waits, logs in again or drops the
// filter, and counts the failure in p. If only the operator can help, it returns an
// error of errors.go; nil means that the caller tries again.
func (c *Client) syncFailed(ctx context.Context, p *position, err error) error {
	switch {
	case ctx.Err() != nil, errors.Is(err, errSettle):
		return nil
	case errors.Is(err, mautrix.MUnknownToken) && softLogout(err):
		if p.failing.failures > 0 { // the previous login did not help
			c.pauseAfter(ctx, &p.failing, err, "The sync failed")
		}
		if err := c.loginAgain(ctx); err != nil && ctx.Err() == nil {
			return err
		}
		p.failing.failures++
		return nil
	case errors.Is(accountError(err), ErrLoggedOut):
		return accountError(err)
	case isStatus(err, http.StatusBadRequest), isStatus(err, http.StatusNotFound):
		p.filter = "" // a restored homeserver may no longer have it
	}
	c.pauseAfter(ctx, &p.failing, err, "The sync failed")
	return nil
}

// pauseAfter counts in o a request that failed with err, reports the failure to the
// health monitor (failed), and waits until the next request is due or ctx ends. It logs
// the first failure of an outage as a warning with the text message. It logs later
// failures, and those that are a trouble of the account, at debug level: the monitor
// logs troubles.
func (c *Client) pauseAfter(ctx context.Context, o *outage, err error, message string) {
	pause := c.failed(ctx, o, err)
	if ctx.Err() != nil {
		return
	}
	level := zerolog.DebugLevel
	if _, known := TroubleOf(err); o.failures == 1 && !known {
		level = zerolog.WarnLevel
	}
	c.log.WithLevel(level).Err(err).Stringer("again_in", pause.Round(time.Millisecond)).Int("failures", o.failures).Msg(message)
	wait.For(ctx, pause)
}

// poll makes one sync request, which may last pollGrace longer than request.Timeout,
// and returns the answer, without events that cannot be parsed. A post may be in doubt:
// its request got no answer, and only a sync that begins after it shows whether it was
// sent. As soon as such a sync would help, poll ends a request that waits for new events
// and returns errSettle. It ends no other request: a homeserver that needs longer for an
// answer would never finish one while a doubt lasts. Any other error is that of the
// request, or says that the answer is no sync.
func (c *Client) poll(ctx context.Context, request mautrix.ReqSync, intake Intake) (*mautrix.RespSync, error) {
	began := time.Now()
	ctx, cancelTimeout := context.WithTimeout(ctx, time.Duration(request.Timeout)*time.Millisecond+pollGrace)
	defer cancelTimeout()
	ctx, cancel := context.WithCancelCause(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for {
			var due <-chan time.Time
			if by := intake.SyncBy(began); request.Timeout > 0 && !by.IsZero() {
				due = time.After(time.Until(by))
			}
			select {
			case <-ctx.Done():
				return
			case <-intake.Doubts():
			case <-due:
				cancel(errSettle)
				return
			}
		}
	}()
	answer, err := c.mx.FullSyncRequest(ctx, request)
	if body, ok := unreadable(err); ok {
		answer = new(mautrix.RespSync)
		err = c.parseReadableAndLog(body, answer)
	}
	cause := context.Cause(ctx)
	cancel(nil)
	<-watched
	switch {
	case err != nil && errors.Is(cause, errSettle):
		return nil, errSettle
	case err == nil && (answer == nil || answer.NextBatch == ""):
		// Such an answer would settle doubts and lose the position.
		return nil, errors.New("what came is no sync")
	}
	return answer, err
}

func syncFilter() *mautrix.Filter {
	nothing := &mautrix.FilterPart{NotTypes: []event.Type{{Type: "*"}}}
	return &mautrix.Filter{
		AccountData: nothing,
		Presence:    nothing,
		Room: &mautrix.RoomFilter{
			AccountData: &mautrix.FilterPart{Types: []event.Type{event.AccountDataRoomTags}},
			Ephemeral:   nothing,
			State: &mautrix.FilterPart{LazyLoadMembers: true, Types: append([]event.Type{
				event.StateEncryption, event.StatePowerLevels, event.StateMember,
			}, factTypes...)},
			Timeline: &mautrix.FilterPart{LazyLoadMembers: true, Limit: timelineLimit},
		},
	}
}
