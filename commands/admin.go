package commands

import (
	"context"
	"slices"
	"time"

	"heraut/chat"
	"heraut/rooms"
)

// Administration is what the commands about rooms and about the bot work with.
type Administration struct {
	Book    *rooms.Book
	Journal rooms.Journal
	Rooms   Rooms
	// Personal are all who keep something about people.
	Personal []Personal
}

// Rooms knows the rooms that the bot is in or was invited to.
type Rooms interface {
	Rooms(ctx context.Context) ([]chat.Room, error)
}

// Personal keeps something about people.
type Personal interface {
	// DataOf is what is kept about the person, oldest first.
	DataOf(ctx context.Context, user chat.UserID) ([]chat.Datum, error)
	// Forget erases it, or takes the person's name off what stays. It joins the
	// transaction of its context.
	Forget(ctx context.Context, user chat.UserID) error
}

// Administer has rooms and the bot managed from the chat. It is to be called
// before the first line is answered, if at all.
func (a *Answerer) Administer(admin Administration) { a.admin = admin }

// room is what is known of a room; the zero Room, with its id, if nothing is.
func (a *Answerer) room(ctx context.Context, id chat.RoomID) (chat.Room, error) {
	unknown := chat.Room{ID: id}
	if a.admin.Rooms == nil {
		return unknown, nil
	}
	all, err := a.admin.Rooms.Rooms(ctx)
	if i := slices.IndexFunc(all, func(r chat.Room) bool { return r.ID == id }); i >= 0 {
		return all[i], err
	}
	return unknown, err
}

// logged is the change, and its entry in the log of changes.
func (a *Answerer) logged(r request, c rooms.Change, change func(context.Context) error) func(context.Context) error {
	if a.admin.Journal == nil {
		return change
	}
	c.At, c.By = time.Now(), r.Sender
	if c.Room == "" {
		c.Room = r.Room
	}
	return both(change, func(ctx context.Context) error { return a.admin.Journal.AddChange(ctx, c) })
}
