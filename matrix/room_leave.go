package matrix

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/queue"
)

// leave makes the bot leave a room, and stores that. It also succeeds if the bot is not
// in the room. The error is one of the queue's (sendError, prepareError), or the
// store's.
func (c *Client) leave(ctx context.Context, room id.RoomID) error {
	before := c.rooms.get(room)
	_, err := c.mx.LeaveRoom(ctx, room)
	err = sendError(err)
	if _, refused := errors.AsType[*queue.Refused](err); refused {
		// Homeservers use many error codes for a room that the bot is not in.
		joined, askErr := c.mx.JoinedRooms(ctx)
		switch {
		case askErr != nil:
			return prepareError(fmt.Errorf("ask which rooms the bot is in: %w", askErr))
		case slices.Contains(joined.JoinedRooms, room):
			return err
		}
		err = nil
	}
	if err != nil {
		return err
	}
	return c.changeRoom(ctx, room, func(r *chat.Room) {
		// Otherwise sync was faster, and may have brought a new invitation.
		if r.Joined == before.Joined && r.InvitedBy == before.InvitedBy {
			c.log.Info().Str("room", room.String()).Msg("The bot left a room")
			takeStep(r, c.rooms.setUp(room), stepQuit)
		}
	})
}

// exitOf returns how the bot came to be out of the room that left, a part of a sync, is
// about: it left by itself, was kicked or was banned. It also returns the membership
// event that shows this. If sync does not show that event, it returns chat.ExitLeft and
// nil.
func (c *Client) exitOf(left *mautrix.SyncLeftRoom) (chat.Exit, *event.Event) {
	for _, events := range [][]*event.Event{left.Timeline.Events, left.State.Events} {
		for _, evt := range slices.Backward(events) {
			if evt.Type.Type != event.StateMember.Type || evt.GetStateKey() != c.mx.UserID.String() {
				continue
			}
			switch {
			case evt.Content.Raw["membership"] == string(event.MembershipBan):
				return chat.ExitBanned, evt
			case evt.Sender != c.mx.UserID:
				return chat.ExitKicked, evt
			}
			return chat.ExitLeft, evt
		}
	}
	return chat.ExitLeft, nil
}

// noteRemoved adds to the batch an event, with the time received, that says that a
// person removed the bot from a room in which it answered; exit says how. by is the
// membership event; if it is nil, noteRemoved adds nothing. r is the room as it was
// before.
func noteRemoved(r chat.Room, exit chat.Exit, by *event.Event, received time.Time, batch *queue.Batch) {
	if by == nil {
		return
	}
	e := &chat.Event{
		ID: chat.EventID("removed/" + by.ID), Room: r.ID, Sender: chat.UserID(by.Sender), At: received,
		Removed: &chat.Removed{Name: r.Name, Exit: exit, Direct: r.IsDirect()},
	}
	batch.Arrivals = append(batch.Arrivals, queue.Arrival{ID: e.ID, Room: e.Room, At: received, Event: e})
}
