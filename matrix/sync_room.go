package matrix

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/queue"
)

// saysEncrypted looks for the one fact that must be known before all else.
func saysEncrypted(joined *mautrix.SyncJoinedRoom) bool {
	for _, events := range [][]*event.Event{joined.State.Events, joined.Timeline.Events} {
		for _, evt := range events {
			if evt.Type.Type == event.StateEncryption.Type && evt.StateKey != nil {
				return true
			}
		}
	}
	return false
}

// joinedRoom takes in what happened in a room that the bot is in. It returns
// what is to be stored of the room, and of the invitation to it if that is not
// accepted after all.
func (c *Client) joinedRoom(ctx context.Context, room id.RoomID, joined *mautrix.SyncJoinedRoom, since string, received time.Time, batch *queue.Batch) ([]chat.Room, []chat.Declined, error) {
	known := c.rooms.get(room)
	stored := known
	noteTags(&stored.RoomFacts, joined.AccountData.Events)
	if !c.rooms.setUp(room) && !stored.Notices {
		for _, evt := range joined.Timeline.Events { // its last words there may be in doubt
			if evt.Sender == c.mx.UserID {
				takeOwn(evt, batch)
			}
		}
		return c.passedOver(room, known), nil, nil
	}
	before, promotion := 0, powersEvent(joined)
	if promotion != nil {
		before = c.ownPower(ctx, room)
		batch.Powers = append(batch.Powers, chat.RoomID(room))
	}
	for _, events := range [][]*event.Event{joined.State.Events, joined.Timeline.Events} {
		for _, evt := range events {
			if evt.StateKey != nil {
				c.stateEvent(ctx, room, evt)
				noteFact(&stored.RoomFacts, evt)
			}
		}
	}
	c.askAbout(ctx, room, known, &stored)
	stored.Muted = c.isMuted(ctx, room)
	if joined.Timeline.Limited {
		// Members may have come and gone unseen.
		c.forgetMembers(room)
	}
	if n := joined.Summary.JoinedMemberCount; n != nil {
		stored.Members = *n
		if n := joined.Summary.InvitedMemberCount; n != nil {
			stored.Members += *n
		}
	}
	stored.Joined = true
	stored.Direct = stored.Direct || stored.AccessRule == "direct"
	if promotion != nil {
		c.notePromotion(ctx, stored, before, promotion, received, batch)
	}

	events, joinEvent, err := c.timeline(ctx, room, known, stored.Direct || stored.Notices, joined.Timeline, since, received)
	if errors.Is(err, errJoinToCome) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	var declined []chat.Declined
	if !known.Joined && known.InvitedBy != "" {
		if declined = c.enter(ctx, &stored, joinEvent, since, received, batch); len(declined) > 0 {
			return []chat.Room{stored}, declined, nil
		}
	}
	for _, evt := range events {
		evt.RoomID = room
	}
	read, err := c.decryptAll(ctx, events)
	if err != nil {
		return nil, nil, err
	}
	for _, evt := range events {
		switch {
		case stored.Notices:
			c.takeNotice(room, evt, batch)
		case stored.Kind == spaceKind: // nothing is said there
		default:
			c.takeIn(ctx, room, evt, read[evt], stored.IsDirect(), batch)
		}
	}
	if reflect.DeepEqual(stored, known) {
		return nil, nil, nil
	}
	return []chat.Room{stored}, nil, nil
}

// passedOver returns what is to be stored of a room that is not served and in
// which something happened. What was known of it may have changed: should it be
// served again, that is asked for anew.
func (c *Client) passedOver(room id.RoomID, known chat.Room) []chat.Room {
	c.forgetMembers(room)
	if !known.Joined || known.MovedTo != "" || !factsKnown(known.RoomFacts) {
		return nil
	}
	known.Version = ""
	return []chat.Room{known}
}

// askAbout asks what sync did not tell of a room: all, if it told that before
// the room was served, or, of a room that the bot has just joined, the tags.
func (c *Client) askAbout(ctx context.Context, room id.RoomID, known chat.Room, stored *chat.Room) {
	var err error
	if !factsKnown(stored.RoomFacts) {
		var facts chat.RoomFacts
		if facts, err = c.askFacts(ctx, room); err == nil {
			stored.RoomFacts = facts
		}
	} else if !known.Joined && !stored.Notices {
		stored.Notices, err = c.askNotices(ctx, room)
	}
	if err != nil && ctx.Err() == nil {
		c.log.Warn().Err(err).Str("room", room.String()).Msg("What a room is could not be asked")
	}
}

// stateEvent keeps what encryption has to know of a room, whatever else is wrong
// with the event.
func (c *Client) stateEvent(ctx context.Context, room id.RoomID, evt *event.Event) {
	defer func() {
		if p := recover(); p != nil {
			c.log.Error().Str("event", evt.ID.String()).Str("panic", fmt.Sprint(p)).Bytes("stack", debug.Stack()).Msg("A state event could not be understood")
		}
	}()
	evt.RoomID = room
	evt.Type.Class = event.StateEventType
	if err := parseState(evt); err != nil {
		if !errors.Is(err, event.ErrUnsupportedContentType) {
			c.log.Debug().Err(err).Str("type", evt.Type.Type).Msg("A state event could not be read")
		}
		return
	}
	if evt.Type == event.StateMember {
		c.memberChanges(room)
	}
	// Not while the room's key is being shared: it would be kept, whoever left.
	c.machMu.Lock()
	defer c.machMu.Unlock()
	mautrix.UpdateStateStore(ctx, c.state, evt)
	switch evt.Type {
	case event.StateMember:
		c.mach.HandleMemberEvent(ctx, evt)
	case event.StateHistoryVisibility:
		c.mach.HandleHistoryVisibility(ctx, evt)
	}
}
