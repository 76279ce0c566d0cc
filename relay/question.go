// Package relay carries questions from the rooms that ask to the rooms of those
// who can answer, and the answers back.
package relay

import (
	"slices"
	"strings"
	"time"

	"heraut/chat"
)

// Status is the state of a question: waiting for the asker's choice, open, claimed by
// an expert, answered, solved and so on.
type Status string

// The statuses. In the first two nothing has left the asker's room.
const (
	Proposed Status = "proposed" // the asker was shown suggestions and has not chosen
	Consent  Status = "consent"  // the asker is asked whether it may leave the room

	Open     Status = "open"     // the experts have it
	Claimed  Status = "claimed"  // an expert looks after it
	Answered Status = "answered" // an answer reached the asker's room
	Reopened Status = "reopened" // a message arrived after it was solved

	Solved    Status = "solved"
	Satisfied Status = "satisfied" // a suggestion answered it: the experts never had it
	Withdrawn Status = "withdrawn" // taken back, for one of the reasons below
)

// Closed reports whether a question of that status is done: solved, satisfied by a
// suggestion, or withdrawn.
func (s Status) Closed() bool { return s == Solved || s == Satisfied || s == Withdrawn }

// Asked reports whether a question of that status was sent to the experts and is not
// withdrawn. It may still be on its way; see Question.Waits.
func (s Status) Asked() bool {
	return s == Open || s == Claimed || s == Answered || s == Reopened || s == Solved
}

// Withdrawal is the reason why a question was withdrawn.
type Withdrawal string

// The reasons for a withdrawal.
const (
	WhyDeleted   Withdrawal = "deleted"   // its message was deleted, or an edit made it something else
	WhyCancelled Withdrawal = "cancelled" // the asker did not let it leave the room
	WhyModerated Withdrawal = "moderated" // a moderator deleted it from the experts' room
	WhyRefused   Withdrawal = "refused"   // the homeserver never let it into the experts' room
	WhyNoRelay   Withdrawal = "no relay"  // its relay was closed, or may no longer carry it
)

// Question is a question as it is stored: its text, who asked it where, its experts'
// room, its status, and the messages that show it.
type Question struct {
	Number int64
	Relay  string // the relay's name
	Theme  string // empty: the asker named none
	// Subject is the name of the software that the text begins with; empty: none.
	Subject string
	Status  Status
	// Text is the question as plain text, without the command and with names in place
	// of user ids. Withdrawal erases it; retention deletes the whole question.
	Text string
	Why  Withdrawal // of a withdrawn question

	Asker     chat.UserID
	AskerName string // the asker's name in the origin room; empty: unknown
	Nameless  bool   // the experts do not see the asker's name
	AskerLeft bool   // the asker is no longer in the origin room

	// Origin is the room of Event, the message that asks the question. Thread is the
	// root of the thread that answers go to: Event itself, or the root of the thread
	// that Event is in. Once another room has replaced the origin, Thread is empty,
	// and Event is a message of the old room.
	Origin chat.RoomID
	Event  chat.EventID
	Thread chat.EventID
	// Quoted reports that Event is a plain message, which Call made a question: a
	// command in reply to it or a reaction on it, by Caller. Both are empty otherwise,
	// and once Caller is forgotten.
	Quoted bool
	Call   chat.EventID
	Caller chat.UserID
	Lang   string // the origin room's language when it was asked

	Experts chat.RoomID // the room of those who answer

	Claimer     chat.UserID // the expert who looks after it; empty: nobody
	ClaimerName string

	// Proposals holds the suggestions for a proposed question, as HTML.
	Proposals string
	// Suggested holds the numbers of the FAQ entries among the suggestions, separated by
	// spaces.
	Suggested string
	// Widens is how the experts' audience is wider than the origin's, as the asker was
	// told. Once the question is sent to the experts (Status.Asked), the asker has
	// agreed to it.
	Widens chat.Audience
	// ShownAudience is the origin room's audience that the experts were shown; before
	// they have the question, the room's audience when the question was asked.
	ShownAudience chat.Audience
	// Readers is the audience that certainly could read the origin room when the text
	// was written. The bot protects the text as if nobody else had read it, even if
	// the room opens later.
	Readers chat.Audience

	// Root and Confirmation are the bot's posts that show the question to the experts
	// and its status to the asker; empty: there is no such post, or no longer.
	Root, Confirmation chat.PostKey
	// Shows counts the posts about the question, edits included; nextShow makes causes
	// from it.
	Shows int

	AskedAt    time.Time // when its message was sent
	PostedAt   time.Time // when it arrived in the experts' room; zero: it did not
	AnsweredAt time.Time // when the first answer that reached the asker's room was written; zero: none did
	ActiveAt   time.Time // time of the last message or action on it
	ClosedAt   time.Time // zero: it is not closed
	DueAt      time.Time // of a proposed question: when it goes on without a choice of the asker

	// While the asker is asked whether the question may go to other experts: their relay
	// and theme, how their audience is wider, as the asker was told, and the post that
	// asks. Empty otherwise.
	HandTo, HandTheme string
	HandWidens        chat.Audience
	HandAsk           chat.PostKey
	// Former is the room of the experts who handed the question over; empty: nobody did.
	// FormerRoot is the post that showed it there, until their thread says where the
	// question went.
	Former     chat.RoomID
	FormerRoot chat.PostKey

	// Assign is an expert's request that a colleague look after the question.
	Assign Assignment

	// SameAs is the number of the question that this one repeats, from which its asker
	// is answered; 0: none. That question repeats no other.
	SameAs int64
	// Duplicates holds the numbers of the questions that repeat this one, separated by
	// spaces. Those that are no longer stored may be among them.
	Duplicates string

	// RemindedAt is when the experts were reminded, FollowedAt when the asker was
	// asked whether it is solved; zero: not yet.
	RemindedAt time.Time
	FollowedAt time.Time
}

