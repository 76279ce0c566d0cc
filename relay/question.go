// Package relay carries questions from the rooms that ask to the rooms of those
// who can answer, and the answers back.
package relay

import (
	"errors"
	"strings"
	"time"

	"heraut/chat"
)

// ErrNone tells that a store does not have what was asked for.
var ErrNone = errors.New("nothing there")

// Status is how far a question is.
type Status string

// The statuses. The first two are known to the asker alone: nothing has left the
// asker's room.
const (
	Proposed Status = "proposed" // what resembles it was shown to the asker
	Consent  Status = "consent"  // the asker is asked whether it may leave

	Open     Status = "open"     // the experts have it
	Claimed  Status = "claimed"  // one of them looks after it
	Answered Status = "answered" // somebody answered
	Reopened Status = "reopened" // somebody wrote after it was solved

	Solved    Status = "solved"
	Satisfied Status = "satisfied" // what was shown answered it: the experts never had it
	Withdrawn Status = "withdrawn" // deleted, or the asker would not let it leave
)

// Closed tells that nothing more is expected.
func (s Status) Closed() bool { return s == Solved || s == Satisfied || s == Withdrawn }

// Asked tells that the experts have the question, or had it.
func (s Status) Asked() bool {
	return s == Open || s == Claimed || s == Answered || s == Reopened || s == Solved
}

// Withdrawal is why a question was withdrawn.
type Withdrawal string

// Why questions are withdrawn.
const (
	WhyDeleted   Withdrawal = "deleted"   // its message was deleted, or is no question any more
	WhyCancelled Withdrawal = "cancelled" // the asker would not let it leave
	WhyModerated Withdrawal = "moderated" // a moderator deleted it from the experts' room
	WhyRefused   Withdrawal = "refused"   // the homeserver never let it into the experts' room
	WhyNoRelay   Withdrawal = "no relay"  // its relay was closed, or may not carry it any more
)

// Question is a question and what has become of it.
type Question struct {
	Number int64
	Relay  string // the relay's name
	Theme  string // empty: none was named
	Status Status
	// Text is plain, as it was typed, without the command. It is erased when the
	// question is withdrawn, and by retention.
	Text string
	Why  Withdrawal // of a withdrawn one

	Asker     chat.UserID
	AskerName string // what the asker is called in the origin room; empty: not known
	Nameless  bool   // the experts are not told who asks
	AskerLeft bool   // the asker is no longer in the origin room

	// Origin is the room it was asked in, by the message Event. Thread is the root
	// of the thread that answers go to: Event itself, or the root of the thread
	// that Event stands in. Both are empty once the room was replaced by another.
	Origin chat.RoomID
	Event  chat.EventID
	Thread chat.EventID
	Lang   string // that it was asked in

	Experts chat.RoomID // the room of those who answer

	Claimer     chat.UserID // who looks after it, if anybody
	ClaimerName string

	// Proposals is what a proposed one was answered with, as HTML.
	Proposals string
	// Widens is how the experts' audience is wider than the origin's, as the asker
	// was told, and agreed to unless the status is Consent.
	Widens chat.Audience
	// Told is the audience of the origin room that the experts were told of.
	Told chat.Audience
	// Readers is who certainly read the origin room when the text was written: the
	// text is protected as if nobody else had read it, even if the room is opened.
	Readers chat.Audience

	// Root and Confirmation are the bot's posts that show the question to the
	// experts and its status to the asker; empty when there is none (any more).
	Root, Confirmation chat.PostKey
	// Shows counts the posts that show it, and their edits.
	Shows int

	AskedAt    time.Time // when it was typed
	PostedAt   time.Time // when it was in the experts' room; zero: it never was
	AnsweredAt time.Time // of the first answer that reached the asker's room; zero: none did
	ActiveAt   time.Time // when anybody last said or did something about it
	ClosedAt   time.Time // zero while it is not
	DueAt      time.Time // of a proposed one: when it goes on by itself, as if nothing had answered it

	// For those who remind: when the experts were reminded, and when the asker was
	// asked whether it is solved; zero: they were not.
	RemindedAt time.Time
	FollowedAt time.Time
}

// Waits reports whether the question is to be shown to the experts and is not in
// their room yet.
func (q Question) Waits() bool { return q.Status.Asked() && q.PostedAt.IsZero() }

// Role is what a message is for its question.
type Role string

// The roles.
const (
	RoleRoot         Role = "root"         // the bot's, shows the question to the experts
	RoleConfirmation Role = "confirmation" // the bot's, shows the status to the asker
	RoleAnswer       Role = "answer"       // an expert's, carried to the asker
	RoleFollowUp     Role = "follow-up"    // said in the asker's thread, carried to the experts
	RoleNote         Role = "note"         // a person's in either thread, not carried
	RoleRemark       Role = "remark"       // the bot's own, on something that happened
)

// Message is a message that belongs to a question: one of a person and the post
// that carries it, or a post of the bot's own.
type Message struct {
	Post     chat.PostKey // as in the outbox
	Room     chat.RoomID  // where the post is
	Question int64
	Role     Role

	// Of a person's message that is carried: where it is, whose it is, and what it
	// says, as plain text. Empty for the bot's own.
	Event    chat.EventID
	From     chat.RoomID
	Sender   chat.UserID
	Nameless bool
	Text     string
	At       time.Time
}

// Carried tells that the message is a person's, and that the post carries it.
func (m Message) Carried() bool { return m.Role == RoleAnswer || m.Role == RoleFollowUp }

// Reaction is an emoji of a person that the bot put on the other side too.
type Reaction struct {
	Event    chat.EventID // the person's reaction
	Question int64
	Sender   chat.UserID
	Target   string // what it is on, on the other side: an event or a post's key
	Key      string // the emoji
	Post     chat.PostKey
}

// Relay joins rooms that ask to a room of experts.
type Relay struct {
	Name   string // as people type it: small letters, digits and hyphens
	From   []chat.RoomID
	To     chat.RoomID
	Themes []string // in small letters, without accents; none: any question
	// MayWiden lets a question go to an audience wider than its own, if its asker
	// consents.
	MayWiden bool

	// Of one that an operator opened in a room. Those of the configuration have none.
	By chat.UserID
	At time.Time
}

// String is the relay as an operator types it, with its rooms' ids.
func (r Relay) String() string {
	words := []string{r.Name, "de"}
	for _, from := range r.From {
		words = append(words, string(from))
	}
	words = append(words, "vers", string(r.To), strings.Join(r.Themes, ","))
	if r.MayWiden {
		words = append(words, "elargir")
	}
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

// Declared tells that the relay stands in the configuration.
func (r Relay) Declared() bool { return r.By == "" }
