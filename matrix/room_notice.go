package matrix

import (
	"context"
	"slices"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/queue"
	"heraut/text"
)

// adminPower is the power level of a room's administrators.
const adminPower = 100

// ownPower returns the bot's own power level in the room; 0 if unknown.
func (c *Client) ownPower(ctx context.Context, room id.RoomID) int {
	powers, err := c.state.GetPowerLevels(ctx, room)
	if err != nil || powers == nil {
		return 0
	}
	return powers.GetUserLevel(c.mx.UserID)
}

// powersEvent returns the last event in joined, a room's part of a sync, that sets the
// room's power levels; nil if there is none.
func powersEvent(joined *mautrix.SyncJoinedRoom) *event.Event {
	for _, events := range [][]*event.Event{joined.Timeline.Events, joined.State.Events} {
		for _, evt := range slices.Backward(events) {
			if evt.Type.Type == event.StatePowerLevels.Type && evt.StateKey != nil {
				return evt
			}
		}
	}
	return nil
}

// notePromotion adds an event with the time received to the batch, and logs a warning,
// if the bot's power level in the room r has risen from before, below that of a
// moderator, to a moderator's or higher; by is the power-levels event. The operators
// hear of it, since the bot needs no rights. Direct messages are left out, as both
// members have all rights there.
func (c *Client) notePromotion(ctx context.Context, r chat.Room, before int, by *event.Event, received time.Time, batch *queue.Batch) {
	now := c.ownPower(ctx, id.RoomID(r.ID))
	if before >= moderatorPower || now < moderatorPower || r.IsDirect() {
		return
	}
	c.log.Warn().Str("room", string(r.ID)).Int("power", now).Msg("The bot was given rights in a room, and needs none")
	e := &chat.Event{
		ID: chat.EventID("promoted/" + by.ID), Room: r.ID, At: received,
		Promoted: &chat.Promoted{Name: r.Name, Admin: now >= adminPower},
	}
	batch.Arrivals = append(batch.Arrivals, queue.Arrival{ID: e.ID, Room: e.Room, At: received, Event: e})
}

// takeNotice adds a chat.Notice to the batch if evt is a text that the homeserver
// itself writes to the account. In the room for such notices, that is any message with
// a body from another user of the bot's own homeserver. It ignores other events.
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
			Notice: &chat.Notice{Body: text.TruncateBytes(body, maxBody)},
		},
	})
}
