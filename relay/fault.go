package relay

import "heraut/chat"

// Fault is the reason why the bot does not do what a person asked, or does not carry a
// message. The template "relay-fault" renders it for people.
type Fault struct {
	What   FaultKind
	Word   string   // the word at fault
	Number int64    // of the question
	Themes []string // the themes that exist
	Room   string   // the other room's name
	Widens chat.Audience
	Banned bool // the bot is banned from the other room
	Direct bool // it happens in a direct message
}

// Error returns the kind of the fault as text, for the log.
func (f *Fault) Error() string { return "relay: " + string(f.What) }

// FaultKind is the kind of a Fault, by which the template chooses its sentence.
type FaultKind string

// The kinds of faults.
const (
	FaultNoRelay  FaultKind = "no relay" // no relay starts from the room
	FaultTheme    FaultKind = "theme"    // no relay of the room has the theme
	FaultLong     FaultKind = "long"     // the question is too long
	FaultWidens   FaultKind = "widens"   // the experts' room has a wider audience, and the relay may not widen
	FaultAbsent   FaultKind = "absent"   // the bot is not in the experts' room
	FaultName     FaultKind = "name"     // the relay's name is not valid
	FaultExists   FaultKind = "exists"   // the relay's name is taken
	FaultRoom     FaultKind = "room"     // the room was not found
	FaultNotIn    FaultKind = "not in"   // the bot is not in the room
	FaultSame     FaultKind = "same"     // both rooms are the same
	FaultUnknown  FaultKind = "unknown"  // no relay has the name
	FaultDeclared FaultKind = "declared" // the relay comes from the configuration
	FaultWhich    FaultKind = "which"    // nothing says which question is meant
	FaultExperts  FaultKind = "experts"  // only experts may do that
	FaultRights   FaultKind = "rights"   // only the asker, the claimer and moderators may do that
	FaultTaken    FaultKind = "taken"    // another expert looks after the question
	FaultClosed   FaultKind = "closed"   // the question is closed, and nothing is carried
	FaultNotOpen  FaultKind = "not open" // the question is not open
	FaultEmpty    FaultKind = "empty"    // the question has no text

	FaultNotYours FaultKind = "not yours" // only its author and moderators may make a message a question
	FaultDeclined FaultKind = "declined"  // its author did not want the message to be a question
	FaultAsked    FaultKind = "asked"     // the message belongs to a question already
	FaultUnread   FaultKind = "unread"    // the bot cannot read the message, or it is no text
	FaultQuoted   FaultKind = "quoted"    // the question is the text of another message, which has to be edited
	FaultUnsure   FaultKind = "unsure"    // the homeserver may have chosen the message, and the other room is less protected
	FaultUnnamed  FaultKind = "unnamed"   // the homeserver may have chosen the question that a choice (Word) is about
	FaultNoNumber FaultKind = "no number" // the homeserver may have chosen the question that a command is about

	FaultHere       FaultKind = "here"        // the experts of the theme have the question
	FaultHandTheme  FaultKind = "hand theme"  // no relay of the question's room has the theme
	FaultHandWidens FaultKind = "hand widens" // the experts' room is more open, and its relay may not widen
	FaultNotHanded  FaultKind = "not handed"  // the question's room is out of reach, or more open than it was
	FaultHanded     FaultKind = "handed"      // other experts have the question now
	FaultPassed     FaultKind = "passed"      // idem, while the message was on its way

	FaultNobody   FaultKind = "nobody"   // a question for a colleague names none
	FaultSeveral  FaultKind = "several"  // it names several people, or a name of several
	FaultStranger FaultKind = "stranger" // it names a person who is not in the experts' room
	FaultOneself  FaultKind = "oneself"  // it names its own author
	FaultSelf     FaultKind = "self"     // it names the bot
	FaultAssigned FaultKind = "assigned" // it names the colleague who is asked already

	FaultJoined      FaultKind = "joined"           // the question, a duplicate, is answered from another one
	FaultJoinedAway  FaultKind = "joined elsewhere" // idem, and other experts have that one
	FaultSameAlready FaultKind = "same already"     // the question is that one, or is joined to it already
	FaultUnanswered  FaultKind = "unanswered"       // the other question is closed, and has no answer, or no longer
	FaultNotJoined   FaultKind = "not joined"       // the question's room is out of reach, or more open than the other's
	FaultAskedAlone  FaultKind = "asked alone"      // the other question was asked in a direct message
	FaultApart       FaultKind = "apart"            // the question repeats no other
	FaultApartSolved FaultKind = "apart, solved"    // idem, and it is solved
	FaultSeparate    FaultKind = "separate"         // only its asker and its experts separate a duplicate
	FaultParted      FaultKind = "parted"           // an answer waited until its question had no such duplicate
	FaultNotShared   FaultKind = "not shared"       // an answer cannot be given to the asker of a duplicate

	FaultReport FaultKind = "report" // only experts, in their room, and operators may read a report

	FaultNoEntry      FaultKind = "no entry"      // the FAQ has no entry with the number that the experts may read
	FaultEntryExperts FaultKind = "entry experts" // only experts answer with an entry
	FaultEntryWider   FaultKind = "entry wider"   // the asker's room has a wider audience than the entry
	FaultEntryChanged FaultKind = "entry changed" // the entry was removed or rewritten before it was sent

	// The bot is no longer in the experts' room, or in the asker's.
	FaultNoExperts FaultKind = "no experts"
	FaultNoAsker   FaultKind = "no asker"

	FaultNotCarried FaultKind = "not carried" // the message begins like a command
	FaultWiderNow   FaultKind = "wider now"   // the experts' room has a wider audience than the asker agreed to
	FaultRefused    FaultKind = "refused"     // the homeserver refuses the post, or blocked it for a day
	FaultClear      FaultKind = "clear"       // the message is in clear, in a room that was ever encrypted
	FaultOuter      FaultKind = "outer"       // the message's relation is in clear, and the other room is less protected
	FaultFile       FaultKind = "file"        // the attached file cannot go along any more
	FaultReaders    FaultKind = "readers"     // the asker's room has a wider audience than the experts were told of
)
