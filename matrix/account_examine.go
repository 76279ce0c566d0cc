package matrix

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto/ssss"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
)

// The faults that Examine can find besides the states of errors.go.
var (
	ErrNotVerified = errors.New("the account does not vouch for the device")
	ErrNotIn       = errors.New("the account is not in the room")
	ErrInvited     = errors.New("the account is invited to the room and has not joined")
	ErrBanned      = errors.New("the account is banned from the room")
	ErrRemoved     = errors.New("the account was removed from the room")
	ErrMayNotWrite = errors.New("the account may not write in the room")
)

// Session is the bot's stored login: the user, the device, the access token, and the
// secret that opens the encryption keys in crypto.db.
type Session struct {
	User          chat.UserID
	Device, Token string
	// PickleKey opens the keys in crypto.db.
	PickleKey []byte
}

// Examination is the result of Examine: an error for each check that found a fault,
// nil for the others. A check that could not run because an earlier one failed has
// that one's error.
type Examination struct {
	Server, Account, Device error
	// Keys is ErrDeviceKeys if the homeserver's keys of the device are not those in
	// crypto.db.
	Keys error
	// RecoveryKey is ErrNoRecoveryKey, ErrWrongRecoveryKey, ErrNoSecretStorage, or the
	// error of the file or of a request.
	RecoveryKey error
	// Skew is how far the homeserver's clock is ahead of this machine's, to the
	// second; 0 if its answers have no Date header.
	Skew  time.Duration
	Rooms map[string]RoomExamination // by the names of Config.Rooms
}

// RoomExamination is the result of Examine for one room: whether the bot may write
// there, and the power levels that decide it.
type RoomExamination struct {
	Err error // nil: the account may write there
	// Power is the account's level, and Needed the level that messages need; both 0
	// unless Err is nil or ErrMayNotWrite.
	Power, Needed int
}

// Examine checks the homeserver, the account of session, its device, its keys and the
// rooms of the configuration, and changes nothing. It may run while the bot runs. If the
// homeserver cannot be used, every check has that error, and Rooms is empty.
func Examine(ctx context.Context, config Config, session Session) Examination {
	x := Examination{Rooms: map[string]RoomExamination{}}
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
	switch {
	case session.Token == "":
		err = ErrLoggedOut
	case !sameAccount(c.mx.UserID, config.User):
		err = fmt.Errorf("%w: %s", ErrOtherAccount, session.User)
	}
	if err != nil {
		x.Account, x.Device, x.Keys, x.RecoveryKey = err, err, err, err
	} else {
		if !own.signed {
			x.Device = ErrNotVerified
		}
		x.Keys = compareKeys(ctx, config.CryptoDB, session, own)
		x.RecoveryKey = c.checkRecoveryKey(ctx, own)
	}
	joined, joinedErr := c.JoinedRooms(ctx)
	for _, room := range config.Rooms {
		switch {
		case x.Account != nil:
			x.Rooms[room] = RoomExamination{Err: x.Account}
		case joinedErr != nil:
			x.Rooms[room] = RoomExamination{Err: joinedErr}
		default:
			x.Rooms[room] = c.examineRoom(ctx, room, joined)
		}
	}
	return x
}

func (x Examination) all(err error) Examination {
	x.Server, x.Account, x.Device, x.Keys, x.RecoveryKey = err, err, err, err, err
	return x
}

// compareKeys returns nil if the device's signing key in the file cryptoDB is the one in
// own, published on the homeserver: otherwise messages to the device could not be read.
// The error wraps ErrDeviceKeys if the keys differ, belong to another device, are not
// published or do not open with the session's PickleKey; other errors are those of
// reading the file.
func compareKeys(ctx context.Context, cryptoDB string, session Session, own publishedKeys) error {
	stored, err := InspectKeys(ctx, cryptoDB)
	if err != nil {
		return err
	}
	if stored.Device != session.Device {
		return fmt.Errorf("%w: crypto.db has those of another device", ErrDeviceKeys)
	}
	here, err := stored.signingKey(ctx, cryptoDB, session.PickleKey)
	switch {
	case err != nil:
		return err
	case own.device == "":
		return fmt.Errorf("%w: it holds none", ErrDeviceKeys)
	case own.device != here:
		return fmt.Errorf("%w: its signing key is %s there and %s here", ErrDeviceKeys, own.device, here)
	}
	return nil
}

