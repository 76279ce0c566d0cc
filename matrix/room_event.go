package matrix

import (
	"context"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
)

// eventWithin bounds the request for one event.
const eventWithin = 15 * time.Second

// SenderOf asks the homeserver for the sender of an event in a room. The error is or
// wraps chat.ErrNotFound if the homeserver shows the bot no such event there.
func (c *Client) SenderOf(ctx context.Context, room chat.RoomID, event chat.EventID) (chat.UserID, error) {
	ctx, cancel := context.WithTimeout(ctx, eventWithin)
	defer cancel()
	evt, err := c.mx.GetEvent(ctx, id.RoomID(room), id.EventID(event))
	switch {
	case errors.Is(err, mautrix.MNotFound), errors.Is(err, mautrix.MForbidden):
		return "", fmt.Errorf("%w: %w", chat.ErrNotFound, err)
	case err != nil:
		return "", fmt.Errorf("ask who sent an event: %w", err)
	case evt.RoomID != "" && evt.RoomID != id.RoomID(room):
		return "", chat.ErrNotFound
	}
	return chat.UserID(evt.Sender), nil
}

// Shows reports whether the homeserver shows the bot an event that it sent to the
// room. It returns true for a room that the bot is not in, where nothing could be sent
// again.
func (c *Client) Shows(ctx context.Context, room chat.RoomID, event chat.EventID) (bool, error) {
	if !c.rooms.get(id.RoomID(room)).Joined {
		return true, nil
	}
	ctx, cancel := context.WithTimeout(ctx, eventWithin)
	defer cancel()
	_, err := c.mx.GetEvent(ctx, id.RoomID(room), id.EventID(event))
	if errors.Is(err, mautrix.MNotFound) {
		return false, nil
	}
	if _, status := answered(err); status > 0 && status < 300 {
		err = nil // it is there, though it cannot be parsed
	}
	return err == nil, err
}
