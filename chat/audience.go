package chat

// Audience is who may read what is said in a room, as far as its state tells. The
// zero value is the narrowest: an encrypted room of one of our servers, by
// invitation, without people from outside.
type Audience struct {
	// Clear: the room was never seen encrypted, so servers can read along.
	Clear bool `json:"clear,omitempty"`
	// Public: anybody may join, or read without joining.
	Public bool `json:"public,omitempty"`
	// Externals: people from outside the administration, or without an account,
	// may be in it.
	Externals bool `json:"externals,omitempty"`
	// Elsewhere: the room belongs to a server that is none of ours.
	Elsewhere bool `json:"elsewhere,omitempty"`
}

// Everybody is the widest audience.
var Everybody = Audience{Clear: true, Public: true, Externals: true, Elsewhere: true}

// None reports whether a is the zero value: of a difference, that there is none.
func (a Audience) None() bool { return a == Audience{} }

// Beyond returns in which ways a is wider than b.
func (a Audience) Beyond(b Audience) Audience {
	return Audience{
		Clear:     a.Clear && !b.Clear,
		Public:    a.Public && !b.Public,
		Externals: a.Externals && !b.Externals,
		Elsewhere: a.Elsewhere && !b.Elsewhere,
	}
}

// Both returns the audience that a and b have in common.
func (a Audience) Both(b Audience) Audience {
	return Audience{
		Clear:     a.Clear && b.Clear,
		Public:    a.Public && b.Public,
		Externals: a.Externals && b.Externals,
		Elsewhere: a.Elsewhere && b.Elsewhere,
	}
}

// Either returns the audience of both a and b together.
func (a Audience) Either(b Audience) Audience {
	return Audience{
		Clear:     a.Clear || b.Clear,
		Public:    a.Public || b.Public,
		Externals: a.Externals || b.Externals,
		Elsewhere: a.Elsewhere || b.Elsewhere,
	}
}

// Readers bounds who may read a room. Text that comes from the room is protected
// as if Least read it, text that goes there as if Most did.
type Readers struct {
	Least Audience // those who certainly may
	Most  Audience // those who may as far as it is known; Everybody if nothing is
}

// Closed reports whether no stranger reads the room: it takes an invitation, and
// nobody from outside is in it. Whether it is encrypted, and where, does not count.
func (r Readers) Closed() bool { return !r.Most.Public && !r.Most.Externals }

// Surroundings are what reading a room's state needs besides it. The zero value
// knows no other room and no server.
type Surroundings struct {
	// Ours reports whether a server is one of those that the bot serves; nil: none is.
	Ours func(server string) bool
	// Room returns what is stored of another room, the zero value when nothing is;
	// nil: no other room is known.
	Room func(RoomID) Room
}

// maxChain bounds how many rooms that admit each other's members are followed.
const maxChain = 5

// ReadersOf tells who may read what is said in r. It alone decides how open a
// room is, for what is relayed as for what commands tell.
//
// The join rules and history visibilities are those of the client-server API
// (m.room.join_rules, m.room.history_visibility); the access rule "unrestricted"
// is Tchap's and lets people from outside the administration in.
func ReadersOf(r Room, s Surroundings) Readers { return readersOf(r, s, maxChain) }

func readersOf(r Room, s Surroundings, chain int) Readers {
	if !r.Known() {
		return Readers{Most: Everybody}
	}
	least := Audience{
		Clear:     !r.Encrypted,
		Public:    r.JoinRule == "public" || r.History == "world_readable",
		Externals: r.AccessRule == "unrestricted" || r.History == "world_readable",
		Elsewhere: s.Ours == nil || !s.Ours(r.Server),
	}
	readers := Readers{Least: least, Most: least}
	switch r.JoinRule {
	case "public", "invite", "knock", "private", "": // without a rule, nobody joins uninvited
	case "restricted", "knock_restricted":
		for _, id := range r.Allow {
			readers = readers.joinedFrom(id, s, chain)
		}
	default: // unreadable, or of a specification to come
		readers.Most.Public = true
	}
	switch r.AccessRule {
	case "unrestricted", "restricted", "direct", "":
	default:
		readers.Most.Externals = true
	}
	if r.History == UnreadableRule {
		readers.Most.Public, readers.Most.Externals = true, true
	}
	// Guests need an invitation to rooms that are not public, as others do.
	if r.Guests {
		readers.Least.Externals = readers.Least.Externals || readers.Least.Public
		readers.Most.Externals = readers.Most.Externals || readers.Most.Public
	}
	return readers
}

// joinedFrom adds the members of another room, who may join this one. Who may
// join that one may join both.
func (readers Readers) joinedFrom(id RoomID, s Surroundings, chain int) Readers {
	from := Readers{Most: Audience{Public: true, Externals: true}}
	if s.Room != nil && id != "" && chain > 0 {
		if room := s.Room(id); room.Known() && room.Joined {
			from = readersOf(room, s, chain-1)
		}
	}
	people := func(a Audience) Audience { return Audience{Public: a.Public, Externals: a.Externals} }
	return Readers{Least: readers.Least.Either(people(from.Least)), Most: readers.Most.Either(people(from.Most))}
}

// IsDirect reports whether the room is a direct message between one person and
// the bot, which nobody else can read or join.
func (r Room) IsDirect() bool {
	switch r.JoinRule {
	case "invite", "knock", "private", "":
		return r.Direct && r.Members <= 2 && r.History != "world_readable"
	}
	return false
}
