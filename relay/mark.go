package relay

import (
	"context"

	"heraut/chat"
)

// carriedSign is the reaction on a message that reached the other room.
const carriedSign = "📨"

// markOf returns the cause and the key of the post by which the bot puts its reaction
// on event, a carried message.
func markOf(event chat.EventID) (cause chat.Cause, key chat.PostKey) {
	cause = chat.Cause("carried/" + event)
	return cause, chat.KeyOf(cause, 0)
}

// mark adds the bot's reaction to event, a message in room that was carried, so that
// its author sees it. It does nothing if the configuration turns that off.
func (d *Carrier) mark(ctx context.Context, room chat.RoomID, event chat.EventID) error {
	if !d.Marks {
		return nil
	}
	cause, _ := markOf(event)
	return d.queue.Post(ctx, cause, chat.Post{
		Room: room, Priority: chat.Announcement, ReactsTo: chat.Target{Event: event}, Reaction: carriedSign,
	})
}

// unmark removes the bot's reaction from event, a message that is not carried any more;
// it does nothing if there is none.
func (d *Carrier) unmark(ctx context.Context, event chat.EventID) error {
	_, key := markOf(event)
	return d.queue.Withdraw(ctx, key)
}
