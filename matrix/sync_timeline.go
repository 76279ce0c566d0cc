package matrix

import (
	"context"
	"errors"
	"slices"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/wait"
)

// timeline returns the room's events that are new to the bot, oldest first; it reads
// those that sync left out from the room's history. known is the room as stored, and tl
// its part of the sync that continues from the position since and came at the time
// received. If the bot has just joined the room on an invitation, joinEvent is its join,
// or nil if it was not found (sinceEntry), and the events begin there; if early is true,
// they begin at the invitation, since in a direct message people write before the bot
// joins. In any other room joinEvent is nil. The error is errJoinToCome, or that of
// reading the history or the store.
func (c *Client) timeline(ctx context.Context, room id.RoomID, known chat.Room, early bool, tl mautrix.SyncTimeline, since string, received time.Time) (events []*event.Event, joinEvent *event.Event, err error) {
	boundary := event.MembershipJoin
	if early {
		boundary = event.MembershipInvite
	}
	if start, join := c.entry(tl.Events, boundary); known.Joined && join != nil {
		// The bot may have found its join in the history before sync showed it.
		greeted, err := c.store.KnownEvent(ctx, chat.EventID(join.ID))
		if err != nil || greeted {
			return tl.Events[start:], nil, err
		}
	}
	switch {
	case known.Joined && tl.Limited:
		missed, err := c.missed(ctx, room, tl.PrevBatch, since, received)
		return slices.Concat(missed, tl.Events), nil, err
	case known.Joined:
		return tl.Events, nil, nil
	case known.InvitedBy == "":
		return c.enteredTimeline(tl.Events, since), nil, nil
	}
	return c.sinceEntry(ctx, room, boundary, tl)
}

// missed returns the events of a room, oldest first, that were sent after the last sync
// and that this sync, which came at the time received, leaves out. since is the token of
// the last sync; from is the token before which the events lie. missed reads backwards
// until it meets an event that the bot knows, the bot's own join or invitation,
// countedBeyond events that are too old to be answered, or the limit of gapEnd. If the
// bot gives up events because the homeserver does not return them, they are missing
// without an error.
func (c *Client) missed(ctx context.Context, room id.RoomID, from, since string, received time.Time) ([]*event.Event, error) {
	stop, limit, err := c.gapEnd(ctx, room, received)
	if err != nil {
		return nil, err
	}
	tooOld := 0
	older, _, err := c.readBack(ctx, room, from, since, limit, func(evt *event.Event) (bool, error) {
		if c.isOwn(evt, event.MembershipJoin) || c.isOwn(evt, event.MembershipInvite) {
			return true, nil
		}
		if evt.ID == c.lastHeard[room] { // the store does not know an event that the bot ignored
			return true, nil
		}
		if c.saidAt(evt, received).Before(stop) {
			tooOld++
		}
		known, err := c.store.KnownEvent(ctx, chat.EventID(evt.ID))
		return known || tooOld > countedBeyond, err
	})
	if tooOld > countedBeyond {
		c.log.Warn().Str("room", room.String()).Int("events", tooOld).Msg("A room said more than is counted that is too old to be answered")
	}
	return older, err
}

// errJoinToCome reports that sync shows a room as joined without the bot's join
// event. addUnseen checks the room again.
var errJoinToCome = errors.New("the bot's own join is still to come")

// sinceEntry returns the events of a room from the bot's invitation or its join on, as
// boundary says, and joinEvent, the bot's join. tl is the room's part of the sync;
// sinceEntry reads earlier events from the history. The error is errJoinToCome as long
// as the homeserver does not show the join. If the history cannot be read, or is too
// long, sinceEntry may not find the join: joinEvent is then nil, and events is nil too
// if the invitation was not found either.
func (c *Client) sinceEntry(ctx context.Context, room id.RoomID, boundary event.Membership, tl mautrix.SyncTimeline) (events []*event.Event, joinEvent *event.Event, err error) {
	events = tl.Events
	reached := func(evt *event.Event) (bool, error) { return c.isOwn(evt, boundary), nil }
	readable := true
	if !slices.ContainsFunc(events, func(evt *event.Event) bool { return c.isOwn(evt, boundary) }) && tl.PrevBatch != "" {
		older, whole, err := c.readBack(ctx, room, tl.PrevBatch, "", gapLimit, reached)
		if err != nil {
			return nil, nil, err
		}
		events, readable = slices.Concat(older, events), whole
	}
	start, joinEvent := c.entry(events, boundary)
	// Dendrite may show a room as joined before it shows the join event.
	for pause := 100 * time.Millisecond; readable && joinEvent == nil && len(events) < gapLimit && pause < time.Second; pause *= 2 {
		wait.For(ctx, pause)
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
		start, joinEvent = c.entry(events, boundary)
	}
	switch {
	case readable && joinEvent == nil && len(events) < gapLimit:
		return nil, nil, errJoinToCome
	case start < 0:
		c.log.Warn().Str("room", room.String()).Int("events", len(events)).Msg("The bot's own join was not found: nothing said before now is answered")
		return nil, nil, nil
	}
	return events[start:], joinEvent, nil
}

// entry returns start, the index in events of the last event by which the bot came into
// the room: its join or, if boundary says so, its invitation. If there is no
// invitation, the first join counts; if there is no join either, start is -1. join is
// the bot's last join; nil if it is not among the events.
func (c *Client) entry(events []*event.Event, boundary event.Membership) (start int, join *event.Event) {
	start = -1
	for i, evt := range events {
		if c.isOwn(evt, boundary) {
			start = i
		}
		if c.isOwn(evt, event.MembershipJoin) {
			join = evt
			if start < 0 {
				start = i // the invitation is out of reach
			}
		}
	}
	return start, join
}

// isOwn reports whether the event gives the bot itself the given membership, such as
// invited or joined, which it did not have before.
func (c *Client) isOwn(evt *event.Event, membership event.Membership) bool {
	return evt.Type.Type == event.StateMember.Type && evt.GetStateKey() == c.mx.UserID.String() && becomes(evt, membership)
}

// becomes reports whether the member event evt changes the membership to the given one.
// An event that only changes a person's name repeats the membership and does not count.
func becomes(evt *event.Event, membership event.Membership) bool {
	if before := evt.Unsigned.PrevContent; before != nil && before.Raw["membership"] == string(membership) {
		return false
	}
	return evt.Content.Raw["membership"] == string(membership)
}

// enteredTimeline returns the new events of a room of the configuration that the bot has
// not served before: those from its last join on or, if the bot was there already, all
// events of this sync. It returns nil in the first sync ever, whose since is empty.
func (c *Client) enteredTimeline(events []*event.Event, since string) []*event.Event {
	if since == "" {
		return nil // these events precede the bot's first start
	}
	for i, evt := range slices.Backward(events) {
		if c.isOwn(evt, event.MembershipJoin) {
			return events[i:]
		}
	}
	return events
}
