package relay

import (
	"context"

	"heraut/chat"
)

// widening returns the ways in which a text from the room from gets further readers in
// the room to; the zero value if it gets none. then is the audience that certainly
// could read the room from when the text was written. around gives access to other
// rooms, by which chat.ReadersOf finds who reads a room. If both rooms are on the same
// foreign server, the server does not count as a difference.
func widening(then chat.Audience, from, to chat.Room, around chat.Surroundings) chat.Audience {
	source, target := chat.ReadersOf(from, around).Least, chat.ReadersOf(to, around).Most
	w := target.Beyond(source.Both(then))
	if from.Known() && to.Known() {
		w.Elsewhere = target.Elsewhere && to.Server != from.Server
	}
	return w
}

// widens returns the ways in which a text from the room with the id from gets further
// readers in the room with the id to; the zero value if it gets none. then is the
// audience that certainly could read the room from when the text was written. For a
// room of which it knows too little, it assumes that nobody certainly reads the room
// from, and that everybody may read the room to. If looking up a room fails, it returns
// chat.Everybody and the error.
func (d *Carrier) widens(ctx context.Context, then chat.Audience, from, to chat.RoomID) (chat.Audience, error) {
	source, err := d.Room(ctx, from)
	if err != nil {
		return chat.Everybody, err
	}
	target, err := d.Room(ctx, to)
	if err != nil {
		return chat.Everybody, err
	}
	return widening(then, source, target, d.around(ctx)), nil
}

// withRoomsOnce returns a copy of the carrier that looks each room up once, for a loop
// over many questions of few rooms. The copy is not safe for concurrent use.
func (d *Carrier) withRoomsOnce() *Carrier {
	once, look := *d, d.Room
	known := map[chat.RoomID]chat.Room{}
	once.Room = func(ctx context.Context, room chat.RoomID) (chat.Room, error) {
		if r, ok := known[room]; ok {
			return r, nil
		}
		r, err := look(ctx, room)
		if err == nil {
			known[room] = r
		}
		return r, err
	}
	return &once
}

// around returns the means by which chat.ReadersOf finds who reads a room: how to look up
// other rooms, and which servers the bot serves. A room that cannot be looked up counts
// as unknown.
func (d *Carrier) around(ctx context.Context) chat.Surroundings { return around(ctx, d.Room, d.Ours) }

func around(ctx context.Context, room func(context.Context, chat.RoomID) (chat.Room, error), ours func(server string) bool) chat.Surroundings {
	return chat.Surroundings{Ours: ours, Room: func(id chat.RoomID) chat.Room {
		r, err := room(ctx, id)
		if err != nil {
			return chat.Room{} // it counts as unknown
		}
		return r
	}}
}

// ReadersOf returns a function that says who may read a room; room and ours are
// Options.Room and Options.Ours. The function's error chat.ErrNotFound means that
// nothing is known of the room; it then returns the widest range of readers.
func ReadersOf(
	room func(context.Context, chat.RoomID) (chat.Room, error), ours func(server string) bool,
) func(ctx context.Context, room chat.RoomID) (chat.Readers, error) {
	return func(ctx context.Context, id chat.RoomID) (chat.Readers, error) {
		r, err := room(ctx, id)
		readers := chat.ReadersOf(r, around(ctx, room, ours))
		if err == nil && !r.Known() {
			err = chat.ErrNotFound
		}
		return readers, err
	}
}

// readers returns who may read a room; of an unknown room, the widest range of readers
// without an error. The error is that of looking up the room.
func (d *Carrier) readers(ctx context.Context, room chat.RoomID) (chat.Readers, error) {
	readers, err := ReadersOf(d.Room, d.Ours)(ctx, room)
	_, err = has(err)
	return readers, err
}
