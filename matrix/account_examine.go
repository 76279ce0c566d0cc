package matrix

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
)

// The faults that Examine can find besides the states of errors.go.
var (
	ErrNotVerified = errors.New("the account does not vouch for the device")
	ErrNotIn       = errors.New("the account is not in the room")
	ErrMayNotWrite = errors.New("the account may not write in the room")
)

// Session is a login.
type Session struct {
	User          chat.UserID
	Device, Token string
}

// Examination lists faults; nil means that there is none. A check that could not run
// because an earlier one failed has the earlier one's error.
type Examination struct {
	Server, Account, Device error
	// Skew is how far the homeserver's clock is ahead of this machine's, to the
	// second; 0 if its answers have no Date header.
	Skew  time.Duration
	Rooms map[string]error // by the names of Config.Rooms
}

// Examine checks the homeserver, the account, its device and the rooms of the
// configuration, and changes nothing. It may run while the bot runs.
func Examine(ctx context.Context, config Config, session Session) Examination {
	x := Examination{Rooms: map[string]error{}}
	c, err := New(config, nil, zerolog.Nop())
	if err != nil {
		return x.all(err)
	}
	if err := c.checkHomeserver(ctx); err != nil {
		return x.all(err)
	}
	x.Skew = c.clock.ahead().Round(time.Second)
	c.mx.UserID, c.mx.DeviceID = id.UserID(session.User), id.DeviceID(session.Device)
	c.bearer.set(session.Token)
	own, err := c.publishedKeys(ctx)
	if session.Token == "" {
		err = ErrLoggedOut
	}
	if err != nil {
		x.Account, x.Device = err, err
	} else if !own.signed {
		x.Device = ErrNotVerified
	}
	for _, room := range config.Rooms {
		if x.Rooms[room] = x.Account; x.Account == nil {
			x.Rooms[room] = c.examineRoom(ctx, room)
		}
	}
	return x
}

func (x Examination) all(err error) Examination {
	x.Server, x.Account, x.Device = err, err, err
	return x
}

// examineRoom checks that the bot is in a room and may write there.
func (c *Client) examineRoom(ctx context.Context, name string) error {
	room := chat.RoomID(name)
	if strings.HasPrefix(name, "#") {
		var err error
		if room, err = c.Resolve(ctx, name); err != nil {
			return err
		}
	}
	joined, err := c.JoinedRooms(ctx)
	switch {
	case err != nil:
		return err
	case !slices.Contains(joined, room):
		return ErrNotIn
	}
	evt, err := c.mx.FullStateEvent(ctx, id.RoomID(room), event.StatePowerLevels, "")
	if err != nil {
		return fmt.Errorf("ask for the power levels: %w", err)
	}
	levels := readPowers(evt.Content.VeryRaw)
	if levels.GetUserLevel(c.mx.UserID) < levels.GetEventLevel(event.EventMessage) {
		return ErrMayNotWrite
	}
	return nil
}
