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

// noteFact updates the facts from a state event.
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

// allowed returns chat.RoomFacts.Allow for a join rules event.
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

// noteTags updates f.Notices from the tags that the account has set on the room.
func noteTags(f *chat.RoomFacts, events []*event.Event) {
	for _, evt := range events {
		if evt.Type.Type == event.AccountDataRoomTags.Type {
			tags, _ := evt.Content.Raw["tags"].(map[string]any)
			_, f.Notices = tags[noticeTag]
		}
	}
}

// factsKnown reports whether the facts are complete: every room has a version.
func factsKnown(f chat.RoomFacts) bool { return f.Version != "" }

// askFacts requests the room's facts from the homeserver, for rooms whose state sync
// sent while the bot did not serve them. It also requests the power levels and
// stores them in the key store.
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

// askNotices asks whether the homeserver itself writes in the room.
func (c *Client) askNotices(ctx context.Context, room id.RoomID) (bool, error) {
	tags, err := c.mx.GetTags(ctx, room)
	if err != nil {
		return false, fmt.Errorf("ask for the room's tags: %w", err)
	}
	_, notices := tags.Tags[noticeTag]
	return notices, nil
}

// completeFacts requests the missing facts of served rooms, such as those that
// another version of the bot stored.
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

// changeRoom changes a stored room between two syncs. Do not call it in a
// transaction.
func (c *Client) changeRoom(ctx context.Context, room id.RoomID, change func(r *chat.Room)) error {
	c.changing.Lock()
	defer c.changing.Unlock()
	r := c.rooms.get(room)
	change(&r)
	return c.rooms.save(ctx, r)
}

// displayName returns the person's name in the room from the latest sync that showed
// it; empty if none did.
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

// cleanName makes a chosen name fit for a sentence: on one line, without invisible
// or direction-changing characters, and at most maxName characters long.
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
