package matrix

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// powers returns the room's power levels from the latest sync. If sync has brought
// none, because the bot was in the room before it served it, powers requests them from
// the homeserver and stores them. The error is that of the request, also if the room
// has none, or that of the key database.
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

// isMuted reports whether the bot's power level is too low to send messages in the
// room; false if the power levels are unknown.
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

// readPowers parses the content of a power-levels event field by field, and returns
// empty levels if it is no JSON object. mautrix rejects the whole event for one field of
// a wrong type, and the earlier levels would then stay in force. Up to room version 9,
// homeservers accept an integer in a string, or a decimal number, as a level (Matrix
// specification, m.room.power_levels). A field that cannot be parsed counts as absent,
// and a user whose own level cannot be parsed has at most 0.
func readPowers(content json.RawMessage) *event.PowerLevelsEventContent {
	powers := &event.PowerLevelsEventContent{}
	var fields map[string]json.RawMessage
	if json.Unmarshal(content, &fields) != nil {
		return powers
	}
	level := func(name string) (level int, ok bool) { return readLevel(fields[name]) }
	powers.UsersDefault, _ = level("users_default")
	powers.EventsDefault, _ = level("events_default")
	for name, target := range map[string]**int{
		"state_default": &powers.StateDefaultPtr, "invite": &powers.InvitePtr, "kick": &powers.KickPtr,
		"ban": &powers.BanPtr, "redact": &powers.RedactPtr,
	} {
		if n, ok := level(name); ok {
			*target = &n
		}
	}
	var users, events map[string]json.RawMessage
	if json.Unmarshal(fields["users"], &users) == nil {
		powers.Users = map[id.UserID]int{}
		for user, raw := range users {
			n, ok := readLevel(raw)
			if !ok {
				n = min(powers.UsersDefault, 0)
			}
			powers.Users[id.UserID(user)] = n
		}
	}
	if json.Unmarshal(fields["events"], &events) == nil {
		powers.Events = map[string]int{}
		for kind, raw := range events {
			if n, ok := readLevel(raw); ok {
				powers.Events[kind] = n
			}
		}
	}
	return powers
}

// readLevel parses a power level: a number, whose decimals it drops, or an integer in a
// string. ok is false for anything else.
func readLevel(raw json.RawMessage) (level int, ok bool) {
	text := string(raw)
	var quoted string
	if json.Unmarshal(raw, &quoted) == nil {
		text = strings.TrimSpace(quoted)
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return int(n), true
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) > math.MaxInt32 || quoted != "" {
		return 0, false
	}
	return int(f), true
}
