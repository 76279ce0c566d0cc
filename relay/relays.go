package relay

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"heraut/chat"
	"heraut/text"
)

// Declaration is a relay in the configuration: its rooms are ids or addresses.
type Declaration struct {
	Name     string
	From     []string
	To       string
	Themes   []string
	MayWiden bool
}

// declared holds the relays of the configuration.
type declared struct {
	mu    sync.Mutex
	all   []Declaration
	rooms map[string]chat.RoomID // the rooms behind their addresses
}

// Declare sets the relays of the configuration. Like Found, it is safe for concurrent
// use.
func (d *Carrier) Declare(all []Declaration) {
	d.declared.mu.Lock()
	defer d.declared.mu.Unlock()
	d.declared.all = all
}

// Found records the room behind an address of the configuration.
func (d *Carrier) Found(address string, room chat.RoomID) {
	d.declared.mu.Lock()
	defer d.declared.mu.Unlock()
	d.declared.rooms[address] = room
}

// known returns the declared relays, with the rooms that were found: the experts' room
// and at least one other.
func (c *declared) known() (all []Relay) {
	c.mu.Lock()
	defer c.mu.Unlock()
	find := func(address string) (chat.RoomID, bool) {
		if room, ok := c.rooms[address]; ok {
			return room, true
		}
		return chat.RoomID(address), strings.HasPrefix(address, "!")
	}
	for _, r := range c.all {
		relay := Relay{Name: r.Name, MayWiden: r.MayWiden}
		for _, theme := range r.Themes {
			relay.Themes = append(relay.Themes, text.Fold(theme))
		}
		for _, from := range r.From {
			if room, ok := find(from); ok {
				relay.From = append(relay.From, room)
			}
		}
		var ok bool
		if relay.To, ok = find(r.To); ok && len(relay.From) > 0 {
			all = append(all, relay)
		}
	}
	return all
}

// Relays returns all relays, the configuration's first, with each replaced room's
// successor in its place.
func (d *Carrier) Relays(ctx context.Context) ([]Relay, error) {
	opened, err := d.store.Relays(ctx)
	if err != nil {
		return nil, fmt.Errorf("load the relays: %w", err)
	}
	all := d.declared.known()
	for _, r := range opened {
		if !slices.ContainsFunc(all, func(other Relay) bool { return other.Name == r.Name }) {
			all = append(all, r)
		}
	}
	for i := range all {
		r := &all[i]
		if r.To, err = d.inUse(ctx, r.To); err != nil {
			return nil, err
		}
		from := make([]chat.RoomID, len(r.From))
		for j := range r.From {
			if from[j], err = d.inUse(ctx, r.From[j]); err != nil {
				return nil, err
			}
		}
		r.From = from
	}
	return all, nil
}

// inUse returns the room, or the one that replaced it.
func (d *Carrier) inUse(ctx context.Context, room chat.RoomID) (chat.RoomID, error) {
	for range 10 { // two rooms may name each other as successors
		r, err := d.Room(ctx, room)
		if err != nil {
			return room, fmt.Errorf("look a room up: %w", err)
		}
		if r.MovedTo == "" {
			break
		}
		room = r.MovedTo
	}
	return room, nil
}

// joins reports whether the relay includes the room.
func (r Relay) joins(room chat.RoomID) bool { return r.To == room || slices.Contains(r.From, room) }

// relay returns the relay with the name, or ErrNone.
func (d *Carrier) relay(ctx context.Context, name string) (Relay, error) {
	all, err := d.Relays(ctx)
	if err != nil {
		return Relay{}, err
	}
	if i := slices.IndexFunc(all, func(r Relay) bool { return r.Name == name }); i >= 0 {
		return all[i], nil
	}
	return Relay{}, ErrNone
}

// relayFor chooses the relay of a question asked in a room: the one with the theme or,
// without a theme, the one that takes any question, or the only one. It returns a
// *Fault if there is none.
func (d *Carrier) relayFor(ctx context.Context, room chat.RoomID, theme string) (Relay, error) {
	all, err := d.Relays(ctx)
	if err != nil {
		return Relay{}, err
	}
	all = slices.DeleteFunc(all, func(r Relay) bool { return !slices.Contains(r.From, room) })
	if len(all) == 0 {
		return Relay{}, &Fault{What: FaultNoRelay}
	}
	var themes []string
	for _, r := range all {
		switch {
		case theme != "" && slices.Contains(r.Themes, theme), theme == "" && len(r.Themes) == 0:
			return r, nil
		}
		themes = append(themes, r.Themes...)
	}
	if theme == "" && len(all) == 1 {
		return all[0], nil
	}
	return Relay{}, &Fault{What: FaultTheme, Word: theme, Themes: themes}
}

var relayName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// AddRelay checks a relay that an operator opens; from and to are ids or addresses. It
// returns the relay and the change that opens it, or a *Fault.
func (d *Carrier) AddRelay(ctx context.Context, r Relay, from, to string) (Relay, func(ctx context.Context) error, error) {
	if !relayName.MatchString(r.Name) {
		return r, nil, &Fault{What: FaultName, Word: r.Name}
	}
	all, err := d.Relays(ctx)
	if err != nil {
		return r, nil, err
	}
	if slices.ContainsFunc(all, func(other Relay) bool { return other.Name == r.Name }) {
		return r, nil, &Fault{What: FaultExists, Word: r.Name}
	}
	source, err := d.roomCalled(ctx, from)
	if err != nil {
		return r, nil, err
	}
	if r.To, err = d.roomCalled(ctx, to); err != nil {
		return r, nil, err
	}
	if source == r.To {
		return r, nil, &Fault{What: FaultSame}
	}
	r.From = []chat.RoomID{source}
	for i, theme := range r.Themes {
		r.Themes[i] = text.Fold(theme)
	}
	return r, func(ctx context.Context) error { return d.store.SaveRelay(ctx, r) }, nil
}

// roomCalled returns the room with an id or address, or a *Fault if there is none or
// the bot is not in it.
func (d *Carrier) roomCalled(ctx context.Context, address string) (chat.RoomID, error) {
	room := chat.RoomID(address)
	if !strings.HasPrefix(address, "!") {
		if d.Resolve == nil || !strings.HasPrefix(address, "#") {
			return "", &Fault{What: FaultRoom, Word: address}
		}
		var err error
		if room, err = d.Resolve(ctx, address); err != nil {
			d.Log.Info().Err(err).Msg("A room's address could not be wakeRun up")
			return "", &Fault{What: FaultRoom, Word: address}
		}
	}
	r, err := d.Room(ctx, room)
	switch {
	case err != nil:
		return "", err
	case !r.Joined:
		return "", &Fault{What: FaultNotIn, Word: address}
	}
	return room, nil
}

// RemoveRelay returns the relay with a name and the change that closes it, or a
// *Fault. Its open questions stay, and can be answered.
func (d *Carrier) RemoveRelay(ctx context.Context, name string) (Relay, func(ctx context.Context) error, error) {
	r, err := d.relay(ctx, name)
	switch {
	case errors.Is(err, ErrNone):
		return r, nil, &Fault{What: FaultUnknown, Word: name}
	case err != nil:
		return r, nil, err
	case r.Declared():
		return r, nil, &Fault{What: FaultDeclared, Word: name}
	}
	return r, func(ctx context.Context) error {
		_, err := has(d.store.RemoveRelay(ctx, name))
		return err
	}, nil
}
