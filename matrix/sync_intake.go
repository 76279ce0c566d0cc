package matrix

import (
	"context"
	"fmt"
	"runtime/debug"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/queue"
)

// takeIn adds one event of a room to the batch of events to handle: the bot's own event
// as a proof that a post arrived, a person's departure, message, reaction or deletion,
// or an encrypted message that waits for its key. read is the result of decrypting it;
// direct reports that the room is a direct message. takeIn skips an event that the bot
// ignores or cannot read, and recovers from panics.
func (c *Client) takeIn(ctx context.Context, room id.RoomID, evt *event.Event, read decrypted, direct bool, batch *queue.Batch) {
	defer func() {
		if p := recover(); p != nil {
			c.log.Error().Str("event", evt.ID.String()).Str("panic", fmt.Sprint(p)).Bytes("stack", debug.Stack()).Msg("An event could not be understood")
		}
	}()
	if evt.Sender == c.mx.UserID {
		takeOwn(evt, batch)
		return
	}
	at := c.saidAt(evt, batch.Received)
	if left := c.left(evt); left != nil {
		batch.Arrivals = append(batch.Arrivals, queue.Arrival{ID: chat.EventID(evt.ID), Room: chat.RoomID(room), At: at, Event: &chat.Event{
			ID: chat.EventID(evt.ID), Room: chat.RoomID(room), Sender: chat.UserID(evt.Sender), At: at,
			Name: c.displayName(ctx, room, evt.Sender), Direct: direct, Left: left,
		}})
		return
	}
	if !c.answerable(evt) {
		return
	}
	if evt.Type.Type == event.EventEncrypted.Type {
		if read.session != "" && c.keepLocked(room, evt, read, at, batch) {
			return
		}
		if read.err != nil {
			c.log.Warn().Err(read.err).Str("event", evt.ID.String()).Msg("A message cannot be decrypted and never will be")
			return
		}
		evt = read.plain
	}
	if e := c.hear(ctx, room, evt, direct); e != nil {
		e.At = at
		batch.Arrivals = append(batch.Arrivals, queue.Arrival{ID: e.ID, Room: e.Room, At: e.At, Event: e})
	}
}

// hear returns a clear or decrypted Matrix event as a chat event, with its sender's name
// and rights in the room; direct reports that the room is a direct message. If the power
// levels cannot be read, a sender who is no operator counts as a member. hear returns
// nil for an event that the bot ignores, such as an unencrypted edit in an encrypted
// room, since the homeserver may have forged it.
func (c *Client) hear(ctx context.Context, room id.RoomID, evt *event.Event, direct bool) *chat.Event {
	e := c.understand(evt, direct)
	if e != nil {
		e.Level = c.level(ctx, room, evt.Sender, e.Trust)
		e.Name = c.displayName(ctx, room, evt.Sender)
		if e.Message != nil {
			c.address(ctx, room, e.Message)
		}
		encrypted, _ := c.rooms.encrypted(room)
		e.ClearInEncrypted = encrypted && !evt.Mautrix.WasEncrypted
		if e.ClearInEncrypted && e.Message != nil && e.Message.Edits != "" {
			return nil // an edit of an encrypted message: the homeserver may have forged it
		}
	}
	return e
}

// takeOwn adds an event that the bot itself sent to the batch, as the proof that a post
// arrived. It ignores state events, which come from no post.
func takeOwn(evt *event.Event, batch *queue.Batch) {
	if evt.StateKey != nil {
		return
	}
	txn, ok := evt.Content.Raw[postKey].(string)
	if !ok {
		txn = evt.Unsigned.TransactionID
	}
	batch.Own = append(batch.Own, queue.Own{Txn: txn, ID: chat.EventID(evt.ID)})
}

// answerable reports whether a person sent the event, which is neither redacted nor a
// state event. It excludes the bot itself, the accounts that the configuration lists as
// bots, and events with postKey, which another Héraut sends: two bots would answer each
// other for ever.
func (c *Client) answerable(evt *event.Event) bool {
	if _, other := evt.Content.Raw[postKey]; other {
		return false
	}
	return evt.Sender != c.mx.UserID && evt.StateKey == nil && evt.Unsigned.RedactedBecause == nil &&
		!c.config.IsBot(chat.UserID(evt.Sender))
}
