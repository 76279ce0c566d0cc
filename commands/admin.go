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

// Administration holds the functions and stores that the commands about rooms,
// personal data and the bot itself need.
type Administration struct {
	Book    *rooms.Book
	Journal rooms.Journal
	Rooms   Rooms
	// Declined returns the invitations that the bot declined, newest first.
	Declined func(ctx context.Context) ([]chat.Declined, error)
	// Joined asks the homeserver for all rooms of the account; Rooms lists only those
	// that the bot served. It may be nil.
	Joined func(ctx context.Context) ([]chat.RoomID, error)
	// Missing lists the rooms that the bot should serve but is not in; Room.Exit
	// says how it left. It may be nil.
	Missing func(ctx context.Context) ([]chat.Room, error)
	// Resolve returns the room with an alias, or ErrNoRoom. It may be nil.
	Resolve func(ctx context.Context, alias string) (chat.RoomID, error)
	// Confirmations stores the commands that wait for a confirmation.
	Confirmations Confirmations
	// Personal lists the stores of data about people.
	Personal []Personal
	// Troubles returns sentences in a language about what is wrong and has no figure in
	// Status; nil if nothing looks for that.
	Troubles func(lang string) []string
	// Status returns the bot's condition.
	Status func(ctx context.Context) (Status, error)
	// Name returns a person's display name in a room; empty when unknown.
	Name func(ctx context.Context, room chat.RoomID, user chat.UserID) string
	// Webhooks accepts the posts of tools; nil if the feature is off.
	Webhooks *webhook.Service
	// Catalogue accepts a held-back version; nil if the bot holds none back.
	Catalogue Catalogue
	Operators []chat.UserID
	Links     rooms.Links
}

// Rooms is the store of the rooms that the bot is in, was in or was invited to.
type Rooms interface {
	Rooms(ctx context.Context) ([]chat.Room, error)
}

// Personal is a store that holds data about people, shows a person their data and
// erases them.
type Personal interface {
	// DataOf returns the data about a person, oldest first.
	DataOf(ctx context.Context, user chat.UserID) ([]chat.Datum, error)
	// Forget erases that data, or removes the person's name from the rest. It joins the
	// transaction of its context.
	Forget(ctx context.Context, user chat.UserID) error
}

// knownRooms returns the stored rooms that the bot is in, without those that an upgrade
// replaced. Spaces and the homeserver's room for notices, in which it does not answer,
// are among them.
func (a *Answerer) knownRooms(ctx context.Context) ([]chat.Room, error) {
	all, err := a.admin.Rooms.Rooms(ctx)
	return slices.DeleteFunc(all, isUnfollowed), err
}

// isUnfollowed reports whether the bot left the room r, or an upgrade replaced it.
func isUnfollowed(r chat.Room) bool { return !r.Joined || r.MovedTo != "" }

// inside returns all rooms that the bot is in: those of knownRooms, and the others that
// the homeserver lists, such as rooms that an upgrade replaced. A room of the second
// kind has its id and, if it is stored, its name and MovedTo; Joined is false and
// Members 0, since the bot does not follow the room any more. If the homeserver does not
// answer, the result holds the rooms of knownRooms alone. The error is that of the store
// or of ctx.
func (a *Answerer) inside(ctx context.Context) ([]chat.Room, error) {
	stored, err := a.admin.Rooms.Rooms(ctx)
	if err != nil {
		return nil, err
	}
	all := slices.DeleteFunc(slices.Clone(stored), isUnfollowed)
	ids, err := a.admin.Joined(ctx)
	if err != nil && ctx.Err() == nil {
		return all, nil //nolint:nilerr // the rest is worth telling
	}
	for _, id := range ids {
		if slices.ContainsFunc(all, func(r chat.Room) bool { return r.ID == id }) {
			continue
		}
		other := chat.Room{ID: id}
		if i := slices.IndexFunc(stored, func(r chat.Room) bool { return r.ID == id }); i >= 0 {
			other.Name, other.MovedTo = stored[i].Name, stored[i].MovedTo
		}
		all = append(all, other)
	}
	return all, err
}

// room returns the stored data of the room with that id. If the bot is not in the room,
// or no data are stored, the result has only the id. The error is that of the store.
func (a *Answerer) room(ctx context.Context, id chat.RoomID) (chat.Room, error) {
	all, err := a.knownRooms(ctx)
	if i := slices.IndexFunc(all, func(r chat.Room) bool { return r.ID == id }); i >= 0 {
		return all[i], err
	}
	return chat.Room{ID: id}, err
}

// logged returns a function that changes the database: it runs change and then, unless
// that fails, adds the entry c to the log of changed settings, with the present time,
// the sender of the request and, if c names no room, the room of the request.
func (a *Answerer) logged(r request, c rooms.Change, change func(context.Context) error) func(context.Context) error {
	return both(change, func(ctx context.Context) error { return a.log(ctx, r, c) })
}

// log adds the entry c to the log of changed settings, in the transaction of ctx. It
// sets the time of c to now and the person to the sender of the request. If c names no
// room, it sets that to the room of the request.
func (a *Answerer) log(ctx context.Context, r request, c rooms.Change) error {
	c.At, c.By, c.Room = time.Now(), r.Sender, cmp.Or(c.Room, r.Room)
	return a.admin.Journal.AddChange(ctx, c)
}
