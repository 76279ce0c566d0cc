package matrix

import (
	"context"

	"maunium.net/go/mautrix/id"

	"heraut/chat"
)

// moderatorPower is the power level that makes a user a moderator, unless an
// operator set another one.
const moderatorPower = 50

// level returns the rights (member, moderator or operator) with which an event's sender
// speaks. In a room that was ever encrypted, a message has more than a member's rights
// only if it came encrypted from a verified device, which trust tells: otherwise the
// homeserver could give commands in anyone's name. If the power levels cannot be read, a
// sender who is no operator is a member.
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
