package relay

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"heraut/chat"
	"heraut/text"
)

var relayName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// AddRelay checks the relay r that an operator sets up in the chat. from and to are ids
// or aliases of the asking room and the experts' room; from may also be Direct. It
// returns the relay with the ids of these rooms and with its themes folded, and a
// function that stores it. AddRelay folds the themes in the slice of r too. The error
// is a *Fault if the name is not valid or taken, if there is no such room, if the bot
// is not in one of the rooms, or if both are the same.
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
	source := Direct
	if text.Fold(from) != string(Direct) {
		if source, err = d.roomCalled(ctx, from); err != nil {
			return r, nil, err
		}
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

// roomCalled returns the id of the room with the address, an id or an alias. The error
// is a *Fault if there is no such room, or if the bot is not in it.
func (d *Carrier) roomCalled(ctx context.Context, address string) (chat.RoomID, error) {
	room := chat.RoomID(address)
	if !strings.HasPrefix(address, "!") {
		if d.Resolve == nil || !strings.HasPrefix(address, "#") {
			return "", &Fault{What: FaultRoom, Word: address}
		}
		var err error
		if room, err = d.Resolve(ctx, address); err != nil {
			d.Log.Info().Err(err).Msg("A room's address could not be looked up")
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

// RemoveRelay returns the relay with that name and a function that deletes it. The
// error is a *Fault if there is none, or if the configuration declares it. Its open
// questions stay, and can still be answered.
func (d *Carrier) RemoveRelay(ctx context.Context, name string) (Relay, func(ctx context.Context) error, error) {
	r, err := d.relay(ctx, name)
	switch {
	case errors.Is(err, chat.ErrNotFound):
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
