package relay

import (
	"context"
	"fmt"

	"heraut/chat"
	"heraut/queue"
)

// carriedSign is the reaction on a message that reached the other room.
const carriedSign = "📨"

// markOf returns the cause and the key of the n-th post by which the bot puts its
// reaction on event, a carried message, counted from 0.
func markOf(event chat.EventID, n int) (cause chat.Cause, key chat.PostKey) {
	cause = chat.Cause("carried/" + event)
	if n > 0 {
		cause += chat.Cause(fmt.Sprintf("/again/%d", n))
	}
	return cause, chat.KeyOf(cause, 0)
}

// mark adds the bot's reaction to event, a message in room that was carried, so that
// its author sees it. It does nothing if the reaction is there, or if the configuration
// turns that off.
func (d *Carrier) mark(ctx context.Context, room chat.RoomID, event chat.EventID) error {
	if !d.Marks {
		return nil
	}
	n, stands, err := d.lastMark(ctx, event)
	if err != nil || stands {
		return err
	}
	cause, _ := markOf(event, n+1)
	return d.queue.Post(ctx, cause, chat.Post{
		Room: room, Priority: chat.Announcement, ReactsTo: chat.Target{Event: event}, Reaction: carriedSign,
	})
}

// unmark removes the bot's reaction from event, a message that is not carried any more;
// it does nothing if there is none.
func (d *Carrier) unmark(ctx context.Context, event chat.EventID) error {
	n, stands, err := d.lastMark(ctx, event)
	if err != nil || !stands {
		return err
	}
	_, key := markOf(event, n)
	return d.queue.Withdraw(ctx, key)
}

// lastMark returns the number of the last post by which the bot put its reaction on
// event, and whether it was not taken back; -1 if there is none. The error is that of
// the store.
func (d *Carrier) lastMark(ctx context.Context, event chat.EventID) (n int, stands bool, err error) {
	for n = -1; ; n++ {
		_, key := markOf(event, n+1)
		row, err := d.store.PostByKey(ctx, key)
		if known, err := has(err); !known {
			return n, stands, err
		}
		_, err = d.store.PostByKey(ctx, queue.WithdrawalKey(key))
		withdrawn, err := has(err)
		if err != nil {
			return n, false, err
		}
		stands = row.State != queue.Cancelled && !withdrawn
	}
}
