package matrix

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/queue"
)

const (
	// longPoll is how long a sync waits for news.
	longPoll = 30 * time.Second
	// pollGrace is what the homeserver gets beyond that to answer.
	pollGrace = 90 * time.Second
	// calmWithin bounds how long the next sync waits until what the last one brought
	// is answered.
	calmWithin = 500 * time.Millisecond
	// timelineLimit is how many events of a room one sync brings at most.
	timelineLimit = 50
)

// errSettle ends a poll early so that the next can settle a doubt.
var errSettle = errors.New("a post's end is unknown")

// Intake takes in what sync brings.
type Intake interface {
	Accept(ctx context.Context, b queue.Batch) error
	Unlock(ctx context.Context, e chat.Event) error
	Doubts() <-chan struct{}
	SyncBy() time.Time
	Calm(ctx context.Context, within time.Duration)
}

// Sync brings in what happens until ctx ends. It survives whatever passes; it
// returns an error of errors.go when only the operator can help.
func (c *Client) Sync(ctx context.Context, intake Intake) error {
	// Before the first sync: what was said in them while the bot was down is for it.
	later := c.declareRooms(ctx)
	c.completeFacts(ctx)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return c.syncLoop(ctx, intake) })
	g.Go(func() error { return c.watchLocked(ctx, intake) })
	g.Go(func() error { return c.watchVerified(ctx) })
	c.askOutdated(ctx)
	g.Go(func() error { return c.joinRooms(ctx, later, intake) })
	return g.Wait()
}

func (c *Client) syncLoop(ctx context.Context, intake Intake) error {
	since, err := c.store.Position(ctx)
	if err != nil {
		return fmt.Errorf("read the sync position: %w", err)
	}
	var filter string
	var lastBegan time.Time
	failures := 0
	for ctx.Err() == nil {
		began := time.Now()
		next := since
		err := func() error {
			if filter == "" {
				answer, err := c.mx.CreateFilter(ctx, syncFilter())
				if err != nil {
					return fmt.Errorf("store the sync filter: %w", err)
				}
				filter = answer.FilterID
			}
			request := mautrix.ReqSync{Since: since, FilterID: filter, SetPresence: c.mx.SyncPresence}
			// The first sync of a process, one after a failure, and one that settles a doubt answer at once.
			by := intake.SyncBy()
			settles := by.After(lastBegan) && !by.After(began)
			if !lastBegan.IsZero() && failures == 0 && !settles {
				request.Timeout = int(longPoll.Milliseconds())
				if unseen, more := c.rooms.unseen(began); more || len(unseen) > 0 {
					request.Timeout = int(unseenAfter.Milliseconds())
				}
			}
			answer, err := c.poll(ctx, request, intake)
			if err != nil {
				return err
			}
			if err := c.process(ctx, answer, since, began, intake); err != nil {
				return fmt.Errorf("take in a sync: %w", err)
			}
			next = answer.NextBatch
			intake.Calm(ctx, calmWithin)
			return nil
		}()
		switch {
		case err == nil:
			if failures > 0 {
				c.log.Info().Msg("The homeserver answers again")
			}
			since, lastBegan, failures = next, began, 0
			c.synced.Store(time.Now().UnixMilli())
		case ctx.Err() != nil:
		case errors.Is(err, errSettle):
		case errors.Is(err, mautrix.MUnknownToken) && softLogout(err):
			if failures > 0 { // the last login did not help
				c.pauseAfter(ctx, &failures, err, "The sync failed")
			}
			if err := c.loginAgain(ctx); err != nil && !errors.Is(err, ErrUnreachable) && !errors.Is(err, ErrTooManyLogins) {
				return err
			}
			failures++
		case errors.Is(err, mautrix.MUnknownToken), errors.Is(err, mautrix.MMissingToken):
			return fmt.Errorf("%w: %w", ErrLoggedOut, err)
		default:
			if isStatus(err, http.StatusBadRequest) || isStatus(err, http.StatusNotFound) {
				filter = "" // a homeserver that was restored may not have it any more
			}
			c.pauseAfter(ctx, &failures, err, "The sync failed")
		}
	}
	return nil
}

