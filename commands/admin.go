package commands

import (
	"cmp"
	"context"
	"slices"
	"time"

	"heraut/chat"
	"heraut/rooms"
	"heraut/webhook"
)

// Administration is what the commands about rooms and about the bot work with.
type Administration struct {
	Book    *rooms.Book
	Journal rooms.Journal
	Rooms   Rooms
	// Declined are the invitations that the bot did not accept, newest first.
	Declined func(ctx context.Context) ([]chat.Declined, error)
	// Joined are the ids of all rooms that the account is in, as the homeserver
	// says; Rooms knows only of those that were served. It may be nil.
	Joined func(ctx context.Context) ([]chat.RoomID, error)
	// Missing are the rooms that the bot should serve and is not in; Room.Exit tells
	// why. It may be nil.
	Missing func(ctx context.Context) ([]chat.Room, error)
	// Resolve finds a room by its alias; ErrNoRoom if there is none. It may be nil.
	Resolve func(ctx context.Context, alias string) (chat.RoomID, error)
	// Confirmations keeps the commands that wait for a confirmation.
	Confirmations Confirmations
	// Personal are all who keep something about people.
	Personal []Personal
	// Status tells how the bot does.
	Status func(ctx context.Context) (Status, error)
	// Webhooks takes in what tools post to rooms; nil if that is off.
	Webhooks *webhook.Service
	// Catalogue accepts what is held back; nil where nothing is.
	Catalogue Catalogue
	Operators []chat.UserID
	Links     rooms.Links
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

// knownRooms are those that the bot is in.
func (a *Answerer) knownRooms(ctx context.Context) ([]chat.Room, error) {
	if a.admin.Rooms == nil {
		return nil, nil
	}
	all, err := a.admin.Rooms.Rooms(ctx)
	return slices.DeleteFunc(all, func(r chat.Room) bool { return !r.Joined || r.MovedTo != "" }), err
}

// inside are all rooms that the bot is in. Those that it does not serve, of which
// it knows nothing, are not Joined; they are missing while the homeserver does not
// tell them.
func (a *Answerer) inside(ctx context.Context) ([]chat.Room, error) {
	all, err := a.knownRooms(ctx)
	if err != nil || a.admin.Joined == nil {
		return all, err
	}
	ids, err := a.admin.Joined(ctx)
	if err != nil && ctx.Err() == nil {
		return all, nil //nolint:nilerr // the rest is worth telling
	}
	for _, id := range ids {
		if !slices.ContainsFunc(all, func(r chat.Room) bool { return r.ID == id }) {
			all = append(all, chat.Room{ID: id})
		}
	}
	return all, err
}

// room is what is known of a room; the zero Room, with its id, if nothing is.
func (a *Answerer) room(ctx context.Context, id chat.RoomID) (chat.Room, error) {
	all, err := a.knownRooms(ctx)
	if i := slices.IndexFunc(all, func(r chat.Room) bool { return r.ID == id }); i >= 0 {
		return all[i], err
	}
	return chat.Room{ID: id}, err
}

// logged returns change followed by its entry in the log of changes.
func (a *Answerer) logged(r request, c rooms.Change, change func(context.Context) error) func(context.Context) error {
	return both(change, func(ctx context.Context) error { return a.log(ctx, r, c) })
}

// log adds an entry to the log of changes, in the transaction of ctx.
func (a *Answerer) log(ctx context.Context, r request, c rooms.Change) error {
	if a.admin.Journal == nil {
		return nil
	}
	c.At, c.By, c.Room = time.Now(), r.Sender, cmp.Or(c.Room, r.Room)
	return a.admin.Journal.AddChange(ctx, c)
}
