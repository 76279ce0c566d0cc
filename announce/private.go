package announce

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"heraut/chat"
	"heraut/queue"
)

// GuardName is the name under which the Announcer is a guard of posts (chat.Guard.By).
const GuardName = "announce"

// guard returns the guard for the message l in room (GuardFor); news holds the message's
// items by id.
func (d *Announcer) guard(ctx context.Context, room chat.RoomID, l Layout, news map[int64]*News) (chat.Guard, error) {
	var locations []string
	for _, id := range l.items() {
		if news[id] != nil {
			locations = append(locations, d.locationOf(news[id].Item.Source))
		}
	}
	return d.GuardFor(ctx, room, locations)
}

// GuardFor returns the guard for a message in room about sources at these locations,
// which are addresses or files. The guard holds who may read the room now: more people
// may be able to read it when the queue sends the message, so the queue asks Check
// before. If the readers cannot be looked up now, the guard holds the narrowest
// audience, and Check then withholds the message from a room that is open in any way,
// such as one without encryption. The result is empty, and so no guard, if all the
// sources are public, or if Options.Readers or Options.Private is nil. The error is one
// of encoding.
func (d *Announcer) GuardFor(ctx context.Context, room chat.RoomID, locations []string) (chat.Guard, error) {
	if d.Readers == nil || d.Private == nil || !slices.ContainsFunc(locations, d.Private) {
		return chat.Guard{}, nil
	}
	readers, err := d.Readers(ctx, room)
	if err != nil { // the room is not known yet: assume that nobody could read it
		readers = chat.Readers{}
	}
	then, err := json.Marshal(readers.Most)
	return chat.Guard{By: GuardName, About: string(then)}, err
}

// locationOf returns the location of the source of that name in the configuration, or
// else the name itself: a feed that a room added is named by its address.
func (d *Announcer) locationOf(name string) string {
	for _, r := range d.runners() {
		if r.settings.Name == name {
			return r.settings.Location
		}
	}
	return name // a feed that a room added is named by its address
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
