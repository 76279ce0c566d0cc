package chat

// Audience describes how open a room is to readers, according to the room's state.
// The zero value is the narrowest audience: an encrypted, invitation-only room on
// one of our servers, without outsiders.
type Audience struct {
	// Clear: the bot never saw the room encrypted, so servers can read along.
	Clear bool `json:"clear,omitempty"`
	// Public: anybody may join the room, or read it without joining.
	Public bool `json:"public,omitempty"`
	// Externals: the room may hold people from outside the administration, or people
	// without an account.
	Externals bool `json:"externals,omitempty"`
	// Elsewhere: the room belongs to a server that is not ours.
	Elsewhere bool `json:"elsewhere,omitempty"`
}

// Everybody is the widest audience.
var Everybody = Audience{Clear: true, Public: true, Externals: true, Elsewhere: true}

// None reports whether a is the zero value, the narrowest audience. If a is a result of
// Beyond, true means that the first room is open to no readers whom the second
// excludes.
func (a Audience) None() bool { return a == Audience{} }

// Beyond returns the flags that are set in a and not in b: the ways in which a is wider
// than b. The result is the zero value if a is no wider than b.
func (a Audience) Beyond(b Audience) Audience {
	return Audience{
		Clear:     a.Clear && !b.Clear,
		Public:    a.Public && !b.Public,
		Externals: a.Externals && !b.Externals,
		Elsewhere: a.Elsewhere && !b.Elsewhere,
	}
}

// Both returns the intersection of a and b: an Audience is open in a way only if a and
// b both are.
func (a Audience) Both(b Audience) Audience {
	return Audience{
		Clear:     a.Clear && b.Clear,
		Public:    a.Public && b.Public,
		Externals: a.Externals && b.Externals,
		Elsewhere: a.Elsewhere && b.Elsewhere,
	}
}

// Either returns the union of a and b: an Audience is open in a way if a or b is.
func (a Audience) Either(b Audience) Audience {
	return Audience{
		Clear:     a.Clear || b.Clear,
		Public:    a.Public || b.Public,
		Externals: a.Externals || b.Externals,
		Elsewhere: a.Elsewhere || b.Elsewhere,
	}
}

// Readers holds a lower and an upper bound on a room's readers. The bot protects
// text from the room as if only Least read it, and text sent there as if all of Most
// did.
type Readers struct {
	Least Audience // the readers who certainly have access
	Most  Audience // the readers who may have access; Everybody if the bot knows nothing of the room
}

// Closed reports whether no stranger can read the room, by the upper bound Most: it
// needs an invitation and admits no outsiders. Encryption and the room's server do not
// count.
func (r Readers) Closed() bool { return !r.Most.Public && !r.Most.Externals }

// Surroundings holds the context that ReadersOf needs besides a room's own state.
// The zero value knows no other room and no server.
type Surroundings struct {
	// Ours reports whether the bot serves a server; nil means that it serves none.
	Ours func(server string) bool
	// Room returns the stored data of another room, or the zero value if nothing is
	// stored; nil means that no other room is known.
	Room func(RoomID) Room
}

// maxChain bounds how far ReadersOf follows rooms that admit each other's members.
const maxChain = 5

// ReadersOf returns the bounds on the readers of the room r. s gives what the state of
// r does not say: other rooms whose members may join r, and which servers are ours. For
// a room that is not Known, Most is Everybody and Least the zero value, the narrowest
// audience. It is the only place that decides how open a room is, both for relayed text
// and for command answers.
//
// The join rules and history visibilities come from the client-server API
// (m.room.join_rules, m.room.history_visibility). The access rule "unrestricted" is
// Tchap's and admits people from outside the administration.
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
	case "public", "invite", "knock", "private", "": // with "" the room has no rule, and people join by invitation only
	case "restricted", "knock_restricted":
		for _, id := range r.Allow {
			readers = readers.joinedFrom(id, s, chain)
		}
	default: // an unreadable rule, or one of a later specification
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
	// In a room that is not public, guests need an invitation like everybody else.
	if r.Guests {
		readers.Least.Externals = readers.Least.Externals || readers.Least.Public
		readers.Most.Externals = readers.Most.Externals || readers.Most.Public
	}
	return readers
}

// joinedFrom returns the readers of a room that members of the room id may join without
// an invitation: readers, and everybody who may be in the room id. It adds only the
// flags Public and Externals of that room. The room id may in turn be open to the
// members of a third room, and so on; chain is how many more rooms joinedFrom follows.
// If chain is 0, or the bot is not in the room id or does not know its state, anybody
// may be in it, so joinedFrom sets both flags in Most, and none in Least.
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

// IsDirect reports whether the room is a direct message between one person and the bot
// that nobody else can read or join: the invitation was to a direct message, no third
// member is known, people join by invitation only, and the history is not
// world-readable.
func (r Room) IsDirect() bool {
	switch r.JoinRule {
	case "invite", "knock", "private", "":
		return r.Direct && r.Members <= 2 && r.History != "world_readable"
	}
	return false
}