// checkRecoveryKey returns nil if the configured recovery key opens the account's
// secret storage, where the homeserver keeps the account's encrypted keys, or if the
// account has neither secret storage nor keys (own.master is empty). The error wraps
// ErrNoRecoveryKey, ErrWrongRecoveryKey or ErrNoSecretStorage, or is that of the file
// or the request.
func (c *Client) checkRecoveryKey(ctx context.Context, own publishedKeys) error {
	text, err := c.readRecoveryKey()
	missing := errors.Is(err, os.ErrNotExist)
	if err != nil && !missing {
		return err
	}
	keyID, stored, err := ssss.NewSSSSMachine(c.mx).GetDefaultKeyData(ctx)
	switch {
	case errors.Is(err, ssss.ErrNoDefaultKeyAccountDataEvent), errors.Is(err, ssss.ErrNoKeyFieldInAccountDataEvent):
		if own.master == "" {
			return nil // the next start makes the account's keys
		}
		return ErrNoSecretStorage
	case err != nil:
		return fmt.Errorf("ask for the account's secret storage: %w", accountError(err))
	case missing:
		return fmt.Errorf("%w (%s)", ErrNoRecoveryKey, c.config.RecoveryKeyFile)
	}
	if _, err := stored.VerifyRecoveryKey(keyID, text); err != nil {
		return fmt.Errorf("%w (%s): %w", ErrWrongRecoveryKey, c.config.RecoveryKeyFile, err)
	}
	return nil
}

// examineRoom checks that the bot is in a room of the configuration and may write
// there. name is the room's id or alias; joined are the rooms that the account is in.
// The result's Err is nil, ErrMayNotWrite, an error of absence, or that of a request.
// If it is nil or ErrMayNotWrite, Power and Needed are set.
func (c *Client) examineRoom(ctx context.Context, name string, joined []chat.RoomID) (x RoomExamination) {
	room := chat.RoomID(name)
	if strings.HasPrefix(name, "#") {
		var err error
		if room, err = c.Resolve(ctx, name); err != nil {
			return RoomExamination{Err: err}
		}
	}
	if !slices.Contains(joined, room) {
		return RoomExamination{Err: c.absence(ctx, id.RoomID(room))}
	}
	evt, err := c.mx.FullStateEvent(ctx, id.RoomID(room), event.StatePowerLevels, "")
	if err != nil && !errors.Is(err, mautrix.MNotFound) {
		return RoomExamination{Err: fmt.Errorf("ask for the power levels: %w", err)}
	}
	levels := &event.PowerLevelsEventContent{}
	if err == nil {
		levels = readPowers(evt.Content.VeryRaw)
	}
	kind := event.EventMessage
	if _, err := c.mx.FullStateEvent(ctx, id.RoomID(room), event.StateEncryption, ""); err == nil {
		kind = event.EventEncrypted
	}
	x.Power, x.Needed = levels.GetUserLevel(c.mx.UserID), levels.GetEventLevel(kind)
	if x.Power < x.Needed {
		x.Err = ErrMayNotWrite
	}
	return x
}

// absence returns the error that says why the account is not in a room: ErrBanned,
// ErrRemoved or ErrInvited. It returns ErrNotIn if the account left by itself, and if
// the homeserver does not answer or does not say: it shows the reason to former members
// only.
func (c *Client) absence(ctx context.Context, room id.RoomID) error {
	evt, err := c.mx.FullStateEvent(ctx, room, event.StateMember, c.mx.UserID.String())
	if err != nil || evt.Content.ParseRaw(event.StateMember) != nil && evt.Content.Parsed == nil {
		return ErrNotIn
	}
	switch evt.Content.AsMember().Membership {
	case event.MembershipBan:
		return ErrBanned
	case event.MembershipInvite:
		return ErrInvited
	case event.MembershipLeave:
		if evt.Sender != c.mx.UserID {
			return ErrRemoved
		}
	}
	return ErrNotIn
}
