// Package chat models a conversation without knowing Matrix: an Event comes in, a
// Post goes out.
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

// Event is something that happened in a room and that may call for an answer.
// Exactly one of Message, Reaction, Redaction, Joined, Unreadable, Left, Removed,
// Moved, Promoted, Verification and Notice is set; none in an event of which the bot
// only knows the ids, such as a message that it can never decrypt.
type Event struct {
	ID     EventID `json:"id"`
	Room   RoomID  `json:"room"`
	Sender UserID  `json:"sender"`
	// Name is the sender's display name in the room; empty when unknown. People
	// choose any name they like, so it proves no rights.
	Name string    `json:"name,omitempty"`
	At   time.Time `json:"at"` // when it was sent; by the sender's server, if the bot's agrees
	// Direct reports that the room is a direct message between the sender and the
	// bot.
	Direct bool  `json:"direct,omitempty"`
	Trust  Trust `json:"trust,omitempty"`
	// ClearInEncrypted reports that the event came in clear although its room was
	// once encrypted, so the homeserver can have forged it. In such a room it is
	// always true for reactions and deletions, which Matrix does not encrypt.
	ClearInEncrypted bool `json:"clear_in_encrypted,omitempty"`
	// IdentityChanged reports that the sender's device is signed by other account
	// keys than the bot saw first. Trust is then at most TrustMember, until an
	// operator of the machine accepts the new keys («bot trust»).
	IdentityChanged bool `json:"identity_changed,omitempty"`
	// Level is the sender's level in the room at the time the event came.
	Level Level `json:"level,omitempty"`
	// Late reports that the event was already too old to answer when it came: the bot
	// only relays it between rooms, or runs a command that works late
	// (commands.command).
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

	Verification *Verification `json:"verification,omitempty"`
	Notice       *Notice       `json:"notice,omitempty"`
}

// Trust is how surely an event comes from its stated sender. The values ascend: only the
// homeserver vouches for the sender, the message came encrypted, it came encrypted from
// a device that the sender's account signed. The zero value is the least trust.
type Trust int

const (
	// TrustServer: a clear room, where only the homeserver vouches for the sender.
	TrustServer Trust = iota
	// TrustMember: an encrypted room, which suffices to answer a member.
	TrustMember
	// TrustVerified: an encrypted room and a cross-signed device, which suffices for
	// the commands of moderators and operators.
	TrustVerified
)

// Level is a person's level of rights. It exceeds LevelMember only as far as the
// event's Trust allows.
type Level int

// The levels, from the lowest to the highest.
const (
	LevelMember Level = iota
	LevelModerator
	LevelOperator // of the bot
)

// Message is a text, a file or something else, such as a sticker, that a person posted.
type Message struct {
	// Body is the plain text, without a reply's quote and without the leading
	// mention of the bot.
	Body string `json:"body"`
	// HTML is the message as its sender formatted it. It is unchecked: sanitise it
	// before showing it. Empty when there is only Body.
	HTML string `json:"html,omitempty"`
	// File is the attachment, if any; Body is then its caption, or empty.
	File *File `json:"file,omitempty"`
	// Mentions lists the people whom the sender pings (m.mentions); nil for nobody.
	Mentions []UserID `json:"mentions,omitempty"`
	// Mentioned reports that the message addresses the bot: it starts with the bot's
	// name or a link to it, or it pings the bot without naming it.
	Mentioned bool `json:"mentioned,omitempty"`
	// Casual reports that Mentioned follows from a bare name before a space or a
	// line break: the message may merely talk about the bot.
	Casual bool `json:"casual,omitempty"`
	// ReplyTo is the event that the person replied to, if any. A thread's fallback
	// reply does not count.
	ReplyTo EventID `json:"reply_to,omitempty"`
	// Thread is the root of the message's thread, if any.
	Thread EventID `json:"thread,omitempty"`
	// Edits is the message whose text this one replaces, if any.
	Edits EventID `json:"edits,omitempty"`
	// RelationEncrypted reports that ReplyTo, Thread and Edits stood inside the
	// ciphertext, so the sender wrote them. When it is false the homeserver can
	// have added them: it is false for every message in clear, and for encrypted
	// messages of clients that keep relations outside.
	RelationEncrypted bool `json:"relation_encrypted,omitempty"`
	// Kind is set when the message is neither a text nor a file. Body is then the
	// text that the sender's client shows in its place, or empty; it never holds a
	// command.
	Kind MessageKind `json:"kind,omitempty"`
}

