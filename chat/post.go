package chat

import (
	"fmt"
	"time"
)

// Priority is the rank of a post in the outbox; a lower value goes first.
type Priority int

const (
	// Answer is an answer to a command, for which a person waits.
	Answer Priority = iota
	// Relay is a question or an answer that the bot carries between rooms.
	Relay
	// Webhook is a post that a tool caused.
	Webhook
	// Announcement can wait.
	Announcement
	// Attachment is a file: its content is copied before it is sent, which holds up no
	// other post.
	Attachment
)

// Cause is the name of the reason of posts, and is unique for ever: the id of the event
// that they answer (Event.Cause), or a name made by the part that posts, such as
// "question/1/2".
type Cause string

// PostKey is the identifier of a post for ever, made of its cause and a number (KeyOf),
// so that a decision made twice yields one post.
type PostKey string

// KeyOf returns the key of the n-th post that cause calls for, counted from 0.
func KeyOf(cause Cause, n int) PostKey {
	return PostKey(fmt.Sprintf("%s/%d", cause, n))
}

// Target is an event that a post refers to: an existing one (Event), or the future
// event of another post (Post). At most one field is set.
type Target struct {
	Event EventID `json:"event,omitempty"`
	Post  PostKey `json:"post,omitempty"`
}

// IsZero reports whether the target names neither an event nor a post.
func (t Target) IsZero() bool { return t == Target{} }

// Post is one action of the bot in a room: it sends HTML or a File, changes an earlier
// message into HTML (Edits), deletes an event (Redacts), puts Reaction on an event
// (ReactsTo), cancels a verification (Cancels), or leaves the room (Leaves).
type Post struct {
	Room     RoomID   `json:"room"`
	Priority Priority `json:"priority,omitempty"`
	// HTML is the whole message, in the tags p br strong em del code pre blockquote
	// ul ol li a. The queue derives the plain text from it on sending.
	HTML string `json:"html,omitempty"`
	// Lang is the code of the language of HTML.
	Lang string `json:"lang,omitempty"`
	// Rings makes the message notify (m.text). All other posts are notices, which
	// never do.
	Rings bool `json:"rings,omitempty"`
	// Mentions lists the only people whom the message pings.
	Mentions []UserID `json:"mentions,omitempty"`

	// Alone replaces HTML when the post's thread or the message that it replies to is
	// gone: it names the topic that it continues. If Alone is empty and the homeserver
	// refuses the relation, the post goes without the relation.
	Alone string `json:"alone,omitempty"`

	Thread  Target `json:"thread,omitzero"`
	ReplyTo Target `json:"reply_to,omitzero"`
	// ReplyIfSeveral leaves ReplyTo out while it is clear without it what the post
	// answers: the room's last event is that one, and no other waits. Clients draw a
	// reply with a quote above it.
	ReplyIfSeveral bool `json:"reply_if_several,omitempty"`
	// For, if not empty, is the person whom an answer is for. The sender may have
	// answers of one room under way together if they are for different people, in
	// different threads. A post without For keeps its place among all posts of its room
	// and priority.
	For UserID `json:"for,omitempty"`
	// Edits turns the post into the new text of an earlier one.
	Edits   Target `json:"edits,omitzero"`
	Redacts Target `json:"redacts,omitzero"`

	ReactsTo Target `json:"reacts_to,omitzero"`
	Reaction string `json:"reaction,omitempty"`

	// Cancels is the event that asks to verify devices, which the post cancels.
	Cancels EventID `json:"cancels,omitempty"`

	// Leaves makes the bot leave the room, once it has sent its earlier posts there.
	Leaves bool `json:"leaves,omitempty"`

	// File is sent in the place of HTML. Copy is its content as the room gets it; zero:
	// the queue has it made first (queue.Config.Prepare).
	File *File `json:"file,omitempty"`
	Copy Media `json:"copy,omitzero"`
	// Same leaves the earlier answer in the post's place as it is. It sends nothing.
	Same bool `json:"same,omitempty"`

	// Guard, if set, decides again at each attempt to send the post.
	Guard Guard `json:"guard,omitzero"`
	// NotBefore is the earliest time to send the post; zero means at once. A post
	// that replaces this one has its own NotBefore.
	NotBefore time.Time `json:"not_before,omitzero"`
}

// Guard is a reference to one of the queue's guards, which decide at each attempt to
// send whether a post may still go. The zero value lets every post go.
type Guard struct {
	By    string `json:"by"`    // the guard's name in the queue
	About string `json:"about"` // the subject, in the guard's own words
}
