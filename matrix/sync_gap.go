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
	// gapLimit bounds the events that the bot reads back in a room; keptGapLimit
	// does so where Config.Keeps is true.
	gapLimit     = 1_000
	keptGapLimit = 10_000
	gapPage      = 100
	// countedBeyond bounds the events read that are too old to be answered. The bot
	// reads them to count them, and to find newer ones among them.
	countedBeyond = 300
	// emptyPages bounds the pages in a row without an event: a homeserver hides
	// events that the bot may not see after it cuts the history into pages.
	emptyPages = 5
	// tinyPage is the size up to which a page counts as tiny. Dendrite returns one
	// event a page once it has passed the token of the last sync, as long as a request
	// names that token.
	tinyPage = 3
	// gapPatience is how long the bot retries a gap; keptGapPatience applies where
	// Config.Keeps is true. All rooms wait meanwhile.
	gapPatience     = 2 * time.Minute
	keptGapPatience = 10 * time.Minute
	// pageWithin bounds the request for one page.
	pageWithin = 30 * time.Second
	// doubtMargin allows for different clocks.
	doubtMargin = 5 * time.Minute
)

// gapEnd returns how far to read back events that sync left out of a room: back to the
// time end, and at most limit events. received is the time of this sync: events before
// end were too old by then to be answered, and do not show whether a post in doubt was
// sent. A zero end means that events of any age count. The error is the store's.
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

// readBack reads a room's events backwards from the token from, until done returns true
// for an event or about limit events are read. It returns the events oldest first, with
// the one that ended the reading. to is only a hint to the homeserver where to stop. If
// whole is false and err is nil, the bot gave up the rest, so that one unreadable room
// does not block the others. An error is that of done, or one that may pass: the caller
// reads again.
func (c *Client) readBack(ctx context.Context, room id.RoomID, from, to string, limit int, done func(*event.Event) (bool, error)) (events []*event.Event, whole bool, err error) {
	defer func() { slices.Reverse(events) }() // the pages are newest first
	for empty, tiny := 0, 0; len(events) < limit && from != "" && empty < emptyPages; {
		if tiny > 1 {
			to = ""
		}
		page, err := c.page(ctx, room, from, to)
		if err != nil {
			return events, false, c.failedGap(ctx, room, err)
		}
		c.noteMembers(ctx, room, page.State)
		if from == page.End { // the history ends here
			page.End = ""
		}
		from = page.End
		empty++
		if tiny++; len(page.Chunk) > tinyPage {
			tiny = 0
		}
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

// page asks the homeserver, for pageWithin at most, for one page of a room's events
// before the token from, newest first; if from is empty, for the newest events of the
// room. to is a token at which the homeserver may stop. Events that cannot be parsed
// are left out. The error is that of the request.
func (c *Client) page(ctx context.Context, room id.RoomID, from, to string) (*mautrix.RespMessages, error) {
	ctx, cancel := context.WithTimeout(ctx, pageWithin)
	defer cancel()
	page, err := c.mx.Messages(ctx, room, from, to, mautrix.DirectionBackward, &mautrix.FilterPart{LazyLoadMembers: true}, gapPage)
	if body, ok := unreadable(err); ok {
		page = new(mautrix.RespMessages)
		err = c.parseReadableAndLog(body, page)
	}
	if err != nil {
		return nil, fmt.Errorf("read back a room: %w", err)
	}
	return page, nil
}

// failedGap handles err, a failed request for events that sync left out of a room. It
// returns err if the caller should try again, and nil if the bot gives these events up;
// it then logs that and counts it in GapsLost. The bot gives up at once if the
// homeserver refuses to show the room, and otherwise once the room's requests have
// failed for longer than patience. After that, it tries only once for each further gap
// of the room, until a request succeeds. An error that does not concern the room, such
// as one of the network, always comes back.
func (c *Client) failedGap(ctx context.Context, room id.RoomID, err error) error {
	known, status := answered(err)
	switch {
	case ctx.Err() != nil, !errors.As(err, new(mautrix.HTTPError)):
		return err
	case isStatus(err, http.StatusTooManyRequests), known != nil && stateErrors[known.ErrCode] > 0:
		return err // the error does not concern the room
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

// patience returns how long the bot tries to read events that sync left out of a room
// before it gives them up: config.GapPatience if that is set, keptGapPatience if
// Config.Keeps is true for the room, and gapPatience for other rooms.
func (c *Client) patience(ctx context.Context, room id.RoomID) time.Duration {
	switch {
	case c.config.GapPatience > 0:
		return c.config.GapPatience
	case c.config.Keeps(ctx, chat.RoomID(room)):
		return keptGapPatience
	}
	return gapPatience
}

// noteMembers stores the memberships in state, of a page of a room's history, except
// where a newer one is known already.
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
