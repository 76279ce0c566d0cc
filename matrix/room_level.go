package matrix

import (
	"context"
	"fmt"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
)

// moderatorPower is the power level from which somebody moderates a room, unless
// an operator set another.
const moderatorPower = 50

// level is what the sender of an event may do. In a room that was ever encrypted
// that is more than a member only if the message was, by a verified device: else
// the homeserver could speak in anybody's name.
func (c *Client) level(ctx context.Context, room id.RoomID, sender id.UserID, trust chat.Trust) chat.Level {
	if encrypted, _ := c.rooms.encrypted(room); encrypted && trust < chat.TrustVerified {
		return chat.LevelMember
	}
	if c.config.IsOperator(chat.UserID(sender)) {
		return chat.LevelOperator
	}
	powers, err := c.powers(ctx, room)
	if err != nil {
		if ctx.Err() == nil {
			c.log.Warn().Err(err).Str("room", room.String()).Msg("The power levels could not be read: everybody counts as a member")
		}
		return chat.LevelMember
	}
	if powers.GetUserLevel(sender) >= c.config.ModeratorPower(chat.RoomID(room)) {
		return chat.LevelModerator
	}
	return chat.LevelMember
}

// isMuted reports whether the bot's power level is too low to send messages in the
// room. It is false where the power levels are not known.
func (c *Client) isMuted(ctx context.Context, room id.RoomID) bool {
	powers, err := c.state.GetPowerLevels(ctx, room)
	if err != nil || powers == nil {
		return false
	}
	kind := event.EventMessage
	if encrypted, _ := c.rooms.encrypted(room); encrypted {
		kind = event.EventEncrypted
	}
	return powers.GetUserLevel(c.mx.UserID) < powers.GetEventLevel(kind)
}

// powers are the room's power levels, as sync told them last. In a room that
// the bot was in before it served it, sync has not: the homeserver is asked, once.
func (c *Client) powers(ctx context.Context, room id.RoomID) (*event.PowerLevelsEventContent, error) {
	powers, err := c.state.GetPowerLevels(ctx, room)
	if err != nil {
		return nil, fmt.Errorf("load power levels: %w", err)
	}
	if powers != nil {
		return powers, nil
	}
	for _, kind := range []event.Type{event.StateCreate, event.StatePowerLevels} {
		evt, err := c.mx.FullStateEvent(ctx, room, kind, "")
		if err != nil {
			return nil, fmt.Errorf("ask for %s: %w", kind.Type, err)
		}
		c.stateEvent(ctx, room, evt)
	}
	if powers, err = c.state.GetPowerLevels(ctx, room); err == nil && powers == nil {
		powers = &event.PowerLevelsEventContent{}
	}
	return powers, err
}
