package commands

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"heraut/announce"
	"heraut/chat"
	"heraut/rooms"
)

// Status is how the bot does, for its operators.
type Status struct {
	Version string
	Started time.Time
	Synced  time.Time // when the last sync was complete; zero before the first

	Verified    bool   // the account vouches for the device
	Device      string // its id
	RecoveryKey bool   // the file of the recovery key is there

	Unhandled    int       // events
	Locked       int       // events that wait for their key
	Unsent       int       // posts
	UnsentSince  time.Time // when the oldest of them was decided; zero: not known
	Unwritable   []Unwritable
	Failed, Lost int // since the start: events whose handler failed, posts refused for good
}

// Unwritable is a room whose last post was refused for good.
type Unwritable struct {
	Room   chat.RoomID
	Reason string // as the homeserver said it
	At     time.Time
}

const (
	// syncedWithin is how old the last sync may be while all is well: a long poll
	// ends within 30 s.
	syncedWithin = 5 * time.Minute
	// sentWithin is how long a post may wait while all is well.
	sentWithin = 5 * time.Minute
	// listedRooms is how many rooms a list shows.
	listedRooms = 25
	// journalEntries is how many changes are shown unless another number is given,
	// and mostEntries at most.
	journalEntries, mostEntries = 10, 50
)

// bot explains what operators may ask.
func (a *Answerer) bot(ctx context.Context, r request) (Answer, error) {
	return a.explain(ctx, r, r.command)
}

// health is what !bot etat tells: what is wrong, and the figures.
type health struct {
	Status
	Now     time.Time
	Wrong   int // how many of the lines call for somebody
	Stale   bool
	Stuck   bool
	Entries int // of the catalogue
	AsOf    time.Time
	Old     bool
	Sources int
	Broken  []string
	Served  int
	Silent  int // rooms that the bot is in and does not serve
	Closed  []place
}

// status tells in eight lines whether all is well.
func (a *Answerer) status(ctx context.Context, r request) (Answer, error) {
	now := time.Now()
	s, err := a.admin.Status(ctx)
	if err != nil {
		return Answer{}, err
	}
	data := health{Status: s, Now: now}
	data.Stale = now.Sub(s.Synced) > syncedWithin
	data.Stuck = !s.UnsentSince.IsZero() && now.Sub(s.UnsentSince) > sentWithin
	if c := r.state.Catalogue; c != nil {
		data.Entries = c.Len()
		src := a.source(r.state)
		data.AsOf, data.Old = src.AsOf, src.Old
	}
	if a.desk != nil {
		sources, err := a.desk.Sources(ctx)
		if err != nil {
			return Answer{}, err
		}
		data.Sources = len(sources)
		for _, source := range sources {
			if source.Failures > 0 {
				data.Broken = append(data.Broken, source.Name)
			}
		}
	}
	inside, err := a.inside(ctx)
	if err != nil {
		return Answer{}, err
	}
	for _, room := range inside {
		if a.served(room) {
			data.Served++
		} else {
			data.Silent++
		}
		if slices.ContainsFunc(s.Unwritable, func(u Unwritable) bool { return u.Room == room.ID }) {
			data.Closed = append(data.Closed, a.place(room))
		}
	}
	for _, wrong := range []bool{data.Stale, !s.Verified, data.Entries == 0 || data.Old, len(data.Broken) > 0, data.Stuck, len(data.Closed) > 0} {
		if wrong {
			data.Wrong++
		}
	}
	data.Synced, data.Started = data.Synced.In(a.zone), data.Started.In(a.zone)
	return a.message(r, "bot-status", data)
}

// served tells whether the bot serves a room that it is in.
func (a *Answerer) served(room chat.Room) bool {
	return room.Kind != "m.space" && !room.Notices && (room.InvitedBy != "" || a.admin.Book.SetUp(room.ID))
}

// roomLine is a room as !bot salons lists it.
type roomLine struct {
	place
	// Kind is "direct", "space", "notices", "public", "externals", "encrypted",
	// "clear" or "unknown": nothing is read where the bot is not to speak.
	Kind    string
	Served  bool
	File    bool // the configuration names it
	Members int
}

// roomList is what !bot salons tells.
type roomList struct {
	Rooms    []roomLine
	More     int
	Declined []chat.Declined
}

func kindOf(room chat.Room) string {
	switch {
	case room.RoomFacts == chat.RoomFacts{} && !room.Direct:
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

// listRooms lists the rooms that the bot is in, and the invitations it declined.
func (a *Answerer) listRooms(ctx context.Context, r request) (Answer, error) {
	all, err := a.inside(ctx)
	if err != nil {
		return Answer{}, err
	}
	var lines []roomLine
	for _, room := range all {
		_, declared := a.admin.Book.Declared(room.ID)
		lines = append(lines, roomLine{
			place: a.place(room), Kind: kindOf(room), Served: a.served(room), File: declared, Members: room.Members,
		})
	}
	slices.SortFunc(lines, func(a, b roomLine) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	var data roomList
	data.Rooms, data.More = first(lines, listedRooms)
	if a.admin.Declined != nil {
		if data.Declined, err = a.admin.Declined(ctx); err != nil {
			return Answer{}, err
		}
		data.Declined, _ = first(data.Declined, 10)
		for i := range data.Declined {
			data.Declined[i].At = data.Declined[i].At.In(a.zone)
		}
	}
	return a.message(r, "bot-rooms", data)
}

// listSources tells how each source does.
func (a *Answerer) listSources(ctx context.Context, r request) (Answer, error) {
	var sources []announce.Health
	if a.desk != nil {
		var err error
		if sources, err = a.desk.Sources(ctx); err != nil {
			return Answer{}, err
		}
	}
	for i := range sources {
		s := &sources[i]
		s.Read, s.Failing, s.NextTry = s.Read.In(a.zone), s.Failing.In(a.zone), s.NextTry.In(a.zone)
	}
	return a.message(r, "bot-sources", sources)
}

// safety is what !bot securite tells.
type safety struct {
	Status
	Operators []string
	Encrypted int // rooms
	Rooms     int
}

// security tells what the rights and the encryption rest on.
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

// entryLine is an entry of the log of changes.
type entryLine struct {
	rooms.Change
	Room place
}

// journal shows the last changes.
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
		entries[i].Room = a.place(room)
	}
	return a.message(r, "journal", entries)
}

// leaving is what !bot quitter tells.
type leaving struct {
	Prefix string
	Room   *place
	Word   string // what names no room
	File   bool   // the configuration names the room
}

// quit leaves a room, once that is confirmed.
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
	p := a.place(room)
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
