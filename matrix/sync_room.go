package matrix

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
)

// takeRoom handles the part of a sync about one room that the bot is in: first the
// room's state, then its new events, oldest first. It adds the events to t.batch, the
// room to t.rooms if it changed, and a declined invitation to t.declined; commit stores
// them. A room whose join event is still to come is left for a later sync, without an
// error; after an error the whole sync is processed again.
func (c *Client) takeRoom(ctx context.Context, t *turn, room id.RoomID, joined *mautrix.SyncJoinedRoom) error {
	known := c.rooms.get(room)
	stored := known
	noteTags(&stored.RoomFacts, joined.AccountData.Events)
	if !c.rooms.setUp(room) && !stored.Notices {
		c.passOver(t, known, joined)
		return nil
	}
	if !known.Joined {
		if err := c.confirmDoubts(ctx, room, joined.Timeline, &t.batch); err != nil {
			return err
		}
	}
	c.takeState(ctx, t, known, &stored, joined)
	early := stored.Direct || stored.Notices
	events, joinEvent, err := c.timeline(ctx, room, known, early, joined.Timeline, t.since, t.batch.Received)
	if errors.Is(err, errJoinToCome) {
		return nil
	}
	if err != nil {
		return err
	}
	if isInvited(known) {
		if declined := c.enter(ctx, &stored, joinEvent, t.since, t.batch.Received, &t.batch); len(declined) > 0 {
			t.rooms, t.declined = append(t.rooms, stored), append(t.declined, declined...)
			return nil
		}
	}
	if err := c.takeEvents(ctx, t, stored, events); err != nil {
		return err
	}
	if n := len(joined.Timeline.Events); n > 0 {
		t.lastHeard[room] = joined.Timeline.Events[n-1].ID
	}
	if !reflect.DeepEqual(stored, known) {
		t.rooms = append(t.rooms, stored)
	}
	return nil
}

// takeState updates the room stored from the state events and the member counts of a
// sync, asks the homeserver for facts that the sync lacks (askAbout, which only logs an
// error), and stores what encryption and rights depend on. known is the room before. It
// adds to t.batch that the power levels changed, and a promotion of the bot. After a
// gap it forgets the member list.
func (c *Client) takeState(ctx context.Context, t *turn, known chat.Room, stored *chat.Room, joined *mautrix.SyncJoinedRoom) {
	room := id.RoomID(known.ID)
	before, promotion := 0, powersEvent(joined)
	if promotion != nil {
		before = c.ownPower(ctx, room)
		t.batch.Powers = append(t.batch.Powers, known.ID)
	}
	for _, events := range [][]*event.Event{joined.State.Events, joined.Timeline.Events} {
		for _, evt := range events {
			if evt.StateKey != nil {
				c.stateEvent(ctx, room, evt)
				noteFact(&stored.RoomFacts, evt)
			}
		}
	}
	c.askAbout(ctx, room, known, stored)
	stored.Muted = c.isMuted(ctx, room)
	if joined.Timeline.Limited {
		// Members may have joined or left in the gap.
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
		c.notePromotion(ctx, *stored, before, promotion, t.batch.Received, &t.batch)
	}
}

// takeEvents decrypts the new events of the room r and adds them to t.batch, the events
// to handle: notices of the homeserver in its notice room, none in a space. The error is
// that of decryptAll.
func (c *Client) takeEvents(ctx context.Context, t *turn, r chat.Room, events []*event.Event) error {
	room := id.RoomID(r.ID)
	for _, evt := range events {
		evt.RoomID = room
	}
	read, err := c.decryptAll(ctx, events)
	if err != nil {
		return err
	}
	for _, evt := range events {
		switch {
		case r.Notices:
			c.takeNotice(room, evt, &t.batch)
		case r.Kind == spaceKind: // the bot does not answer in a space
		default:
			c.takeIn(ctx, room, evt, read[evt], r.IsDirect(), &t.batch)
		}
	}
	return nil
}

// passOver handles the part of a sync about the room known, in which the bot does not
// answer. It only takes the bot's own events, which prove that posts arrived, and
// forgets the member list. If the bot knew the facts about the room, passOver marks
// them as incomplete and adds the room to t.rooms: the bot asks for them again if it
// answers there later.
func (c *Client) passOver(t *turn, known chat.Room, joined *mautrix.SyncJoinedRoom) {
	for _, evt := range joined.Timeline.Events {
		if evt.Sender == c.mx.UserID {
			takeOwn(evt, &t.batch)
		}
	}
	c.forgetMembers(id.RoomID(known.ID))
	if factsKnown(known.RoomFacts) && takeStep(&known, false, stepPass).has(effectStale) {
		t.rooms = append(t.rooms, known)
	}
}

// askAbout asks the homeserver for facts about a room that this sync did not bring, and
// sets them in stored. It asks for all facts if stored lacks them, since sync brought
// them before the bot answered in the room. Otherwise, if known says that the bot was
// not in the room before, it asks whether the room is the one for the homeserver's
// notices. It only logs an error.
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

// stateEvent stores a state event of the room if encryption or rights depend on it. If
// the event changes who may read the room's messages, it deletes the key with which the
// bot encrypts there, and the next message gets a new one. It waits while the bot
// shares the key of this or any other room. It skips an event that it cannot parse, and
// recovers from panics.
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
	// Wait until a room key that is being shared is complete: otherwise it would
	// outlive a member who left.
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
