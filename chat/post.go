package chat

import (
	"fmt"
	"time"
)

// Priority orders what waits to be sent; a lower one goes first.
type Priority int

const (
	// Answer is what somebody who typed a command waits for.
	Answer Priority = iota
	// Relay is a question or an answer carried between rooms.
	Relay
	// Webhook is what a tool posted.
	Webhook
	// Announcement can wait.
	Announcement
)

// PostKey identifies a post for ever: what caused it and a number, so that
// deciding the same thing twice makes one post.
type PostKey string

// KeyOf returns the key of the n-th post that cause calls for, from 0.
func KeyOf(cause EventID, n int) PostKey {
	return PostKey(fmt.Sprintf("%s/%d", cause, n))
}

// Target is an event that a post refers to: one that exists already (Event),
// or one that another post becomes once it is sent (Post). At most one is set.
type Target struct {
	Event EventID `json:"event,omitempty"`
	Post  PostKey `json:"post,omitempty"`
}

// IsZero reports whether t refers to nothing.
func (t Target) IsZero() bool { return t == Target{} }

// Post is one thing that the bot decided to do in a room: say HTML, or, when
// Redacts is set, delete, or, when ReactsTo is set, put Reaction on an event, or
// leave.
type Post struct {
	Room     RoomID   `json:"room"`
	Priority Priority `json:"priority,omitempty"`
	// HTML is the whole message, in the tags p br strong em del code pre
	// blockquote ul ol li a. The plain text is derived from it when it is sent.
	HTML string `json:"html,omitempty"`
	// Lang is the language of HTML, "fr" or "en".
	Lang string `json:"lang,omitempty"`
	// Rings makes the message notify (m.text); all else is a notice, which never does.
	Rings bool `json:"rings,omitempty"`
	// Mentions are the only people that the message pings.
	Mentions []UserID `json:"mentions,omitempty"`

	// Alone is the whole message, in place of HTML, when the thread or the message
	// that the post was to belong to is gone: it says what it continues. When it is
	// empty the post goes without.
	Alone string `json:"alone,omitempty"`

	Thread  Target `json:"thread,omitzero"`
	ReplyTo Target `json:"reply_to,omitzero"`
	// Edits makes the post the new text of an earlier one.
	Edits   Target `json:"edits,omitzero"`
	Redacts Target `json:"redacts,omitzero"`

	ReactsTo Target `json:"reacts_to,omitzero"`
	Reaction string `json:"reaction,omitempty"`

	// Leaves makes the bot leave the room, after what it was to say before.
	Leaves bool `json:"leaves,omitempty"`

	// Guard, if set, is asked again each time the post is about to be sent.
	Guard Guard `json:"guard,omitzero"`
	// NotBefore is when the post may be sent at the earliest; zero: at once. What
	// replaces the post meanwhile has a time of its own.
	NotBefore time.Time `json:"not_before,omitzero"`
}

// Guard names who decides, at each send, whether a post may still go, and what
// about. The zero value lets every post go.
type Guard struct {
	By    string `json:"by"`    // one of the queue's guards
	About string `json:"about"` // in its own words
}
