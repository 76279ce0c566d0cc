// Package chat names a conversation without knowing Matrix: what people say
// (Event) and what the bot decides to say (Post).
package chat

import (
	"reflect"
	"time"
)

// The identifiers are Matrix's own, as opaque strings.
type (
	// RoomID is a room's id, for example "!abc:example.org" (room v12 ids have no domain).
	RoomID string
	// UserID is a full user id, for example "@camille:example.org".
	UserID string
	// EventID is an event's id, for example "$abc".
	EventID string
)

// Event is one thing that happened in a room and may call for an answer.
// Exactly one of Message, Reaction, Redaction, Joined, Unreadable, Left, Removed,
// Moved, Promoted and Notice is set.
type Event struct {
	ID     EventID `json:"id"`
	Room   RoomID  `json:"room"`
	Sender UserID  `json:"sender"`
	// Name is what the sender is called in the room; empty when it is not known.
	// Anybody may choose any name: it tells nothing about rights.
	Name string    `json:"name,omitempty"`
	At   time.Time `json:"at"` // the sender's server's time
	// Direct tells that the room is a direct message between the sender and the bot.
	Direct bool  `json:"direct,omitempty"`
	Trust  Trust `json:"trust,omitempty"`
	// ClearInEncrypted reports that the event came in clear although its room was
	// once encrypted: the homeserver can have made it up. It is always true there
	// for reactions and deletions, which Matrix does not encrypt.
	ClearInEncrypted bool `json:"clear_in_encrypted,omitempty"`
	// IdentityChanged reports that the sender's device is signed by other account keys
	// than the bot saw first: Trust is then at most TrustMember, until an operator of
	// the machine accepts the new keys («bot trust»).
	IdentityChanged bool `json:"identity_changed,omitempty"`
	// Level is what the sender may do in the room, as things stood when the
	// event came.
	Level Level `json:"level,omitempty"`
	// Late tells that the event was older than what is still answered when it
	// came: only what is carried between rooms is still wanted.
	Late bool `json:"late,omitempty"`

	Message   *Message   `json:"message,omitempty"`
	Reaction  *Reaction  `json:"reaction,omitempty"`
	Redaction *Redaction `json:"redaction,omitempty"`
	Joined    *Joined    `json:"joined,omitempty"`

	Unreadable *Unreadable `json:"unreadable,omitempty"`
	Left       *Left       `json:"left,omitempty"`
	Removed    *Removed    `json:"removed,omitempty"`
	Moved      *Moved      `json:"moved,omitempty"`
	Promoted   *Promoted   `json:"promoted,omitempty"`
	Notice     *Notice     `json:"notice,omitempty"`
}

// Trust is how far the event is known to come from its sender.
type Trust int

const (
	// TrustServer: a clear room; the homeserver's word on the sender is all there is.
	TrustServer Trust = iota
	// TrustMember: an encrypted room; enough to answer a member.
	TrustMember
	// TrustVerified: an encrypted room and a cross-signed device: enough for
	// what moderators and operators may do.
	TrustVerified
)

// Level is what somebody may do. It is more than LevelMember only as far as it
// is known that the event comes from its sender.
type Level int

// The levels, the lowest first.
const (
	LevelMember Level = iota
	LevelModerator
	LevelOperator // of the bot
)

