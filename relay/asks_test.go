package relay_test

import (
	"context"
	"testing"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/queue"
	"heraut/relay"
)

// People can ask in the rooms of relays, and in direct messages where a relay starts
// from these. A room is looked up only in the last case, since each command asks; each
// relay looks up its own rooms, which may have moved.
func TestWhereARelayAsks(t *testing.T) {
	for name, test := range map[string]struct {
		from        string
		direct      bool
		asks, looks bool
	}{
		"a room of a relay":                    {string(salon), false, true, true},
		"a direct message, relay from a room":  {"!another:example.org", true, false, false},
		"another room, relay from a room":      {"!another:example.org", false, false, false},
		"a direct message, relay from direct":  {string(relay.Direct), true, true, true},
		"another room, relay from direct only": {string(relay.Direct), false, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			looked := false
			room := func(_ context.Context, id chat.RoomID) (chat.Room, error) {
				looked = looked || id == salon
				r := chat.Room{ID: id, Joined: true, Members: 5}
				if test.direct {
					r.Direct, r.Members, r.JoinRule = true, 2, "invite"
				}
				return r, nil
			}
			db := open(t)
			carrier := relay.NewCarrier(relay.Options{
				Store: db, Queue: queue.NewOutbox(db), Room: room, Ours: ours, Log: zerolog.Nop(),
				Routes: relay.NewRoutes(db, room, []relay.Declaration{{Name: "libre", From: []string{test.from}, To: string(experts)}}),
			})
			asks, err := carrier.Asks(t.Context(), salon)
			if err != nil || asks != test.asks || looked != test.looks {
				t.Errorf("asks %v, looked up %v, %v", asks, looked, err)
			}
		})
	}
}
