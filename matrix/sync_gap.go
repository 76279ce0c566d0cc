package matrix

import (
	"context"
	"errors"
	"fmt"
	"net/http"
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
	// countedBeyond is how many events that are too old to be answered are read,
	// for the sake of their count and of those among them that are not.
	countedBeyond = 300
	// emptyPages is how many pages in a row may hold nothing that the bot may see:
	// a homeserver filters what it has cut into pages.
	emptyPages = 5
	// gapPatience is how long a gap is asked for, keptGapPatience one in a room of which
	// nothing may be lost: all rooms wait meanwhile.
	gapPatience     = 2 * time.Minute
	keptGapPatience = 10 * time.Minute
	// pageWithin bounds how long the homeserver has to tell one page.
	pageWithin = 30 * time.Second
	// doubtMargin allows for clocks that differ.
	doubtMargin = 5 * time.Minute
)

// gapEnd returns the time before which the events of a gap are only counted: they are
// too old to be answered, and settle no doubt about a post. It is zero where every event
// counts. limit is the largest number of events to read.
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
// homeserver. What one room keeps to itself does not hold up the others for ever:
// whole is false when the rest of the gap is given up.
func (c *Client) readBack(ctx context.Context, room id.RoomID, from, to string, limit int, done func(*event.Event) (bool, error)) (events []*event.Event, whole bool, err error) {
	defer func() { slices.Reverse(events) }() // read newest first
	for empty := 0; len(events) < limit && from != "" && empty < emptyPages; {
		page, err := c.page(ctx, room, from, to)
		if err != nil {
			return events, false, c.failedGap(ctx, room, err)
		}
		c.noteMembers(ctx, room, page.State)
		if from == page.End { // nothing lies beyond
			page.End = ""
		}
		from = page.End
		empty++
		for _, evt := range page.Chunk {
			empty = 0
			events = append(events, evt)
			if stop, err := done(evt); err != nil {
				return nil, false, err
			} else if stop {
				from = ""
				break
			}
		}
	}
	delete(c.gapFailing, room)
	return events, true, nil
}

// page asks for the events before a token, newest first; without one, for the
// newest.
func (c *Client) page(ctx context.Context, room id.RoomID, from, to string) (*mautrix.RespMessages, error) {
	ctx, cancel := context.WithTimeout(ctx, pageWithin)
	defer cancel()
	page, err := c.mx.Messages(ctx, room, from, to, mautrix.DirectionBackward, &mautrix.FilterPart{LazyLoadMembers: true}, gapPage)
	if body, ok := unreadable(err); ok {
		page = new(mautrix.RespMessages)
		err = c.readMost(body, page)
	}
	if err != nil {
		return nil, fmt.Errorf("read back a room: %w", err)
	}
	return page, nil
}

// failedGap returns err while the gap should be asked for again, and nil when it is given
// up: at once when the homeserver refuses the room, and after patience when it answers
// everything else, as a homeserver does of which one process has not started. After that
// one try must do until the room can be read again.
func (c *Client) failedGap(ctx context.Context, room id.RoomID, err error) error {
	known, status := answered(err)
	switch {
	case ctx.Err() != nil, !errors.As(err, new(mautrix.HTTPError)):
		return err
	case isStatus(err, http.StatusTooManyRequests), known != nil && stateErrors[known.ErrCode] > 0:
		return err // not because of the room
	}
	first, failed := c.gapFailing[room]
	if !failed {
		first = time.Now()
		c.gapFailing[room] = first
	}
	if refused := known != nil && status < 500; !refused && time.Since(first) < c.patience(ctx, room) {
		return err
	}
	c.gapsLost.Add(1)
	c.log.Error().Err(err).Str("room", room.String()).Msg("What was said in a room while the bot did not hear it cannot be read: going on without it")
	return nil
}

// patience is how long the gaps of a room are asked for.
func (c *Client) patience(ctx context.Context, room id.RoomID) time.Duration {
	switch {
	case c.config.GapPatience > 0:
		return c.config.GapPatience
	case c.config.Keeps(ctx, chat.RoomID(room)):
		return keptGapPatience
	}
	return gapPatience
}

// noteMembers stores the members that a page of history names, unless a newer
// membership is known.
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