// Message is a text that somebody wrote.
type Message struct {
	// Body is the plain text, without the quote that replies carry and without
	// the leading mention of the bot.
	Body string `json:"body"`
	// HTML is the message as its sender formatted it, unchecked: it is not to be
	// shown before it went through a sanitiser. Empty when there is only Body.
	HTML string `json:"html,omitempty"`
	// File is what was attached, if anything; Body is then its caption, or empty.
	File *File `json:"file,omitempty"`
	// Mentions are the people whom the sender pings (m.mentions); nil: nobody.
	Mentions []UserID `json:"mentions,omitempty"`
	// Mentioned tells that the message is spoken to the bot: it starts with the
	// bot's name or with a link to it, or it pings the bot without naming it.
	Mentioned bool `json:"mentioned,omitempty"`
	// Casual tells that Mentioned follows from a name alone, with a space or a line
	// break behind it: the message may as well speak of the bot.
	Casual bool `json:"casual,omitempty"`
	// ReplyTo is the event that the person replied to, if any (a thread's
	// fallback reply is not one).
	ReplyTo EventID `json:"reply_to,omitempty"`
	// Thread is the root of the thread the message is in, if any.
	Thread EventID `json:"thread,omitempty"`
	// Edits is the message that this one is the new text of, if any.
	Edits EventID `json:"edits,omitempty"`
	// RelationEncrypted reports that ReplyTo, Thread and Edits stood inside the
	// ciphertext, so that the sender wrote them. When it is false the homeserver can
	// have added them: it is false for every message in clear, and for encrypted
	// messages of clients that keep relations outside.
	RelationEncrypted bool `json:"relation_encrypted,omitempty"`
	// Kind is what the message is, if not a text or a file. Body is then the text
	// that its sender's client shows for it, or empty; it is no command.
	Kind MessageKind `json:"kind,omitempty"`
}

// MessageKind is what a message is besides a text or a file.
type MessageKind string

// The kinds of messages. The empty one is a text, or a file when File is set.
const (
	KindEmote    MessageKind = "emote"    // m.emote: Body follows its sender's name
	KindSticker  MessageKind = "sticker"  // m.sticker
	KindLocation MessageKind = "location" // m.location
	KindPoll     MessageKind = "poll"     // m.poll.start, and its unstable form
	KindVoice    MessageKind = "voice"    // an m.audio that was recorded; File is set
	KindOther    MessageKind = "other"    // anything else that people see in the room
)

// IsText reports whether the message is a plain text, which may hold a command.
func (m *Message) IsText() bool { return m.File == nil && m.Kind == "" }

// File is an attachment.
type File struct {
	Name string `json:"name"`
	Type string `json:"type,omitempty"` // its media type, as the sender's client says it
}

// Left tells that somebody is no longer in the room.
type Left struct {
	User UserID `json:"user"`
}

// Removed reports that somebody took the bot itself out of a room that it served.
type Removed struct {
	Name   string `json:"name,omitempty"` // the room's; empty when it has none
	Exit   Exit   `json:"exit"`           // ExitKicked or ExitBanned
	Direct bool   `json:"direct,omitempty"`
}

// Exit is how the bot came to be out of a room that it was in. The zero value: it
// is in, or never was.
type Exit string

// The ways out of a room.
const (
	ExitLeft   Exit = "left"   // by itself
	ExitKicked Exit = "kicked" // it may be invited again, or join if the room is open
	ExitBanned Exit = "banned" // it may not come back until somebody unbans it
)

// Moved tells that the room was upgraded by somebody who may do that, and that
// the bot is in the room that takes its place.
type Moved struct {
	To RoomID `json:"to"`
}

// Reaction is an emoji put on an event.
type Reaction struct {
	Target EventID `json:"target"`
	Key    string  `json:"key"`
}

// Redaction is the deletion of an event.
type Redaction struct {
	Target EventID `json:"target"`
}

// Joined tells that the bot has just joined the room on an invitation it accepted.
type Joined struct {
	// Unwelcome tells that who invited the bot may not have it there: it says so
	// and leaves.
	Unwelcome bool `json:"unwelcome,omitempty"`
}

// Promoted tells that the bot itself was given rights in the room.
type Promoted struct {
	Name  string `json:"name,omitempty"` // the room's
	Admin bool   `json:"admin,omitempty"`
}

// Notice is what the homeserver itself tells the bot's account.
type Notice struct {
	Body string `json:"body"`
}

// Unreadable tells that a message could not be decrypted after a fair wait. It
// happens at most once a room and day.
type Unreadable struct {
	Target EventID `json:"target"`
}

