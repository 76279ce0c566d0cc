package matrix

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
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
		return c.passedOver(room, known), nil, nil
	}
	before, promotion := 0, powersEvent(joined)
	if promotion != nil {
		before = c.ownPower(ctx, room)
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
			c.takeIn(ctx, room, evt, read[evt], isDirect(stored), batch)
		}
	}
	if stored == known {
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

// errJoinToCome tells that a room shows as joined, but not the bot's join. The
// next sync that says anything of the room has it, or can be read back to it.
var errJoinToCome = errors.New("the bot's own join is still to come")

// isDirect: two people, and an invitation, or Tchap's rules, that said so.
func isDirect(r chat.Room) bool { return r.Direct && r.Members <= 2 }

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
	if err := evt.Content.ParseRaw(evt.Type); err != nil && !errors.Is(err, event.ErrContentAlreadyParsed) {
		if !errors.Is(err, event.ErrUnsupportedContentType) {
			c.log.Debug().Err(err).Str("type", evt.Type.Type).Msg("A state event could not be read")
		}
		return
	}
	mautrix.UpdateStateStore(ctx, c.state, evt)
	switch evt.Type {
	case event.StateMember:
		c.mach.HandleMemberEvent(ctx, evt)
	case event.StateHistoryVisibility:
		c.mach.HandleHistoryVisibility(ctx, evt)
	}
}

// timeline returns the room's events that are new to the bot, oldest first, a
// gap read back included. In a room that it has just joined these are the ones
// after its join, or, where what was said before counts (early: in a direct
// message, or where the homeserver itself speaks), after its invitation; joinEvent
// is then that join.
func (c *Client) timeline(ctx context.Context, room id.RoomID, known chat.Room, early bool, tl mautrix.SyncTimeline, since string, received time.Time) (events []*event.Event, joinEvent *event.Event, err error) {
	events = tl.Events
	isOwn := func(evt *event.Event, membership event.Membership) bool {
		if evt.Type.Type != event.StateMember.Type || evt.GetStateKey() != c.mx.UserID.String() {
			return false
		}
		return becomes(evt, membership)
	}
	if known.Joined {
		if tl.Limited {
			stop, limit, err := c.gapEnd(ctx, room, received)
			if err != nil {
				return nil, nil, err
			}
			tooOld := 0
			older, _, err := c.readBack(ctx, room, tl.PrevBatch, since, limit, func(evt *event.Event) (bool, error) {
				if isOwn(evt, event.MembershipJoin) || isOwn(evt, event.MembershipInvite) {
					return true, nil
				}
				if time.UnixMilli(evt.Timestamp).Before(stop) {
					tooOld++
				}
				known, err := c.store.KnownEvent(ctx, chat.EventID(evt.ID))
				return known || tooOld > countedBeyond, err
			})
			if tooOld > countedBeyond {
				c.log.Warn().Str("room", room.String()).Int("events", tooOld).Msg("A room said more than is counted that is too old to be answered")
			}
			if err != nil {
				return nil, nil, err
			}
			events = slices.Concat(older, events)
		}
		return events, nil, nil
	}
	if known.InvitedBy == "" {
		return c.enteredTimeline(events, since, isOwn), nil, nil
	}
	boundary := event.MembershipJoin
	if early {
		boundary = event.MembershipInvite
	}
	reached := func(evt *event.Event) (bool, error) { return isOwn(evt, boundary), nil }
	readable := true
	if !slices.ContainsFunc(events, func(evt *event.Event) bool { return isOwn(evt, boundary) }) && tl.PrevBatch != "" {
		older, whole, err := c.readBack(ctx, room, tl.PrevBatch, "", gapLimit, reached)
		if err != nil {
			return nil, nil, err
		}
		events, readable = slices.Concat(older, events), whole
	}
	start, joinEvent := entry(events, boundary, isOwn)
	// Dendrite may show a room as joined before it shows the join.
	for pause := 100 * time.Millisecond; readable && joinEvent == nil && len(events) < gapLimit && pause < time.Second; pause *= 2 {
		wait(ctx, pause)
		newest, err := c.page(ctx, room, "", "")
		if err != nil {
			if err := c.failedGap(ctx, room, err); err != nil {
				return nil, nil, err
			}
			readable = false
			break
		}
		events = newest.Chunk
		slices.Reverse(events)
		start, joinEvent = entry(events, boundary, isOwn)
	}
	switch {
	case readable && joinEvent == nil && len(events) < gapLimit:
		return nil, nil, errJoinToCome
	case start < 0:
		c.log.Warn().Str("room", string(known.ID)).Int("events", len(events)).Msg("The bot's own join was not found: nothing said before now is answered")
		return nil, nil, nil
	}
	return events[start:], joinEvent, nil
}

