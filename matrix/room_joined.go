package matrix

import (
	"context"
	"fmt"

	"heraut/chat"
)

// JoinedRooms asks the homeserver which rooms the account is in, and returns their ids.
// The error is that of the request.
func (c *Client) JoinedRooms(ctx context.Context) ([]chat.RoomID, error) {
	answer, err := c.mx.JoinedRooms(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask for the rooms: %w", err)
	}
	rooms := make([]chat.RoomID, len(answer.JoinedRooms))
	for i, room := range answer.JoinedRooms {
		rooms[i] = chat.RoomID(room)
	}
	return rooms, nil
}
