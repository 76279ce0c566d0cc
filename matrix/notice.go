package matrix

import (
	"context"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/queue"
)

// adminPower is the power level of who may do all in a room.
const adminPower = 100

// ownPower is the bot's own power level in the room, 0 when it is not known.
func (c *Client) ownPower(ctx context.Context, room id.RoomID) int {
	powers, err := c.state.GetPowerLevels(ctx, room)
	if err != nil || powers == nil {
		return 0
	}
	return powers.GetUserLevel(c.mx.UserID)
}

// notePromotion adds an event when this sync has given the bot rights in the
// room: operators are told, since it needs none, and may end up as the only one
// who has them. In direct messages all have.
func (c *Client) notePromotion(ctx context.Context, r chat.Room, before int, joined *mautrix.SyncJoinedRoom, received time.Time, batch *queue.Batch) {
	now := c.ownPower(ctx, id.RoomID(r.ID))
	if before >= moderatorPower || now < moderatorPower || isDirect(r) {
		return
	}
	by := id.EventID(r.ID) // its creator, without a further event
	for _, events := range [][]*event.Event{joined.State.Events, joined.Timeline.Events} {
		for _, evt := range events {
			if evt.Type.Type == event.StatePowerLevels.Type {
				by = evt.ID
			}
		}
	}
	e := &chat.Event{
		ID: chat.EventID("promoted/" + by), Room: r.ID, At: received,
		Promoted: &chat.Promoted{Name: r.Name, Admin: now >= adminPower},
	}
	batch.Arrivals = append(batch.Arrivals, queue.Arrival{ID: e.ID, Room: e.Room, At: received, Event: e})
}

// takeNotice adds what the homeserver itself says to the account.
func (c *Client) takeNotice(room id.RoomID, evt *event.Event, batch *queue.Batch) {
	body, _ := evt.Content.Raw["body"].(string)
	if evt.StateKey != nil || evt.Type.Type != event.EventMessage.Type || body == "" ||
		evt.Sender == c.mx.UserID || evt.Sender.Homeserver() != c.mx.UserID.Homeserver() {
		return
	}
	c.log.Info().Str("event", evt.ID.String()).Msg("The homeserver tells the account something: operators get it in their direct messages")
	at := time.UnixMilli(evt.Timestamp)
	batch.Arrivals = append(batch.Arrivals, queue.Arrival{
		ID: chat.EventID(evt.ID), Room: chat.RoomID(room), At: at,
		Event: &chat.Event{
			ID: chat.EventID(evt.ID), Room: chat.RoomID(room), Sender: chat.UserID(evt.Sender), At: at,
			Notice: &chat.Notice{Body: truncate(body, maxBody)},
		},
	})
}
