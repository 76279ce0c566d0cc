package relay

import (
	"heraut/chat"
)

// Audience is who may read what is said in a room, as far as its state tells.
// What is not known counts as the widest.
type Audience struct {
	// Clear: the room was never seen encrypted, so that servers can read along.
	Clear bool `json:"clear,omitempty"`
	// Public: anybody of the servers may join, or read without joining.
	Public bool `json:"public,omitempty"`
	// Externals: people from outside the administration, or without an account,
	// may be in it.
	Externals bool `json:"externals,omitempty"`
	// Elsewhere: it belongs to a server that the origin's servers do not know.
	Elsewhere bool `json:"elsewhere,omitempty"`
}

// Widening is how an audience is wider than another. The zero value: it is not.
type Widening = Audience

// AudienceOf tells who may read what is said in the room. ours reports whether a
// server is one of those whose people the bot serves.
func AudienceOf(r chat.Room, ours func(server string) bool) Audience {
	return Audience{
		Clear:  !r.Encrypted,
		Public: r.JoinRule == "" && !r.Direct || r.JoinRule == "public" || r.History == "world_readable",
		// On Tchap only a room with the rule "restricted" keeps externals out; a
		// room elsewhere has no such rule, and all its people count as members.
		Externals: r.Guests || r.AccessRule == "unrestricted" || r.History == "world_readable",
		Elsewhere: r.Server != "" && !ours(r.Server),
	}
}

// Beyond is in which ways a is wider than b.
func (a Audience) Beyond(b Audience) Widening {
	return Widening{
		Clear:     a.Clear && !b.Clear,
		Public:    a.Public && !b.Public,
		Externals: a.Externals && !b.Externals,
		Elsewhere: a.Elsewhere && !b.Elsewhere,
	}
}

// None tells that there is no way.
func (a Audience) None() bool { return a == Audience{} }
