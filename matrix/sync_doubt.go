package matrix

import (
	"context"
	"fmt"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/queue"
)

// confirmDoubts looks for posts in doubt, of which it is not known whether they were
// sent: it adds to the batch the bot's own events in a room, in the timeline tl and
// before it, back to the oldest post in doubt. Without such a post it does nothing. It
// serves rooms that the bot left or has just entered: their timeline does not continue
// the last sync, and a post may have arrived just before the bot was removed. The error
// is that of the store, or of a request that the next sync repeats.
func (c *Client) confirmDoubts(ctx context.Context, room id.RoomID, tl mautrix.SyncTimeline, batch *queue.Batch) error {
	doubt, err := c.store.OldestDoubt(ctx, chat.RoomID(room))
	if err != nil {
		return fmt.Errorf("look for unsettled posts: %w", err)
	}
	if doubt.IsZero() {
		return nil
	}
	since := doubt.Add(-doubtMargin)
	before, _, err := c.readBack(ctx, room, tl.PrevBatch, "", gapLimit, func(evt *event.Event) (bool, error) {
		return c.saidAt(evt, batch.Received).Before(since), nil
	})
	if err != nil {
		return err
	}
	for _, events := range [][]*event.Event{before, tl.Events} {
		for _, evt := range events {
			if evt.Sender == c.mx.UserID {
				takeOwn(evt, batch)
			}
		}
	}
	return nil
}
