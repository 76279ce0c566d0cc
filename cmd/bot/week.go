package main

import (
	"context"
	"fmt"
	"net/url"

	"heraut/chat"
	"heraut/schedule"
	"heraut/thanks"
	"heraut/visio"
)

// newVisio returns the Meetings that open video conferences for rooms, with the
// configured services; the first service is the default. The error names a service
// whose address is wrong, whose secret cannot be read, or that cannot be set up.
func newVisio(s shared) (*visio.Meetings, error) {
	o := visio.Options{
		Store: s.db, Queue: s.outbox, Rooms: s.book, Zone: s.config.Timezone, Named: map[string]visio.Provider{},
		Chosen: func(room chat.RoomID) string { return s.book.Of(room).Visio },
		Operators: func(ctx context.Context, n visio.Notice) error {
			cause := chat.EventID(fmt.Sprintf("visio %s, %s, at %d", n.Name, n.Why, n.At.UnixMilli()))
			_, err := s.operators.Tell(ctx, s.outbox, chat.Cause(cause), n.Say)
			return err
		},
		Log: s.component("visio"),
	}
	for i, v := range s.config.Visio {
		base, err := url.Parse(v.URL)
		if err != nil {
			return nil, fmt.Errorf("visio %s: %w", v.Name, err)
		}
		settings := visio.Settings{
			Name: v.Name, Kind: visio.Kind(v.Kind), URL: base, Phone: v.Phone, PIN: v.PIN,
			ClientID: v.ClientID, User: v.User, Access: visio.Access(v.AccessLevel), UserAgent: s.config.userAgent(), Transport: s.config.transport(),
		}
		if settings.Kind == visio.Meet {
			secret, err := v.secret()
			if err != nil {
				return nil, fmt.Errorf("visio %s: %w", v.Name, err)
			}
			settings.ClientSecret = string(secret)
		}
		if o.Named[v.Name], err = visio.New(settings); err != nil {
			return nil, fmt.Errorf("visio %s: %w", v.Name, err)
		}
		if i == 0 {
			o.Default = v.Name
		}
	}
	return visio.NewMeetings(o), nil
}

// newThanks returns the Register that stores and lists thanks.
func newThanks(s shared) *thanks.Register {
	return thanks.NewRegister(thanks.Options{
		Store: s.db, Queue: s.outbox, Rooms: s.book, Zone: s.config.Timezone,
		Quiet: func(room chat.RoomID) schedule.Quiet { return quietIn(s, room) },
		Log:   s.component("thanks"),
	})
}
