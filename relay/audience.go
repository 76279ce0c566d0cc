package relay

import "heraut/chat"

// Audience is who may read what is said in a room, as far as its state tells.
type Audience struct {
	// Clear: the room was never seen encrypted, so that servers can read along.
	Clear bool `json:"clear,omitempty"`
	// Public: anybody may join, or read without joining.
	Public bool `json:"public,omitempty"`
	// Externals: people from outside the administration, or without an account,
	// may be in it.
	Externals bool `json:"externals,omitempty"`
	// Elsewhere: it belongs to a server that is none of ours.
	Elsewhere bool `json:"elsewhere,omitempty"`
}

// Widening is how an audience is wider than another. The zero value: it is not.
type Widening = Audience

// None tells that there is no way.
func (a Audience) None() bool { return a == Audience{} }

// Beyond is in which ways a is wider than b.
func (a Audience) Beyond(b Audience) Widening {
	return Widening{
		Clear:     a.Clear && !b.Clear,
		Public:    a.Public && !b.Public,
		Externals: a.Externals && !b.Externals,
		Elsewhere: a.Elsewhere && !b.Elsewhere,
	}
}

// known tells that the room's state was read: every room has a version.
func known(r chat.Room) bool { return r.Version != "" }

// AudienceOf tells who may read what is said in a room of which the state is
// known. ours reports whether a server is one of those that the bot serves.
func AudienceOf(r chat.Room, ours func(server string) bool) Audience {
	public := r.JoinRule == "public" || r.History == "world_readable"
	return Audience{
		Clear:  !r.Encrypted,
		Public: public,
		// On Tchap a room with the rule "unrestricted" is open to externals. Rooms
		// elsewhere have no such rule: there, everybody is a member. Guests need an
		// invitation to rooms that are not public, as others do.
		Externals: r.AccessRule == "unrestricted" || r.History == "world_readable" || r.Guests && public,
		Elsewhere: !ours(r.Server),
	}
}

// Widens is how the audience widens when what was said in one room is said in
// another. Where too little is known, the worst is assumed.
func Widens(from, to chat.Room, ours func(server string) bool) Widening {
	source, target := Audience{}, Everybody
	if known(from) {
		source = AudienceOf(from, ours)
	}
	if known(to) {
		target = AudienceOf(to, ours)
	}
	w := target.Beyond(source)
	if known(from) && known(to) {
		w.Elsewhere = target.Elsewhere && to.Server != from.Server
	}
	return w
}
