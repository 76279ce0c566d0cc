package matrix

import (
	"context"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/queue"
)

// turn holds the processing of one sync: the homeserver's answer, and what follows
// from it until everything is committed.
type turn struct {
	answer *mautrix.RespSync
	since  string // the sync position before
	batch  queue.Batch

	encrypted []id.RoomID              // rooms that the answer shows as encrypted
	invited   []chat.Room              // rooms of accepted invitations
	rooms     []chat.Room              // rooms to store, including invited
	lastHeard map[id.RoomID]id.EventID // the newest event of each room
	declined  []chat.Declined          // declined invitations
}

// process handles the answer to one sync: first which rooms are encrypted, then keys,
// then rooms and their events. It commits the events, the rooms and the position of the
// next sync together. since is the position before, began the start of the request.
// After an error, which may be a recovered panic, none of these three is committed, and
// the next sync brings them again.
func (c *Client) process(ctx context.Context, answer *mautrix.RespSync, since string, began time.Time, intake Intake) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	received := time.Now()
	t := &turn{
		answer: answer, since: since, lastHeard: map[id.RoomID]id.EventID{},
		batch: queue.Batch{Began: began, Received: received, Newest: c.newest(answer, received)},
	}
	c.noteEncryption(t) // before any wait, so that nothing leaves in clear meanwhile
	c.addUnseen(ctx, answer, began)
	for room := range answer.Rooms.Join {
		c.rooms.awaitFollowed(ctx, room)
	}
	c.changing.Lock()
	defer c.changing.Unlock()
	for _, step := range []func(context.Context, *turn) error{
		c.storeEncryption, c.takeKeys, c.takeInvitations, c.takeJoinedRooms, c.takeLeftRooms,
	} {
		if err := step(ctx, t); err != nil {
			return err
		}
	}
	return c.commit(ctx, t, intake)
}

// noteEncryption records in memory, and in t.encrypted, which rooms the sync shows as
// encrypted. From then on the bot sends nothing there in clear.
func (c *Client) noteEncryption(t *turn) {
	for room, joined := range t.answer.Rooms.Join {
		if saysEncrypted(joined) {
			c.rooms.markEncrypted(room)
			t.encrypted = append(t.encrypted, room)
		}
	}
}

// saysEncrypted reports whether joined, a room's part of a sync, contains an encryption
// event.
func saysEncrypted(joined *mautrix.SyncJoinedRoom) bool {
	for _, events := range [][]*event.Event{joined.State.Events, joined.Timeline.Events} {
		for _, evt := range events {
			if evt.Type.Type == event.StateEncryption.Type && evt.StateKey != nil {
				return true
			}
		}
	}
	return false
}

// storeEncryption stores that the rooms t.encrypted are encrypted, as noteEncryption
// found, before anything else is processed.
func (c *Client) storeEncryption(ctx context.Context, t *turn) error {
	for _, room := range t.encrypted {
		if err := c.rooms.sawEncryption(ctx, room); err != nil {
			return err
		}
	}
	return nil
}

// takeKeys stores the encryption keys and the changes of devices in the sync, and
// cancels requests to verify devices.
func (c *Client) takeKeys(ctx context.Context, t *turn) error {
	if err := c.processKeys(ctx, t.answer); err != nil {
		return err
	}
	c.takeVerifications(ctx, t)
	return nil
}

// takeInvitations decides about the invitations in the sync: it adds the rooms of those
// that the bot accepts to t.invited and t.rooms, and the others to t.declined. It never
// returns an error.
func (c *Client) takeInvitations(_ context.Context, t *turn) error {
	t.invited, t.declined = c.invitations(t.answer, t.batch.Received)
	t.rooms = append(t.rooms, t.invited...)
	return nil
}

// takeJoinedRooms calls takeRoom for each room in the sync that the bot is in. It skips
// a room that the sync also shows as an invitation.
func (c *Client) takeJoinedRooms(ctx context.Context, t *turn) error {
	for room, joined := range t.answer.Rooms.Join {
		if t.answer.Rooms.Invite[room] != nil {
			continue // Dendrite lists a room here for its account data alone, though the bot is out
		}
		if err := c.takeRoom(ctx, t, room, joined); err != nil {
			return err
		}
	}
	return nil
}

// takeLeftRooms adds the rooms in the sync that the bot is no longer in to t.rooms, and
// to t.batch their events: a removal of the bot, and the bot's own last posts. It also
// adds to t.batch that the power levels of these rooms changed.
func (c *Client) takeLeftRooms(ctx context.Context, t *turn) error {
	t.rooms = append(t.rooms, c.leftRooms(t.answer, t.invited, t.batch.Received, &t.batch)...)
	for room, left := range t.answer.Rooms.Leave {
		if err := c.confirmDoubts(ctx, room, left.Timeline, &t.batch); err != nil {
			return err
		}
		t.batch.Powers = append(t.batch.Powers, chat.RoomID(room))
	}
	return nil
}

// commit passes the batch to intake, which stores the events, the rooms, the declined
// invitations and the position of the next sync in one transaction. It then updates the
// rooms in memory, and wakes joinRooms if there are invitations or upgrades. The error
// is that of the transaction.
func (c *Client) commit(ctx context.Context, t *turn, intake Intake) error {
	t.batch.Change = func(ctx context.Context) error {
		for _, r := range t.rooms {
			if err := c.rooms.write(ctx, r); err != nil {
				return err
			}
		}
		for _, d := range t.declined {
			if err := c.store.SaveDeclined(ctx, d); err != nil {
				return fmt.Errorf("store a declined invitation: %w", err)
			}
		}
		return c.store.SavePosition(ctx, t.answer.NextBatch)
	}
	if err := intake.Accept(ctx, t.batch); err != nil {
		return err
	}
	c.heardUntil = t.batch.Received
	maps.Copy(c.lastHeard, t.lastHeard)
	for _, r := range t.rooms {
		if r.Joined && !c.rooms.get(id.RoomID(r.ID)).Joined {
			c.log.Info().Str("room", string(r.ID)).Msg("The bot is in a room")
		}
	}
	c.rooms.remember(t.rooms...)
	for _, r := range t.invited {
		c.rooms.accepts(id.RoomID(r.ID), t.batch.Received)
	}
	moves := slices.ContainsFunc(t.rooms, func(r chat.Room) bool { return r.Successor != "" })
	if len(t.invited)+len(t.declined) > 0 || moves {
		c.rooms.wakeJoiner()
	}
	return nil
}
