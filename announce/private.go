package announce

import (
	"context"
	"encoding/json"
	"fmt"

	"heraut/chat"
	"heraut/queue"
)

// GuardName is the name under which the Announcer is a guard of posts (chat.Guard.By).
const GuardName = "announce"

// guard returns the guard for the message l in room; news holds the message's items by
// id. The guard holds who may read the room now: more people may be able to read it
// when the queue sends the message, so the queue asks Check before. If the readers
// cannot be looked up now, the guard holds the narrowest audience, and Check then
// withholds the message from a room that is open in any way, such as one without
// encryption. The result is empty, and so no guard, if the sources of all items are
// public, or if Options.Readers is nil.
func (d *Announcer) guard(ctx context.Context, room chat.RoomID, l Layout, news map[int64]*News) (chat.Guard, error) {
	private := false
	for _, id := range l.items() {
		private = private || news[id] != nil && d.isPrivate(news[id].Item.Source)
	}
	if !private || d.Readers == nil {
		return chat.Guard{}, nil
	}
	readers, err := d.Readers(ctx, room)
	if err != nil { // the room is not known yet: assume that nobody could read it
		readers = chat.Readers{}
	}
	then, err := json.Marshal(readers.Most)
	return chat.Guard{By: GuardName, About: string(then)}, err
}

// isPrivate reports whether only some people can read the source of that name, so that
// its news must not reach others. It is false without Options.Private.
func (d *Announcer) isPrivate(name string) bool {
	location := name // right for a feed that a room added
	for _, r := range d.runners() {
		if r.settings.Name == name {
			location = r.settings.Location
		}
	}
	return d.Private != nil && d.Private(location)
}

// Check withholds a message about a private source if more people may read the
// message's room now than when the bot decided to post it, or if the row does not say
// who could read the room at that time. It lets any other message go. The error means
// that the room's readers could not be looked up. The queue calls Check before each
// attempt to send (queue.Guard).
func (d *Announcer) Check(ctx context.Context, row queue.Row) (queue.Verdict, error) {
	var then chat.Audience
	if err := json.Unmarshal([]byte(row.Post.Guard.About), &then); err != nil {
		return queue.Verdict{Withhold: "who could read the room is not known any more"}, nil //nolint:nilerr // that is the verdict
	}
	readers, err := d.Readers(ctx, row.Post.Room)
	if err != nil {
		return queue.Verdict{}, fmt.Errorf("tell who reads a room: %w", err)
	}
	if !readers.Most.Beyond(then).None() {
		return queue.Verdict{Withhold: "its source is private, and more people may read the room than when it was decided"}, nil
	}
	return queue.Verdict{}, nil
}

// Ended does nothing. The queue calls it when a guarded message was sent or given up
// (queue.Guard).
func (d *Announcer) Ended(context.Context, queue.Row) error { return nil }