// Chosen reports whether the sender of m, rather than the homeserver, chose ReplyTo,
// Thread and Edits: the relation stood inside the ciphertext, or the room was never
// encrypted (encrypted: it once was). When Chosen is false, the relation must decide
// neither which text goes to a less protected room nor which question changes.
func (m *Message) Chosen(encrypted bool) bool { return m.RelationEncrypted || !encrypted }

// MessageKind is the kind of a message that is no plain text or file, such as a sticker,
// a poll or a voice message, which has a File too. Empty: a text, or a file.
type MessageKind string

// The kinds of messages. The empty kind is a text, or a file when File is set.
const (
	KindEmote    MessageKind = "emote"    // m.emote: Body follows the sender's name
	KindSticker  MessageKind = "sticker"  // m.sticker
	KindLocation MessageKind = "location" // m.location
	KindPoll     MessageKind = "poll"     // m.poll.start, and its unstable form
	KindVoice    MessageKind = "voice"    // a recorded m.audio; File is set
	KindOther    MessageKind = "other"    // anything else that the room shows
)

// IsText reports whether the message is a text, formatted or not, which may hold a
// command: it has no File and an empty Kind.
func (m *Message) IsText() bool { return m.File == nil && m.Kind == "" }

// File describes an attachment as the sender's client does: its name, media type and
// size, and how clients show it. It does not hold the contents but Media, their address
// on the homeserver.
type File struct {
	Name string `json:"name"`
	// Type and Size, in bytes, are as the sender's client gives them; empty and 0:
	// unknown.
	Type string `json:"type,omitempty"`
	Size int64  `json:"size,omitempty"`
	// Shown says how clients show the file: "image", "video", "audio" or "file".
	Shown string `json:"shown,omitempty"`
	// Media is the content; zero: the event does not say where it is.
	Media Media `json:"media,omitzero"`
}

// Media is the address of a file's content on the homeserver, with the keys that decrypt
// it.
type Media struct {
	Address string `json:"address"` // "mxc://example.org/abc"
	// Keys decrypts the content, in the words of the Matrix specification; empty: it is
	// in clear.
	Keys string `json:"keys,omitempty"`
}

// Left is the content of an Event: a person other than the bot left the room, or was
// removed from it.
type Left struct {
	User UserID `json:"user"`
}

// Removed is the content of an Event: a person removed the bot itself from a room that
// it served.
type Removed struct {
	Name   string `json:"name,omitempty"` // the room's name; empty when it has none
	Exit   Exit   `json:"exit"`           // ExitKicked or ExitBanned
	Direct bool   `json:"direct,omitempty"`
}

// Exit is the way in which the bot came to leave a room. The zero value means that it is
// in the room, or never was.
type Exit string

// The ways out of a room.
const (
	ExitLeft   Exit = "left"   // the bot left by itself
	ExitKicked Exit = "kicked" // the bot may be invited again, or join if the room is open
	ExitBanned Exit = "banned" // the bot may not come back before a moderator lifts the ban
)

// Moved is the content of an Event: an authorised person upgraded the room, and the bot
// is in the successor, the room To.
type Moved struct {
	To RoomID `json:"to"`
}

// Reaction is the content of an Event: a person put an emoji (Key) on the event
// Target.
type Reaction struct {
	Target EventID `json:"target"`
	Key    string  `json:"key"`
}

// Redaction is the content of an Event: a person deleted the event Target.
type Redaction struct {
	Target EventID `json:"target"`
}

// Joined is the content of an Event: the bot has just joined the room after it accepted
// an invitation.
type Joined struct {
	// Unwelcome reports that the inviter lacks the right to bring the bot into the
	// room: the bot says so and leaves.
	Unwelcome bool `json:"unwelcome,omitempty"`
}

// Promoted is the content of an Event: a person gave the bot itself the power level of a
// moderator in the room or, if Admin is set, that of an administrator.
type Promoted struct {
	Name  string `json:"name,omitempty"` // the room's name
	Admin bool   `json:"admin,omitempty"`
}

// Verification is the content of an Event: a person asks the bot to verify devices
// with each other, which the bot declines with an explanation.
type Verification struct {
	// ToDevice reports that the request went to the bot's device: the event's room is
	// the direct message with that person, and holds nothing to cancel.
	ToDevice bool `json:"to_device,omitempty"`
}

// Notice is the content of an Event: a message of the homeserver's administrators to
// the bot's account, as plain text.
type Notice struct {
	Body string `json:"body"`
}

// Unreadable is the content of an Event: the bot still could not decrypt the message
// Target after a fair wait. It comes at most once per room and day.
type Unreadable struct {
	Target EventID `json:"target"`
}

