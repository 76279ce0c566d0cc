package chat_test

import (
	"testing"

	"heraut/chat"
)

func ours(server string) bool { return server == "example.org" }

// privateRoom returns an encrypted, invitation-only room, after change modified it.
func privateRoom(change func(r *chat.Room)) chat.Room {
	r := chat.Room{Joined: true, Encrypted: true, RoomFacts: chat.RoomFacts{Version: "11", Server: "example.org", JoinRule: "invite"}}
	change(&r)
	return r
}

// This table alone covers how open a room is: the bounds for relayed text (least,
// most), and the result of Closed for command answers (closed).
func TestReadersOf(t *testing.T) {
	rooms := map[chat.RoomID]chat.Room{
		"!private": privateRoom(func(*chat.Room) {}),
		"!public":  privateRoom(func(r *chat.Room) { r.JoinRule = "public" }),
		"!tchap":   privateRoom(func(r *chat.Room) { r.AccessRule = "unrestricted" }),
		"!knock":   privateRoom(func(r *chat.Room) { r.JoinRule, r.Allow = "knock_restricted", []chat.RoomID{"!public"} }),
		"!invited": privateRoom(func(r *chat.Room) { r.Joined = false }),
		"!loop":    privateRoom(func(r *chat.Room) { r.JoinRule, r.Allow = "restricted", []chat.RoomID{"!loop"} }),
		"!clear":   privateRoom(func(r *chat.Room) { r.Encrypted, r.Server = false, "ailleurs.org" }),
	}
	restricted := func(allow ...chat.RoomID) chat.Room {
		return privateRoom(func(r *chat.Room) { r.JoinRule, r.Allow = "restricted", allow })
	}
	var (
		none      = chat.Audience{}
		public    = chat.Audience{Public: true}
		externals = chat.Audience{Externals: true}
		anybody   = chat.Audience{Public: true, Externals: true}
	)
	for name, test := range map[string]struct {
		room        chat.Room
		least, most chat.Audience
		closed      bool
	}{
		"nothing known":             {chat.Room{}, none, chat.Everybody, false},
		"private":                   {privateRoom(func(*chat.Room) {}), none, none, true},
		"unreadable join rule":      {privateRoom(func(r *chat.Room) { r.JoinRule = chat.UnreadableRule }), none, public, false},
		"unreadable history":        {privateRoom(func(r *chat.Room) { r.History = chat.UnreadableRule }), none, anybody, false},
		"unreadable access rule":    {privateRoom(func(r *chat.Room) { r.AccessRule = chat.UnreadableRule }), none, externals, false},
		"no join rule":              {privateRoom(func(r *chat.Room) { r.JoinRule = "" }), none, none, true},
		"an unreadable join rule":   {privateRoom(func(r *chat.Room) { r.JoinRule = "unreadable" }), none, public, false},
		"knock":                     {privateRoom(func(r *chat.Room) { r.JoinRule = "knock" }), none, none, true},
		"clear":                     {privateRoom(func(r *chat.Room) { r.Encrypted = false }), chat.Audience{Clear: true}, chat.Audience{Clear: true}, true},
		"public":                    {privateRoom(func(r *chat.Room) { r.JoinRule = "public" }), public, public, false},
		"anybody reads its history": {privateRoom(func(r *chat.Room) { r.History = "world_readable" }), anybody, anybody, false},
		"shared history":            {privateRoom(func(r *chat.Room) { r.History = "shared" }), none, none, true},
		"guests, by invitation":     {privateRoom(func(r *chat.Room) { r.Guests = true }), none, none, true},
		"guests":                    {privateRoom(func(r *chat.Room) { r.Guests, r.JoinRule = true, "public" }), anybody, anybody, false},
		"Tchap, no externals":       {privateRoom(func(r *chat.Room) { r.AccessRule = "restricted" }), none, none, true},
		"Tchap, externals":          {privateRoom(func(r *chat.Room) { r.AccessRule = "unrestricted" }), externals, externals, false},
		"Tchap, a rule to come":     {privateRoom(func(r *chat.Room) { r.AccessRule = "partners" }), none, externals, false},
		"elsewhere":                 {privateRoom(func(r *chat.Room) { r.Server = "ailleurs.org" }), chat.Audience{Elsewhere: true}, chat.Audience{Elsewhere: true}, true},

		"left":  {privateRoom(func(r *chat.Room) { r.Exit = chat.ExitKicked }), none, chat.Everybody, false},
		"moved": {privateRoom(func(r *chat.Room) { r.MovedTo = "!new" }), none, chat.Everybody, false},

		"restricted to nobody":                  {restricted(), none, none, true},
		"restricted to a private room":          {restricted("!private"), none, none, true},
		"restricted to a public room":           {restricted("!public"), public, public, false},
		"restricted to the most open of two":    {restricted("!private", "!public"), public, public, false},
		"restricted to a room with externals":   {restricted("!tchap"), externals, externals, false},
		"restricted to a room it is not in":     {restricted("!invited"), none, anybody, false},
		"restricted to a room nobody knows":     {restricted("!unknown"), none, anybody, false},
		"restricted by an unreadable condition": {restricted(""), none, anybody, false},
		"restricted to what a public one joins": {restricted("!knock"), public, public, false},
		"restricted to a room of its own kind":  {restricted("!loop"), none, anybody, false},
		"restricted to a clear one elsewhere":   {restricted("!clear"), none, none, true},
		"knock, or members of a public room":    {rooms["!knock"], public, public, false},
		"restricted to a public room, guests": {privateRoom(func(r *chat.Room) {
			r.JoinRule, r.Allow, r.Guests = "restricted", []chat.RoomID{"!public"}, true
		}), anybody, anybody, false},
		"invitation, once restricted": {privateRoom(func(r *chat.Room) { r.Allow = []chat.RoomID{"!public"} }), none, none, true},
	} {
		t.Run(name, func(t *testing.T) {
			got := chat.ReadersOf(test.room, chat.Surroundings{Ours: ours, Room: func(id chat.RoomID) chat.Room { return rooms[id] }})
			if want := (chat.Readers{Least: test.least, Most: test.most}); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if got.Closed() != test.closed {
				t.Errorf("closed: %t, want %t", got.Closed(), test.closed)
			}
		})
	}
}

func TestIsDirect(t *testing.T) {
	direct := func(change func(r *chat.Room)) chat.Room {
		r := privateRoom(func(r *chat.Room) { r.Direct, r.Members = true, 2 })
		change(&r)
		return r
	}
	for name, test := range map[string]struct {
		room chat.Room
		want bool
	}{
		"two people":          {direct(func(*chat.Room) {}), true},
		"not counted yet":     {direct(func(r *chat.Room) { r.Members = 0 }), true},
		"three people":        {direct(func(r *chat.Room) { r.Members = 3 }), false},
		"a room of two":       {direct(func(r *chat.Room) { r.Direct = false }), false},
		"anybody may join":    {direct(func(r *chat.Room) { r.JoinRule = "public" }), false},
		"members of another":  {direct(func(r *chat.Room) { r.JoinRule = "restricted" }), false},
		"an unreadable rule":  {direct(func(r *chat.Room) { r.JoinRule = "unreadable" }), false},
		"anybody may read it": {direct(func(r *chat.Room) { r.History = "world_readable" }), false},
	} {
		if got := test.room.IsDirect(); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