// entry finds where what is answered in a room begins, -1 if it is out of reach,
// and the bot's own last join, nil if that is.
func entry(events []*event.Event, boundary event.Membership, isOwn func(*event.Event, event.Membership) bool) (start int, join *event.Event) {
	start = -1
	for i, evt := range events {
		if isOwn(evt, boundary) {
			start = i
		}
		if isOwn(evt, event.MembershipJoin) {
			join = evt
			if start < 0 {
				start = i // the invitation is out of reach
			}
		}
	}
	return start, join
}

// becomes reports whether the member event brings about that membership. One that
// only changes a name says "join", too.
func becomes(evt *event.Event, membership event.Membership) bool {
	if before := evt.Unsigned.PrevContent; before != nil && before.Raw["membership"] == string(membership) {
		return false
	}
	return evt.Content.Raw["membership"] == string(membership)
}

// enteredTimeline is the timeline of a room of the configuration that the bot
// has not served before: what follows its join, or all that this sync brings
// when it was there already.
func (c *Client) enteredTimeline(events []*event.Event, since string, isOwn func(*event.Event, event.Membership) bool) []*event.Event {
	if since == "" {
		return nil // said before the bot's first start
	}
	for i, evt := range slices.Backward(events) {
		if isOwn(evt, event.MembershipJoin) {
			return events[i:]
		}
	}
	return events
}

// takeIn adds what one event means to the batch. An event that cannot be
// understood is passed over, whatever is wrong with it.
func (c *Client) takeIn(ctx context.Context, room id.RoomID, evt *event.Event, read decrypted, direct bool, batch *queue.Batch) {
	defer func() {
		if p := recover(); p != nil {
			c.log.Error().Str("event", evt.ID.String()).Str("panic", fmt.Sprint(p)).Bytes("stack", debug.Stack()).Msg("An event could not be understood")
		}
	}()
	if evt.Sender == c.mx.UserID {
		if txn, ok := evt.Content.Raw[postKey].(string); ok {
			batch.Own = append(batch.Own, queue.Own{Txn: txn, ID: chat.EventID(evt.ID)})
		} else if evt.Unsigned.TransactionID != "" {
			batch.Own = append(batch.Own, queue.Own{Txn: evt.Unsigned.TransactionID, ID: chat.EventID(evt.ID)})
		}
		return
	}
	if left := c.left(evt); left != nil {
		batch.Arrivals = append(batch.Arrivals, queue.Arrival{ID: chat.EventID(evt.ID), Room: chat.RoomID(room), At: time.UnixMilli(evt.Timestamp), Event: &chat.Event{
			ID: chat.EventID(evt.ID), Room: chat.RoomID(room), Sender: chat.UserID(evt.Sender), At: time.UnixMilli(evt.Timestamp),
			Name: c.displayName(ctx, room, evt.Sender), Direct: direct, Left: left,
		}})
		return
	}
	if !c.answerable(evt) {
		return
	}
	if evt.Type.Type == event.EventEncrypted.Type {
		if read.session != "" {
			raw, err := json.Marshal(evt)
			if err != nil {
				return
			}
			batch.Arrivals = append(batch.Arrivals, queue.Arrival{
				ID: chat.EventID(evt.ID), Room: chat.RoomID(room), At: time.UnixMilli(evt.Timestamp),
				Sender: chat.UserID(evt.Sender), Session: read.session, Raw: raw,
			})
			return
		}
		if read.err != nil {
			c.log.Warn().Err(read.err).Str("event", evt.ID.String()).Msg("A message cannot be decrypted and never will be")
			return
		}
		evt = read.plain
	}
	if e := c.understand(evt, direct); e != nil {
		e.Level = c.level(ctx, room, evt.Sender, e.Trust)
		e.Name = c.displayName(ctx, room, evt.Sender)
		batch.Arrivals = append(batch.Arrivals, queue.Arrival{ID: e.ID, Room: e.Room, At: e.At, Event: e})
	}
}

// answerable tells that the event is somebody's message, and not a bot's: two of
// this kind that face each other fall silent.
func (c *Client) answerable(evt *event.Event) bool {
	if _, other := evt.Content.Raw[postKey]; other {
		return false
	}
	return evt.Sender != c.mx.UserID && evt.StateKey == nil && evt.Unsigned.RedactedBecause == nil &&
		!c.config.IsBot(chat.UserID(evt.Sender))
}