// Original returns the event that e changes: the edited or deleted message for an edit
// or a deletion, e itself otherwise.
func (e Event) Original() EventID {
	switch {
	case e.Message != nil && e.Message.Edits != "":
		return e.Message.Edits
	case e.Redaction != nil:
		return e.Redaction.Target
	}
	return e.ID
}

// Cause returns the cause of the answers to e: they belong to the event that e changes,
// or to e itself if it changes none.
func (e Event) Cause() Cause { return Cause(e.Original()) }

// Room holds the stored data of a room that the bot is or was in, or was invited to.
type Room struct {
	ID RoomID
	// Encrypted reports that the bot once saw the room encrypted; it never turns
	// false again.
	Encrypted bool
	// InvitedBy is the person whose invitation the bot accepted; empty if the bot
	// entered otherwise.
	InvitedBy UserID
	// Direct reports that the invitation was to a direct message.
	Direct bool
	// Joined reports that the bot is in the room and has processed the messages
	// since.
	Joined bool
	// Members counts the people in the room or invited to it, the bot included; 0
	// until the homeserver gives the number.
	Members int
	// MovedTo is the successor room, if the bot followed an upgrade; the bot no
	// longer serves this one.
	MovedTo RoomID

	RoomFacts
}

// UnreadableRule stands in JoinRule, History and AccessRule for a value that the bot
// could not read: the room may or may not be open.
const UnreadableRule = "unreadable"

// RoomFacts holds the parts of a room's state that say who may read it and which
// kind of room it is, in Matrix's own words. Fields that the state does not set are
// empty.
type RoomFacts struct {
	Name string `json:"name,omitempty"`
	// Server is the server whose users created the room.
	Server  string `json:"server,omitempty"`
	Version string `json:"version,omitempty"`
	Kind    string `json:"kind,omitempty"` // "m.space" for spaces
	// JoinRule is "public", "invite", "knock", "private", "restricted" or
	// "knock_restricted".
	JoinRule string `json:"join_rule,omitempty"`
	// Allow lists the rooms whose members may join, for the rules "restricted" and
	// "knock_restricted"; nil with any other rule. The room is as open as the most
	// open of them, and a room without known facts (Room.Known is false) counts as
	// public. An empty id stands for an unreadable condition.
	Allow      []RoomID `json:"allow,omitempty"`
	History    string   `json:"history,omitempty"`     // "world_readable", "shared", "invited", "joined"
	Guests     bool     `json:"guests,omitempty"`      // guests may join, without an account
	AccessRule string   `json:"access_rule,omitempty"` // Tchap's: "direct", "restricted" (no externals), "unrestricted"
	// Visibility is Tchap's: "public" or "private". A private room may still be open
	// to everybody who has its link.
	Visibility string `json:"visibility,omitempty"`
	// Notices reports that the homeserver itself speaks here (a server-notice room).
	Notices bool `json:"notices,omitempty"`
	// Successor is the room that a tombstone names, whether the bot checked it or
	// not.
	Successor RoomID `json:"successor,omitempty"`
	// Muted reports that the bot's power level is too low to send messages here.
	Muted bool `json:"muted,omitempty"`
	// Exit says how the bot left, while Room.Joined is false.
	Exit Exit `json:"exit,omitempty"`
}

// IsZero reports whether nothing is known of the room's state: all fields have their
// zero values.
func (f RoomFacts) IsZero() bool { return reflect.ValueOf(f).IsZero() }

// Known reports whether the bot knows the room's present state: it read the state
// (every room has a version), has not left since, and followed no upgrade away from
// the room. Joined may still be false: the bot reads a successor room before sync
// shows it.
func (r Room) Known() bool { return r.Version != "" && r.Exit == "" && r.MovedTo == "" }

// Declined is the record of an invitation that the bot rejected, that the homeserver did
// not let it follow, or whose sender had no right to bring it into the room. Why says
// which.
type Declined struct {
	Room   RoomID
	By     UserID
	Server string // of By
	Why    DeclineReason
	At     time.Time
	// Open reports that the homeserver does not know of the rejection yet.
	Open bool
}

// DeclineReason is the reason why the bot declined an invitation.
type DeclineReason string

// The reasons.
const (
	DeclinedServer   DeclineReason = "server"  // people of that server may not invite the bot
	DeclinedSpace    DeclineReason = "space"   // the bot has nothing to say in a space
	DeclinedPerson   DeclineReason = "person"  // the bot joined and found that the inviter is no moderator
	DeclinedByServer DeclineReason = "refused" // the homeserver did not let the bot in
)
