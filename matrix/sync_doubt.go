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

// confirmDoubts adds the bot's own events to the batch, back to the oldest post in
// doubt, from a timeline that does not continue the last sync: the bot left the room,
// or has just entered it. A post may have arrived just before somebody removed the bot.
// Until the bot enters the room again, or its invitation ends, no sync shows that
// (storage.DB.SettleDoubts).
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
