package matrix

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
)

// accessRules is Tchap's own state event on who may be in a room.
var accessRules = event.Type{Type: "im.vector.room.access_rules", Class: event.StateEventType}

// noticeTag marks the room in which the homeserver itself writes to the account.
const noticeTag = "m.server_notice"

// maxName bounds the stored name of a person or a room, in characters.
const maxName = 100

// factTypes lists the state events from which noteFact fills chat.RoomFacts.
var factTypes = []event.Type{
	event.StateCreate, event.StateRoomName, event.StateJoinRules, event.StateHistoryVisibility,
	event.StateGuestAccess, event.StateTombstone, accessRules,
}

// noteFact updates f, the facts about a room (name, join rule, readers, version…), from
// a state event. It ignores other events, and those with a state key, such as
// memberships.
func noteFact(f *chat.RoomFacts, evt *event.Event) {
	if evt.GetStateKey() != "" {
		return
	}
	text := func(key string) string {
		s, _ := evt.Content.Raw[key].(string)
		return s
	}
	switch evt.Type.Type {
	case event.StateCreate.Type:
		f.Server, f.Kind, f.Version = evt.Sender.Homeserver(), text("type"), text("room_version")
		if f.Version == "" {
			f.Version = "1"
		}
	case event.StateRoomName.Type:
		f.Name = cleanName(text("name"))
	case event.StateJoinRules.Type:
		f.JoinRule, f.Allow = cmp.Or(text("join_rule"), chat.UnreadableRule), allowed(evt)
	case event.StateHistoryVisibility.Type:
		f.History = text("history_visibility")
		if _, isSet := evt.Content.Raw["history_visibility"]; isSet && f.History == "" {
			f.History = chat.UnreadableRule
		}
	case event.StateGuestAccess.Type:
		f.Guests = text("guest_access") == "can_join"
	case event.StateTombstone.Type:
		f.Successor = chat.RoomID(text("replacement_room"))
	case accessRules.Type:
		f.AccessRule, f.Visibility = text("rule"), text("visibility")
		if rule, isSet := evt.Content.Raw["rule"]; isSet && f.AccessRule == "" && rule != "" {
			f.AccessRule = chat.UnreadableRule
		}
	}
}

// allowed returns the rooms whose members may join without an invitation, from a join
// rules event, each once. An empty id among them stands for a condition that the bot
// does not know. It returns nil for join rules other than «restricted» and
// «knock_restricted».
func allowed(rules *event.Event) (rooms []chat.RoomID) {
	switch rules.Content.Raw["join_rule"] {
	case string(event.JoinRuleRestricted), string(event.JoinRuleKnockRestricted):
	default:
		return nil
	}
	conditions, _ := rules.Content.Raw["allow"].([]any)
	for _, condition := range conditions {
		fields, _ := condition.(map[string]any)
		var room string
		if fields["type"] == string(event.JoinRuleAllowRoomMembership) {
			room, _ = fields["room_id"].(string)
		}
		if !slices.Contains(rooms, chat.RoomID(room)) {
			rooms = append(rooms, chat.RoomID(room))
		}
	}
	return rooms
}

// noteTags sets f.Notices from the account's tags of a room, if events include them:
// whether it is the room of the homeserver's own messages.
func noteTags(f *chat.RoomFacts, events []*event.Event) {
	for _, evt := range events {
		if evt.Type.Type == event.AccountDataRoomTags.Type {
			tags, _ := evt.Content.Raw["tags"].(map[string]any)
			_, f.Notices = tags[noticeTag]
		}
	}
}

// factsKnown reports whether the bot has read the room's state: it then knows the
// version, which every room has.
func factsKnown(f chat.RoomFacts) bool { return f.Version != "" }

// askFacts asks the homeserver for the facts about a room and returns them. It is for a
// room whose state sync sent at a time when the bot did not answer there. It also asks
// for the power levels and stores them. If the room lacks some part of the state, that
// is no error.
func (c *Client) askFacts(ctx context.Context, room id.RoomID) (f chat.RoomFacts, err error) {
	for _, kind := range append([]event.Type{event.StatePowerLevels}, factTypes...) {
		evt, err := c.mx.FullStateEvent(ctx, room, kind, "")
		switch {
		case errors.Is(err, mautrix.MNotFound):
		case err != nil:
			return chat.RoomFacts{}, fmt.Errorf("ask for %s: %w", kind.Type, err)
		default:
			c.stateEvent(ctx, room, evt)
			noteFact(&f, evt)
		}
	}
	f.Muted = c.isMuted(ctx, room)
	f.Notices, err = c.askNotices(ctx, room)
	return f, err
}

// askNotices asks the homeserver, for the account's tags of the room, whether it is the
// one in which the homeserver writes messages of its own. The error is that of the
// request.
func (c *Client) askNotices(ctx context.Context, room id.RoomID) (bool, error) {
	tags, err := c.mx.GetTags(ctx, room)
	if err != nil {
		return false, fmt.Errorf("ask for the room's tags: %w", err)
	}
	_, notices := tags.Tags[noticeTag]
	return notices, nil
}

// completeFacts asks the homeserver for the facts that are missing about rooms in which
// the bot answers, such as those that an older version of the bot stored, and stores
// them. It only logs errors, and leaves out the remaining rooms if the homeserver does
// not answer.
func (c *Client) completeFacts(ctx context.Context) {
	for _, r := range c.rooms.all() {
		if !r.Joined || factsKnown(r.RoomFacts) || !c.rooms.setUp(id.RoomID(r.ID)) {
			continue
		}
		facts, err := c.askFacts(ctx, id.RoomID(r.ID))
		if err == nil {
			err = c.changeRoom(ctx, id.RoomID(r.ID), func(r *chat.Room) { r.RoomFacts = facts })
		}
		if err != nil && ctx.Err() == nil {
			c.log.Warn().Err(err).Str("room", string(r.ID)).Msg("What a room is could not be asked")
		}
		if known, _ := answered(err); err != nil && known == nil {
			return // a later sync of the other rooms triggers the request
		}
	}
}

// changeRoom calls change with a copy of a stored room, and stores the result and
// updates it in memory, at a moment when no sync is being processed. It must not be
// called in a transaction. The error is the store's.
func (c *Client) changeRoom(ctx context.Context, room id.RoomID, change func(r *chat.Room)) error {
	c.changing.Lock()
	defer c.changing.Unlock()
	r := c.rooms.get(room)
	change(&r)
	return c.rooms.save(ctx, r)
}

// displayName returns the person's name in the room, from the latest sync or member list
// that showed it, in the form that cleanName gives it. It returns "" if none showed a
// name, or if the name cannot be read from the key database.
func (c *Client) displayName(ctx context.Context, room id.RoomID, user id.UserID) string {
	member, err := c.state.TryGetMember(ctx, room, user)
	if err != nil && ctx.Err() == nil {
		c.log.Warn().Err(err).Str("room", room.String()).Msg("A member could not be read")
	}
	if member == nil {
		return ""
	}
	return cleanName(member.Displayname)
}

// cleanName returns a name that a person chose in a form that is fit for a sentence: on
// one line, without invisible or direction-changing characters, and cut to maxName
// characters. It may be empty.
func cleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u200b', r == '\u2060', r == '\ufeff', r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, name)
	runes := []rune(strings.Join(strings.Fields(name), " "))
	return strings.TrimSpace(string(runes[:min(len(runes), maxName)]))
}
