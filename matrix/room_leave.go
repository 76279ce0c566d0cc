package matrix

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/queue"
)

// leave leaves a room, for the queue. It is done, too, when the bot is not in.
func (c *Client) leave(ctx context.Context, room id.RoomID) error {
	before := c.rooms.get(room)
	_, err := c.mx.LeaveRoom(ctx, room)
	err = sendError(err)
	if _, refused := errors.AsType[*queue.Refused](err); refused {
		// Homeservers have many words for not being in.
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
		// Else sync told it first, and maybe of a new invitation.
		if r.Joined == before.Joined && r.InvitedBy == before.InvitedBy {
			leaveRoom(r)
		}
	})
}

// leaveRoom notes that the bot is not in the room any more: a new invitation
// starts anew.
func leaveRoom(r *chat.Room) {
	r.Joined, r.InvitedBy, r.Direct, r.Members, r.RoomFacts = false, "", false, 0, chat.RoomFacts{}
}