// Cause is the event that answers to e belong to: the edited or deleted
// message for an edit or a deletion, and e itself for all else.
func (e Event) Cause() EventID {
	switch {
	case e.Message != nil && e.Message.Edits != "":
		return e.Message.Edits
	case e.Redaction != nil:
		return e.Redaction.Target
	}
	return e.ID
}

// Room is what is kept about a room that the bot is in or was asked into.
type Room struct {
	ID RoomID
	// Encrypted tells that the room was ever seen encrypted; that never ends.
	Encrypted bool
	// InvitedBy is whose invitation the bot accepted; empty when it came otherwise.
	InvitedBy UserID
	// Direct tells that this was an invitation to a direct message.
	Direct bool
	// Joined tells that the bot is in, and has taken in what was said since.
	Joined bool
	// Members is how many people are in or invited, the bot included; 0 when
	// the homeserver has not said.
	Members int
	// MovedTo is the room that took its place, if an upgrade was followed: this
	// one is not served any more.
	MovedTo RoomID

	RoomFacts
}

// UnreadableRule stands in JoinRule, History and AccessRule for a value that could not
// be read: the room may be open, and it may not.
const UnreadableRule = "unreadable"

// RoomFacts are what a room's state says of who may read it and what it is,
// each in Matrix's own words; empty where the state says nothing.
type RoomFacts struct {
	Name string `json:"name,omitempty"`
	// Server is the server whose users made the room.
	Server  string `json:"server,omitempty"`
	Version string `json:"version,omitempty"`
	Kind    string `json:"kind,omitempty"` // "m.space" for spaces
	// JoinRule is "public", "invite", "knock", "private", "restricted" or
	// "knock_restricted".
	JoinRule string `json:"join_rule,omitempty"`
	// Allow are the rooms whose members may join, for the rules "restricted" and
	// "knock_restricted"; nil with any other rule. The room is as open as the most
	// open of them, and one of which the bot knows no facts (Room.Known is false) counts as
	// public. An empty id stands for a condition that could not be read.
	Allow      []RoomID `json:"allow,omitempty"`
	History    string   `json:"history,omitempty"`     // "world_readable", "shared", "invited", "joined"
	Guests     bool     `json:"guests,omitempty"`      // may join, without an account
	AccessRule string   `json:"access_rule,omitempty"` // Tchap's: "direct", "restricted" (no externals), "unrestricted"
	// Visibility is Tchap's: "public" or "private"; a private room may be open to
	// whoever has its link.
	Visibility string `json:"visibility,omitempty"`
	// Notices tells that the homeserver itself speaks here (a server-notice room).
	Notices bool `json:"notices,omitempty"`
	// Successor is the room that an upgrade names, checked or not.
	Successor RoomID `json:"successor,omitempty"`
	// Muted reports that the bot's power level is too low to send messages here.
	Muted bool `json:"muted,omitempty"`
	// Exit is how the bot left, while Room.Joined is false.
	Exit Exit `json:"exit,omitempty"`
}

// IsZero reports whether nothing is known of the room.
func (f RoomFacts) IsZero() bool { return reflect.ValueOf(f).IsZero() }

// Known reports whether the bot knows what the room's state says now: it has read
// the state (every room has a version), did not leave since, and no other room took
// this one's place. Joined may still be false: a room that an upgrade leads to is
// read before sync shows it.
func (r Room) Known() bool { return r.Version != "" && r.Exit == "" && r.MovedTo == "" }

// Declined is an invitation that the bot did not accept, or gave up.
type Declined struct {
	Room   RoomID
	By     UserID
	Server string // of By
	Why    DeclineReason
	At     time.Time
	// Open tells that the homeserver has not been told yet.
	Open bool
}

// DeclineReason is why an invitation was declined.
type DeclineReason string

// The reasons.
const (
	DeclinedServer   DeclineReason = "server"  // its people may not invite the bot
	DeclinedSpace    DeclineReason = "space"   // nothing is said there
	DeclinedPerson   DeclineReason = "person"  // the bot went in: who invited it is no moderator
	DeclinedByServer DeclineReason = "refused" // the homeserver did not let the bot in
)
