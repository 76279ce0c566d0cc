package main

import (
	"context"
	"fmt"
	"net/url"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/queue"
	"heraut/rooms"
	"heraut/schedule"
	"heraut/storage"
	"heraut/thanks"
	"heraut/visio"
)

// newVisio returns the part that opens video conferences for rooms.
func newVisio(config *Config, db *storage.DB, box *queue.Queue, book *rooms.Book, operators *rooms.Operators, log zerolog.Logger) (*visio.Meetings, error) {
	o := visio.Options{
		Store: db, Queue: box, Rooms: book, Zone: config.Timezone, Named: map[string]visio.Provider{},
		Chosen: func(room chat.RoomID) string { return book.Of(room).Visio },
		Operators: func(ctx context.Context, n visio.Notice) error {
			cause := chat.EventID(fmt.Sprintf("visio %s, %s, at %d", n.Name, n.Why, n.At.UnixMilli()))
			_, err := operators.Tell(ctx, box, cause, n.Say)
			return err
		},
		Log: log.With().Str("component", "visio").Logger(),
	}
	for i, v := range config.Visio {
		base, err := url.Parse(v.URL)
		if err != nil {
			return nil, fmt.Errorf("visio %s: %w", v.Name, err)
		}
		s := visio.Settings{
			Name: v.Name, Kind: visio.Kind(v.Kind), URL: base, Phone: v.Phone, PIN: v.PIN,
			ClientID: v.ClientID, User: v.User, Access: visio.Access(v.AccessLevel), UserAgent: config.userAgent(), Transport: config.transport(),
		}
		if s.Kind == visio.Meet {
			secret, err := v.secret()
			if err != nil {
				return nil, fmt.Errorf("visio %s: %w", v.Name, err)
			}
			s.ClientSecret = string(secret)
		}
		if o.Named[v.Name], err = visio.New(s); err != nil {
			return nil, fmt.Errorf("visio %s: %w", v.Name, err)
		}
		if i == 0 {
			o.Default = v.Name
		}
	}
	return visio.NewMeetings(o), nil
}

// newThanks returns the part that stores and lists thanks.
func newThanks(config *Config, db *storage.DB, box *queue.Queue, book *rooms.Book, log zerolog.Logger) *thanks.Register {
	return thanks.NewRegister(thanks.Options{
		Store: db, Queue: box, Rooms: book, Zone: config.Timezone,
		Quiet: func(room chat.RoomID) schedule.Quiet { return quietIn(config, book, room) },
		Log:   log.With().Str("component", "thanks").Logger(),
	})
}
