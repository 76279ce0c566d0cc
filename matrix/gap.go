package matrix

import (
	"context"
	"fmt"
	"slices"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
)

const (
	// gapLimit bounds how many events are read back in a room, keptGapLimit in one
	// of which nothing may be lost.
	gapLimit     = 1_000
	keptGapLimit = 10_000
	gapPage      = 100
	// doubtMargin allows for clocks that differ.
	doubtMargin = 5 * time.Minute
)

// gapEnd is the age beyond which a gap holds nothing of interest: neither what
// would still be answered, nor the end of an attempt to send; zero where all is
// of interest. limit bounds how many events of it are read.
func (c *Client) gapEnd(ctx context.Context, room id.RoomID, received time.Time) (end time.Time, limit int, err error) {
	switch {
	case c.config.Keeps(ctx, chat.RoomID(room)):
		return time.Time{}, keptGapLimit, nil
	case c.config.AnswerWithin == 0:
		return time.Time{}, gapLimit, nil
	}
	end = received.Add(-c.config.AnswerWithin)
	doubt, err := c.store.OldestDoubt(ctx, chat.RoomID(room))
	if err != nil {
		return end, 0, fmt.Errorf("look for unsettled posts: %w", err)
	}
	if !doubt.IsZero() && doubt.Add(-doubtMargin).Before(end) {
		end = doubt.Add(-doubtMargin)
	}
	return end, gapLimit, nil
}

// readBack pages back from a token until done says so, and returns what it read
// up to there, oldest first, about limit events at most. to is only a hint to the
// homeserver.
func (c *Client) readBack(ctx context.Context, room id.RoomID, from, to string, limit int, done func(*event.Event) (bool, error)) ([]*event.Event, error) {
	var newestFirst []*event.Event
	for len(newestFirst) < limit && from != "" {
		page, err := c.mx.Messages(ctx, room, from, to, mautrix.DirectionBackward, &mautrix.FilterPart{LazyLoadMembers: true}, gapPage)
		if err != nil {
			return nil, fmt.Errorf("read back a room: %w", err)
		}
		c.noteMembers(ctx, room, page.State)
		for _, evt := range page.Chunk {
			newestFirst = append(newestFirst, evt)
			if stop, err := done(evt); err != nil {
				return nil, err
			} else if stop {
				from = ""
				break
			}
		}
		if len(page.Chunk) == 0 || page.End == from {
			break
		}
		if from != "" {
			from = page.End
		}
	}
	slices.Reverse(newestFirst)
	return newestFirst, nil
}

// noteMembers takes in who wrote what was read back, unless newer is known.
func (c *Client) noteMembers(ctx context.Context, room id.RoomID, state []*event.Event) {
	for _, evt := range state {
		if evt.StateKey == nil || evt.Type.Type != event.StateMember.Type {
			continue
		}
		if known, err := c.state.TryGetMember(ctx, room, id.UserID(evt.GetStateKey())); err == nil && known == nil {
			c.stateEvent(ctx, room, evt)
		}
	}
}
