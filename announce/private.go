package announce

import (
	"context"
	"encoding/json"
	"fmt"

	"heraut/chat"
	"heraut/queue"
)

// GuardName is what the announcements of private sources name as their guard.
const GuardName = "announce"

// guard returns the guard of a message that shows items: the queue asks it again at
// each send when one of their sources is private, since a room may be opened while the
// message waits.
func (d *Desk) guard(ctx context.Context, room chat.RoomID, l Layout, news map[int64]*News) (chat.Guard, error) {
	private := false
	for _, id := range l.items() {
		private = private || news[id] != nil && d.isPrivate(news[id].Item.Source)
	}
	if !private || d.Readers == nil {
		return chat.Guard{}, nil
	}
	readers, err := d.Readers(ctx, room)
	if err != nil { // nothing is known of it yet: nobody was to read it
		readers = chat.Readers{}
	}
	then, err := json.Marshal(readers.Most)
	return chat.Guard{By: GuardName, About: string(then)}, err
}

// isPrivate reports whether not everybody can read a source.
func (d *Desk) isPrivate(name string) bool {
	location := name // of a feed that a room gave
	for _, r := range d.runners() {
		if r.settings.Name == name {
			location = r.settings.Location
		}
	}
	return d.Private != nil && d.Private(location)
}

// Check implements queue.Guard: a room that more people may read than when the message
// was decided does not get it.
func (d *Desk) Check(ctx context.Context, row queue.Row) (queue.Verdict, error) {
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

// Ended implements queue.Guard.
func (d *Desk) Ended(context.Context, queue.Row) error { return nil }
