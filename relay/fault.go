package relay

import "heraut/chat"

// Fault is why something that was asked for is not done. People read the
// template "relay-fault".
type Fault struct {
	What   FaultKind
	Word   string   // what is wrong
	Number int64    // of the question
	Themes []string // that there are
	Room   string   // the other room's name
	Widens chat.Audience
	Banned bool // the bot may not come back to the other room
}

// Error names the fault, for the log.
func (f *Fault) Error() string { return "relay: " + string(f.What) }

// FaultKind is what is wrong.
type FaultKind string

// What may be wrong.
const (
	FaultNoRelay  FaultKind = "no relay" // this room asks nobody
	FaultTheme    FaultKind = "theme"    // none of the room's relays has it
	FaultLong     FaultKind = "long"     // the question is
	FaultWidens   FaultKind = "widens"   // the experts' room has a wider audience, and the relay may not widen
	FaultAbsent   FaultKind = "absent"   // the bot is not in the experts' room
	FaultName     FaultKind = "name"     // of a relay
	FaultExists   FaultKind = "exists"   // a relay of that name
	FaultRoom     FaultKind = "room"     // not found
	FaultNotIn    FaultKind = "not in"   // the bot is not in the room
	FaultSame     FaultKind = "same"     // both rooms are
	FaultUnknown  FaultKind = "unknown"  // a relay
	FaultDeclared FaultKind = "declared" // the relay stands in the configuration
	FaultWhich    FaultKind = "which"    // question is meant
	FaultExperts  FaultKind = "experts"  // only they may do that
	FaultRights   FaultKind = "rights"   // only asker, claimer and moderators may
	FaultTaken    FaultKind = "taken"    // somebody looks after it already
	FaultClosed   FaultKind = "closed"   // the question is: nothing is carried
	FaultNotOpen  FaultKind = "not open" // the question
	FaultEmpty    FaultKind = "empty"    // the question holds no text

	// The bot is not in the other room, of the experts or of the asker, any more.
	FaultNoExperts FaultKind = "no experts"
	FaultNoAsker   FaultKind = "no asker"

	FaultNotCarried FaultKind = "not carried" // it begins like a command
	FaultWiderNow   FaultKind = "wider now"   // the experts' room has a wider audience than was agreed to
	FaultRefused    FaultKind = "refused"     // the homeserver does not take it, or did not for a day
	FaultClear      FaultKind = "clear"       // it is not encrypted, in a room that is
	FaultOuter      FaultKind = "outer"       // what it replies to is not encrypted, and the other room is less protected
	FaultReaders    FaultKind = "readers"     // the asker's room has a wider audience than the experts were told of
)