// pauseAfter tells of a request that failed, once more, and backs off.
func (c *Client) pauseAfter(ctx context.Context, failures *int, err error, message string) {
	*failures++
	pause := min(time.Second<<min(*failures-1, 5), 30*time.Second)
	pause = pause/2 + rand.N(pause/2)
	if isStatus(err, http.StatusTooManyRequests) {
		pause = retryAfter(err)
	}
	c.log.Warn().Err(err).Stringer("again_in", pause.Round(time.Millisecond)).Int("failures", *failures).Msg(message)
	wait(ctx, pause)
}

// poll makes one sync request, and gives it up when a doubt can be settled by a
// new one.
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
			if by := intake.SyncBy(); by.After(began) {
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
		err = c.readMost(body, answer)
	}
	cause := context.Cause(ctx)
	cancel(nil)
	<-watched
	switch {
	case err != nil && errors.Is(cause, errSettle):
		return nil, errSettle
	case err == nil && (answer == nil || answer.NextBatch == ""):
		// It would settle doubts, and lose the position.
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

// process takes in one sync response: what it says of encryption first, then
// the keys it brings, then what happened; all that is said and the position
// are committed together.
func (c *Client) process(ctx context.Context, answer *mautrix.RespSync, since string, began time.Time, intake Intake) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	received := time.Now()
	var encrypted []id.RoomID
	for room, joined := range answer.Rooms.Join {
		if saysEncrypted(joined) {
			c.rooms.markEncrypted(room) // before waiting for the homeserver or for whoever changes rooms
			encrypted = append(encrypted, room)
		}
	}
	c.addUnseen(ctx, answer, began)
	for room := range answer.Rooms.Join {
		c.rooms.awaitFollowed(ctx, room)
	}
	c.changing.Lock()
	defer c.changing.Unlock()
	for _, room := range encrypted {
		if err := c.rooms.sawEncryption(ctx, room); err != nil {
			return err
		}
	}
	if err := c.processKeys(ctx, answer); err != nil {
		return err
	}

	batch := queue.Batch{Began: began, Received: received}
	var rooms []chat.Room
	invited, declined := c.invitations(answer, received)
	rooms = append(rooms, invited...)
	for room, joined := range answer.Rooms.Join {
		if answer.Rooms.Invite[room] != nil {
			continue // Dendrite shows account data of a room that the bot is not in as if it were
		}
		changed, unwelcome, err := c.joinedRoom(ctx, room, joined, since, received, &batch)
		if err != nil {
			return err
		}
		rooms = append(rooms, changed...)
		declined = append(declined, unwelcome...)
	}
	rooms = append(rooms, c.leftRooms(answer, invited, received, &batch)...)
	for room := range answer.Rooms.Leave {
		batch.Powers = append(batch.Powers, chat.RoomID(room))
	}
	batch.Change = func(ctx context.Context) error {
		for _, r := range rooms {
			if err := c.rooms.write(ctx, r); err != nil {
				return err
			}
		}
		for _, d := range declined {
			if err := c.store.SaveDeclined(ctx, d); err != nil {
				return fmt.Errorf("store a declined invitation: %w", err)
			}
		}
		return c.store.SavePosition(ctx, answer.NextBatch)
	}
	if err := intake.Accept(ctx, batch); err != nil {
		return err
	}
	c.heardUntil = received
	c.rooms.remember(rooms...)
	if len(invited)+len(declined) > 0 || slices.ContainsFunc(rooms, func(r chat.Room) bool { return r.Successor != "" }) {
		c.rooms.wakeJoiner()
	}
	return nil
}

