package commands

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"

	"heraut/chat"
	"heraut/rooms"
)

const (
	// listedRooms is the number of rooms that a list shows.
	listedRooms = 25
	// journalEntries is the default number of changes to show, mostEntries the
	// largest.
	journalEntries, mostEntries = 10, 50
)

// roomLine is a room in the list of !bot salons.
type roomLine struct {
	place
	// Kind is "direct", "space", "notices", "public", "externals", "encrypted",
	// "clear", "replaced" (by an upgrade) or "unknown": the bot does not read rooms in
	// which it stays silent.
	Kind    string
	Served  bool
	File    bool // the configuration names it
	Members int
}

// roomList is the data of the message for !bot salons.
type roomList struct {
	Rooms    []roomLine
	More     int
	Declined []chat.Declined
}

func kindOf(room chat.Room) string {
	switch {
	case room.MovedTo != "":
		return "replaced"
	case !room.Joined, room.IsZero() && !room.Direct:
		return "unknown"
	case room.Kind == "m.space":
		return "space"
	case room.Notices:
		return "notices"
	case room.Direct && room.Members <= 2:
		return "direct"
	case room.JoinRule == "public":
		return "public"
	case room.AccessRule == "unrestricted":
		return "externals"
	case room.Encrypted:
		return "encrypted"
	}
	return "clear"
}

// listRooms answers !bot salons with the first listedRooms rooms that the bot is in,
// sorted by kind, the number of the others, and the last ten invitations that it
// declined.
func (a *Answerer) listRooms(ctx context.Context, r request) (Answer, error) {
	all, err := a.inside(ctx)
	if err != nil {
		return Answer{}, err
	}
	var lines []roomLine
	for _, room := range all {
		_, declared := a.admin.Book.Declared(room.ID)
		lines = append(lines, roomLine{
			place: a.place(ctx, room), Kind: kindOf(room), Served: served(room), File: declared, Members: room.Members,
		})
	}
	slices.SortFunc(lines, func(a, b roomLine) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	var data roomList
	data.Rooms, data.More = first(lines, listedRooms)
	if data.Declined, err = a.admin.Declined(ctx); err != nil {
		return Answer{}, err
	}
	data.Declined, _ = first(data.Declined, 10)
	for i := range data.Declined {
		data.Declined[i].At = data.Declined[i].At.In(a.zone)
	}
	return a.message(r, "bot-rooms", data)
}

// listSources answers !bot sources with each source of news in the configuration: when
// it was read, and its fault if it has one. It leaves out the feeds that rooms added.
func (a *Answerer) listSources(ctx context.Context, r request) (Answer, error) {
	sources, err := a.parts.sources(ctx)
	if err != nil {
		return Answer{}, err
	}
	for i := range sources {
		s := &sources[i]
		s.Read, s.Failing, s.NextTry = s.Read.In(a.zone), s.Failing.In(a.zone), s.NextTry.In(a.zone)
	}
	return a.message(r, "bot-sources", sources)
}

// safety is the data of the message for !bot securite.
type safety struct {
	Status
	Operators []string
	Encrypted int // rooms
	Rooms     int
}

// security answers !bot securite with the operators, the state of the bot's encryption
// keys and the number of encrypted rooms.
func (a *Answerer) security(ctx context.Context, r request) (Answer, error) {
	s, err := a.admin.Status(ctx)
	if err != nil {
		return Answer{}, err
	}
	all, err := a.knownRooms(ctx)
	if err != nil {
		return Answer{}, err
	}
	data := safety{Status: s, Rooms: len(all)}
	for _, room := range all {
		if room.Encrypted {
			data.Encrypted++
		}
	}
	for _, user := range a.admin.Operators {
		data.Operators = append(data.Operators, string(user))
	}
	return a.message(r, "bot-security", data)
}

// entryLine is a line in the list of changed settings: who changed what, and when.
type entryLine struct {
	rooms.Change
	Room place
}

// journal answers, for operators, with the last changes of settings: journalEntries, or
// as many as the argument says, at most mostEntries. It explains the command if the
// argument is no positive number.
func (a *Answerer) journal(ctx context.Context, r request) (Answer, error) {
	n := journalEntries
	if r.args != "" {
		var err error
		if n, err = strconv.Atoi(r.args); err != nil || n < 1 {
			return a.explain(ctx, r, r.command)
		}
	}
	changes, err := a.admin.Journal.Changes(ctx, min(n, mostEntries))
	if err != nil {
		return Answer{}, err
	}
	entries := make([]entryLine, len(changes))
	for i, c := range changes {
		c.At = c.At.In(a.zone)
		entries[i].Change = c
		if c.Room == "" {
			continue
		}
		room, err := a.room(ctx, c.Room)
		if err != nil {
			return Answer{}, err
		}
		entries[i].Room = a.place(ctx, room)
	}
	return a.message(r, "journal", entries)
}

// leaving is the data of the message for !bot quitter, which makes the bot leave a
// room.
type leaving struct {
	Prefix string
	Room   *place
	Word   string // the word, if it names no room
	File   bool   // the configuration names the room
}

// quit answers !bot quitter: the bot leaves the named room, after the person has
// confirmed it, and no longer serves it. The answer says so if the bot is in no such
// room.
func (a *Answerer) quit(ctx context.Context, r request) (Answer, error) {
	if r.args == "" {
		return a.explain(ctx, r, r.command)
	}
	word, _ := cutArg(r.args)
	id, err := a.resolve(ctx, rooms.Reference(word))
	if errors.Is(err, ErrNoRoom) {
		return a.message(r, "bot-quit", leaving{Prefix: r.Prefix, Word: word})
	} else if err != nil {
		return Answer{}, err
	}
	room, err := a.room(ctx, id)
	if err != nil {
		return Answer{}, err
	}
	p := a.place(ctx, room)
	if !r.confirmed {
		return a.confirm(r, confirmation{What: "quit", Room: &p})
	}
	_, declared := a.admin.Book.Declared(id)
	answer, err := a.message(r, "bot-quit", leaving{Prefix: r.Prefix, Room: &p, File: declared})
	answer.posts = []chat.Post{{Room: id, Priority: chat.Answer, Leaves: true}}
	answer.change = a.logged(r, rooms.Change{Room: id, What: rooms.Serving, Before: p.Name}, func(ctx context.Context) error {
		chosen := a.admin.Book.Chosen(id)
		chosen.SetUp = false
		return a.admin.Book.Choose(ctx, id, chosen)
	})
	return answer, err
}
