package relay

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"heraut/chat"
	"heraut/text"
)

// Declaration is a relay in the configuration, with the fields of Relay. Its rooms are
// ids or aliases; among those in From may be Direct, which stands for all direct
// messages.
type Declaration struct {
	Name     string
	From     []string
	To       string
	Themes   []string
	MayWiden bool
}

// Routes is the list of all relays, those of the configuration and those that operators
// set up in the chat, which finds the one for a question. It is safe for concurrent
// use.
type Routes struct {
	store    Store
	room     func(ctx context.Context, room chat.RoomID) (chat.Room, error)
	declared []Declaration

	mu    sync.Mutex
	rooms map[string]chat.RoomID // the rooms behind the addresses of the configuration
}

// NewRoutes returns the Routes of the relays in the store and in the configuration
// (declared). room is a function that returns the stored data of a room.
func NewRoutes(store Store, room func(ctx context.Context, room chat.RoomID) (chat.Room, error), declared []Declaration) *Routes {
	return &Routes{store: store, room: room, declared: declared, rooms: map[string]chat.RoomID{}}
}

// Found records in memory that address, an alias in the configuration, leads to the
// room; until then, the relays of the configuration leave it out.
func (r *Routes) Found(address string, room chat.RoomID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rooms[address] = room
}

// Serves reports whether the bot must handle even old messages of a room, because the
// room takes part in a relay or in a question that is not closed. A direct message
// takes part in each relay that starts from Direct.
func (r *Routes) Serves(ctx context.Context, room chat.RoomID) (bool, error) {
	all, err := r.Relays(ctx)
	if err != nil {
		return false, err
	}
	if slices.ContainsFunc(all, func(one Relay) bool { return one.joins(room) }) {
		return true, nil
	}
	if slices.ContainsFunc(all, func(one Relay) bool { return one.startsIn("", true) }) {
		if direct, err := r.isDirect(ctx, room); err != nil || direct {
			return direct, err
		}
	}
	return r.store.Serving(ctx, room)
}

// known returns the relays of the configuration that can work: the id of the experts'
// room is known, and so is the id of at least one room that asks, or direct messages
// ask. It leaves out rooms whose ids are not known yet.
func (r *Routes) known() (all []Relay) {
	r.mu.Lock()
	defer r.mu.Unlock()
	find := func(address string) (chat.RoomID, bool) {
		if room, ok := r.rooms[address]; ok {
			return room, true
		}
		return chat.RoomID(address), strings.HasPrefix(address, "!") || address == string(Direct)
	}
	for _, d := range r.declared {
		relay := Relay{Name: d.Name, MayWiden: d.MayWiden}
		for _, theme := range d.Themes {
			relay.Themes = append(relay.Themes, text.Fold(theme))
		}
		for _, from := range d.From {
			if room, ok := find(from); ok {
				relay.From = append(relay.From, room)
			}
		}
		var ok bool
		if relay.To, ok = find(d.To); ok && len(relay.From) > 0 {
			all = append(all, relay)
		}
	}
	return all
}

// Relays returns all relays, those of the configuration first, as far as their rooms
// are known (Found); one that operators set up is left out if the configuration has its
// name. A room that was upgraded is replaced by its successor.
func (r *Routes) Relays(ctx context.Context) ([]Relay, error) {
	opened, err := r.store.Relays(ctx)
	if err != nil {
		return nil, fmt.Errorf("load the relays: %w", err)
	}
	all := r.known()
	for _, o := range opened {
		if !slices.ContainsFunc(all, func(other Relay) bool { return other.Name == o.Name }) {
			all = append(all, o)
		}
	}
	for i := range all {
		relay := &all[i]
		if relay.To, err = r.inUse(ctx, relay.To); err != nil {
			return nil, err
		}
		from := make([]chat.RoomID, len(relay.From))
		for j := range relay.From {
			if from[j], err = r.inUse(ctx, relay.From[j]); err != nil {
				return nil, err
			}
		}
		relay.From = from
	}
	return all, nil
}

// inUse returns the room that replaced the given one in an upgrade, and so on at most
// ten times; the room itself if none did.
func (r *Routes) inUse(ctx context.Context, room chat.RoomID) (chat.RoomID, error) {
	if room == Direct {
		return room, nil
	}
	for range 10 { // two rooms may name each other as successors
		stored, err := r.room(ctx, room)
		if err != nil {
			return room, fmt.Errorf("look a room up: %w", err)
		}
		if stored.MovedTo == "" {
			break
		}
		room = stored.MovedTo
	}
	return room, nil
}

// isDirect reports whether the room is a direct message between one person and the bot
// that nobody else can read or join (chat.Room.IsDirect). The error is that of looking
// up the room.
func (r *Routes) isDirect(ctx context.Context, room chat.RoomID) (bool, error) {
	stored, err := r.room(ctx, room)
	if err != nil {
		return false, fmt.Errorf("look a room up: %w", err)
	}
	return stored.IsDirect(), nil
}

// startsIn reports whether questions asked in the room go through this relay: it starts
// from the room, or from Direct if direct says that the room is a direct message.
func (r Relay) startsIn(room chat.RoomID, direct bool) bool {
	return slices.Contains(r.From, room) || direct && slices.Contains(r.From, Direct)
}

// joins reports whether the room is one of those that the relay connects.
func (r Relay) joins(room chat.RoomID) bool { return slices.Contains(r.Rooms(), room) }

// relay returns the relay with that name, or chat.ErrNotFound.
func (r *Routes) relay(ctx context.Context, name string) (Relay, error) {
	all, err := r.Relays(ctx)
	if err != nil {
		return Relay{}, err
	}
	if i := slices.IndexFunc(all, func(one Relay) bool { return one.Name == name }); i >= 0 {
		return all[i], nil
	}
	return Relay{}, chat.ErrNotFound
}

// relayFor returns the relay for a question asked in a room: the one with the question's
// theme, which is folded, or, if theme is empty, the one without themes, or the only one.
// The error is a *Fault if there is none, which lists the themes that the room has.
func (r *Routes) relayFor(ctx context.Context, room chat.RoomID, theme string) (Relay, error) {
	all, err := r.Relays(ctx)
	if err != nil {
		return Relay{}, err
	}
	direct, err := r.isDirect(ctx, room)
	if err != nil {
		return Relay{}, err
	}
	all = slices.DeleteFunc(all, func(one Relay) bool { return !one.startsIn(room, direct) })
	if len(all) == 0 {
		return Relay{}, &Fault{What: FaultNoRelay, Direct: direct}
	}
	var themes []string
	for _, one := range all {
		switch {
		case theme != "" && slices.Contains(one.Themes, theme), theme == "" && len(one.Themes) == 0:
			return one, nil
		}
		themes = append(themes, one.Themes...)
	}
	if theme == "" && len(all) == 1 {
		return all[0], nil
	}
	return Relay{}, &Fault{What: FaultTheme, Word: theme, Themes: themes}
}
