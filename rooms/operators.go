package rooms

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"heraut/chat"
)

// RoomStore is the list of the rooms that the bot knows.
type RoomStore interface {
	Rooms(ctx context.Context) ([]chat.Room, error)
}

// Poster is the interface of the outbox for Operators: Post adds posts to it in the
// transaction of ctx. A second call of Post with the same cause adds nothing, for ever.
type Poster interface {
	Post(ctx context.Context, cause chat.Cause, posts ...chat.Post) error
}

// Operators are the people who run the bot, which writes to them in their direct
// messages.
type Operators struct {
	users []chat.UserID
	book  *Book
	rooms RoomStore
}

// NewOperators returns the Operators with these user ids. rooms finds their direct
// messages with the bot; book gives the language of these.
func NewOperators(users []chat.UserID, book *Book, rooms RoomStore) *Operators {
	return &Operators{users, book, rooms}
}

// Includes reports whether the person is an operator: their whole user id, server
// included, is exactly one of the configured ones; case matters.
func (o *Operators) Includes(user chat.UserID) bool { return slices.Contains(o.users, user) }

// Posts returns a notifying message for each operator who has a direct message with the
// bot, in one room alone, and none for the others; it sends nothing. say renders the
// message in the language lang, that of the room. The error is say's, or that the rooms
// could not be read.
func (o *Operators) Posts(ctx context.Context, say func(lang string) (html string, err error)) ([]chat.Post, error) {
	all, err := o.rooms.Rooms(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for the operators: %w", err)
	}
	slices.SortFunc(all, func(a, b chat.Room) int { return strings.Compare(string(a.ID), string(b.ID)) })
	var posts []chat.Post
	for _, user := range o.users {
		i := slices.IndexFunc(all, func(r chat.Room) bool { return reaches(r, user) })
		if i < 0 {
			continue
		}
		lang := o.book.Of(all[i].ID).Language
		html, err := say(lang)
		if err != nil {
			return nil, err
		}
		posts = append(posts, chat.Post{
			Room: all[i].ID, Priority: chat.Relay, HTML: html, Lang: lang, Rings: true, Mentions: []chat.UserID{user},
		})
	}
	return posts, nil
}

// reaches reports whether a message in the room r reaches the person user and nobody
// else: the bot is in r, r is a direct message to which this person invited the bot,
// and no third member is known (Members is 2, or 0 for unknown).
func reaches(r chat.Room, user chat.UserID) bool {
	return r.Direct && r.Joined && r.InvitedBy == user && (r.Members == 2 || r.Members == 0)
}

// Tell posts a message to each operator who has a direct message with the bot, through
// poster and in the transaction of ctx; say renders it in the language lang. A second
// call with the same cause posts nothing to them again, for ever. It returns true if any
// operator has direct messages, at a second call too. The error is say's, poster's, or
// that the rooms could not be read.
func (o *Operators) Tell(ctx context.Context, poster Poster, cause chat.Cause, say func(lang string) (html string, err error)) (bool, error) {
	posts, err := o.Posts(ctx, say)
	if err != nil {
		return false, err
	}
	for _, p := range posts {
		// The room is part of the key, so a new operator does not shift the others' keys.
		if err := poster.Post(ctx, cause+chat.Cause(" "+p.Room), p); err != nil {
			return false, err
		}
	}
	return len(posts) > 0, nil
}