// offered reports whether a moderator wants to make another person's message a
// question, and that person is still asked whether they agree.
func (q Question) offered() bool {
	return q.Status == Consent && q.Caller != "" && q.Caller != q.Asker
}

// Waits reports whether the question was sent to the experts' room but has not arrived
// there yet.
func (q Question) Waits() bool { return q.Status.Asked() && q.PostedAt.IsZero() }

// Role is the part that a message plays for its question: an answer, a follow-up, a
// note that is not carried, or a post of the bot that shows the question.
type Role string

// The roles.
const (
	RoleRoot         Role = "root"         // the bot's: shows the question to the experts
	RoleConfirmation Role = "confirmation" // the bot's: shows the status to the asker
	RoleAnswer       Role = "answer"       // an expert's: carried to the asker
	RoleFollowUp     Role = "follow-up"    // a message from the asker's side: carried to the experts
	RoleNote         Role = "note"         // a person's, from either side: not carried
	RoleRemark       Role = "remark"       // the bot's: anything else about the question
)

// Message is the record of a message that belongs to a question: a person's message
// with the bot's copy of it in the other room, or a post of the bot's own.
type Message struct {
	Post     chat.PostKey // the post's key in the outbox
	Room     chat.RoomID  // where the post is
	Question int64
	Role     Role

	// Of a person's message: its event, room, sender and plain text. The bot's own
	// posts have only At. A note has no text.
	Event    chat.EventID
	From     chat.RoomID
	Sender   chat.UserID
	Nameless bool
	Text     string
	At       time.Time
	// File identifies the attached file that goes along (fingerprint); empty: none does.
	File string
	// Source is the answer, a person's message, that a post of the bot (RoleRemark) gives
	// to the asker of a duplicate; From and Sender are then those of the answer, and Event
	// and Text are empty. Empty for any other record.
	Source chat.EventID
}

// Carried reports whether the record is about a person's message with a copy in the
// other room, rather than about a note or the bot's own post.
func (m Message) Carried() bool { return m.Role == RoleAnswer || m.Role == RoleFollowUp }

// Reaction is the record of a person's emoji on a message of a question, which the bot
// repeats on the copy in the other room.
type Reaction struct {
	Event    chat.EventID // the person's reaction
	Question int64
	Sender   chat.UserID
	Target   string // the event, or the post's key, that the bot's emoji is on
	Key      string // the emoji
	Post     chat.PostKey
}

// Direct, among the rooms that a relay starts from, stands for every direct message.
const Direct chat.RoomID = "direct"

// Relay connects one or several rooms of askers (From) with one room of experts (To):
// the bot carries questions from the askers' rooms to the experts' room, and their
// answers back.
type Relay struct {
	Name   string        // as people type it: small letters, digits and hyphens
	From   []chat.RoomID // may hold Direct
	To     chat.RoomID
	Themes []string // in small letters, without accents; none: it takes questions without a theme
	// MayWiden lets a question go to an audience wider than its own, if its asker
	// consents.
	MayWiden bool

	// Of a relay that an operator opened in a room; empty for the configuration's.
	By chat.UserID
	At time.Time
}

// String returns the relay as an operator types it in the command that opens it, with
// room ids.
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

// Rooms returns the rooms that the relay connects, the experts' room last, without
// Direct.
func (r Relay) Rooms() []chat.RoomID {
	named := slices.DeleteFunc(slices.Clone(r.From), func(room chat.RoomID) bool { return room == Direct })
	return append(named, r.To)
}

// Declared reports whether the configuration, rather than an operator in the chat, set
// up the relay.
func (r Relay) Declared() bool { return r.By == "" }
