package matrix

import (
	"context"
	"slices"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"
)

// addUnseen adds to the answer of a sync that began at began the rooms that the bot
// joined before and that this sync should show but does not. It adds such a room as
// joined, without events, or as left if the bot is no longer in it; it leaves out a
// successor to which the bot has moved and in which it still is. Dendrite sometimes
// leaves out a room, or shows it without the bot's join, and never shows the join later.
// addUnseen only logs an error; the next sync tries again.
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