// addUnseen has rooms looked at that were entered, and that sync should have shown
// by now: Dendrite may leave one out, or show it without the bot's join, and nothing
// is said there that would bring it back.
func (c *Client) addUnseen(ctx context.Context, answer *mautrix.RespSync, began time.Time) {
	unseen, _ := c.rooms.unseen(began.Add(-unseenAfter))
	unseen = slices.DeleteFunc(unseen, func(room id.RoomID) bool {
		return answer.Rooms.Join[room] != nil || answer.Rooms.Invite[room] != nil
	})
	if len(unseen) == 0 {
		return
	}
	in, err := c.mx.JoinedRooms(ctx)
	if err != nil {
		if ctx.Err() == nil {
			c.log.Warn().Err(err).Msg("The rooms that the bot is in could not be asked for: again at the next sync")
		}
		return
	}
	for _, room := range unseen {
		if !slices.Contains(in.JoinedRooms, room) {
			c.rooms.notIn(room)
			if answer.Rooms.Leave == nil {
				answer.Rooms.Leave = map[id.RoomID]*mautrix.SyncLeftRoom{}
			}
			answer.Rooms.Leave[room] = &mautrix.SyncLeftRoom{}
			continue
		}
		if c.rooms.movedHere(room) {
			continue
		}
		c.log.Info().Str("room", room.String()).Msg("A room that was entered is not shown: looking at it")
		if answer.Rooms.Join == nil {
			answer.Rooms.Join = map[id.RoomID]*mautrix.SyncJoinedRoom{}
		}
		answer.Rooms.Join[room] = &mautrix.SyncJoinedRoom{}
	}
}

// processKeys takes in what a sync response says of keys and devices. mautrix
// notes that it has seen an encrypted message before it stores the room key in
// it, and passes over what it has seen: a crash in between would lose the key
// for ever. So all of them are committed at once.
func (c *Client) processKeys(ctx context.Context, answer *mautrix.RespSync) error {
	if !c.machMu.TryLock() {
		if len(answer.DeviceLists.Changed)+len(answer.ToDevice.Events) == 0 {
			return nil // a large room's key is being shared: what is said elsewhere does not wait
		}
		c.machMu.Lock()
	}
	defer c.machMu.Unlock()
	if err := c.devicesChanged(ctx, answer.DeviceLists.Changed); err != nil {
		return err
	}
	var sealed, others []*event.Event
	for _, evt := range answer.ToDevice.Events {
		evt.Type.Class = event.ToDeviceEventType
		if err := evt.Content.ParseRaw(evt.Type); err != nil {
			c.log.Debug().Err(err).Str("type", evt.Type.Type).Msg("A message to this device could not be read")
		} else if evt.Type == event.ToDeviceEncrypted {
			sealed = append(sealed, evt)
		} else {
			others = append(others, evt)
		}
	}
	if len(sealed) > 0 {
		err := c.keyTxn(ctx, func(ctx context.Context) {
			for _, evt := range sealed {
				c.toDevice(ctx, evt)
			}
		})
		if err != nil {
			return fmt.Errorf("store the keys that came: %w", err)
		}
	}
	for _, evt := range others { // some are answered later, when a transaction would be over
		c.toDevice(ctx, evt)
	}
	c.mach.HandleOTKCounts(ctx, &answer.DeviceOTKCount)
	c.mach.MarkOlmHashSavePoint(ctx)
	return nil
}

// toDevice takes in a message to this device. What breaks on it is passed over:
// the same sync would come again, for ever.
func (c *Client) toDevice(ctx context.Context, evt *event.Event) {
	defer func() {
		if p := recover(); p != nil {
			c.log.Error().Str("type", evt.Type.Type).Str("panic", fmt.Sprint(p)).Bytes("stack", debug.Stack()).Msg("A message to this device could not be taken in")
		}
	}()
	c.mach.HandleToDeviceEvent(ctx, evt)
}
