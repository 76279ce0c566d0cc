package matrix

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/queue"
)

// enterWithin bounds the attempt to enter a successor: a sync that shows the bot
// there waits for its end.
const enterWithin = 30 * time.Second

// errNotFollowed reports that an upgrade is not valid.
var errNotFollowed = errors.New("the upgrade of a room is not followed")

// followUpgrades enters the rooms that replaced rooms in which the bot answers, at the
// times that mayFollow allows, and sets the time of each one's next try. It returns
// false if the caller has to try one again later. An upgrade that is not valid is
// logged, and not tried again.
func (c *Client) followUpgrades(ctx context.Context, intake Intake) bool {
	done := true
	for _, r := range c.rooms.moving() {
		if !c.rooms.mayFollow(id.RoomID(r.Successor)) {
			done = false
			continue
		}
		// Set before the try, so that an invitation during the try can reset it.
		c.rooms.followLater(id.RoomID(r.Successor), time.Now().Add(joinAgain))
		err := c.followUpgrade(ctx, r, intake)
		switch {
		case err == nil:
		case ctx.Err() != nil:
			return true
		case errors.Is(err, errNotFollowed):
			c.log.Warn().Err(err).Str("room", string(r.ID)).Msg("A room says that it was upgraded: going on serving it")
		default:
			c.log.Warn().Err(err).Str("room", string(r.ID)).Msg("A room was upgraded, and the new one cannot be entered yet: the bot may need an invitation")
			done = false
		}
	}
	return done
}

// followUpgrade enters the room that replaced r, if the person who upgraded r had the
// right to, and if the new room names r as the one before. It then stores that r has
// moved and passes chat.Moved to intake, whose handler moves the room's stored data. If
// the upgrade is not valid, the error wraps errNotFollowed: the bot leaves the new
// room, unless it was there before, and still answers in r. After any other error, a
// later call may succeed.
func (c *Client) followUpgrade(ctx context.Context, r chat.Room, intake Intake) error {
	to := id.RoomID(r.Successor)
	joined, err := c.mx.JoinedRooms(ctx)
	if err != nil {
		return fmt.Errorf("ask which rooms the bot is in: %w", err)
	}
	err = c.moveTo(ctx, r, intake)
	if errors.Is(err, errNotFollowed) {
		c.rooms.doNotFollow(r)
		if !slices.Contains(joined.JoinedRooms, to) { // moveTo joined the room, or an invitation exists
			if _, err := c.mx.LeaveRoom(ctx, to); err != nil {
				c.log.Debug().Err(err).Str("room", to.String()).Msg("A room that is not followed was not left")
			}
		}
	}
	return err
}

func (c *Client) moveTo(ctx context.Context, r chat.Room, intake Intake) error {
	room, to := id.RoomID(r.ID), id.RoomID(r.Successor)
	if c.rooms.get(to).MovedTo != "" {
		return fmt.Errorf("%w: the room that it names was replaced itself", errNotFollowed)
	}
	tombstone, err := c.mx.FullStateEvent(ctx, room, event.StateTombstone, "")
	if err != nil {
		return fmt.Errorf("ask for the upgrade: %w", err)
	}
	if named, _ := tombstone.Content.Raw["replacement_room"].(string); named != string(r.Successor) {
		return errors.New("the upgrade names another room now") // the next sync brings the new one
	}
	if err := c.mayUpgrade(ctx, room, tombstone); err != nil {
		return err
	}
	if err := c.config.Pace.Wait(ctx); err != nil {
		return err
	}

	// A sync that shows the bot in the new room waits until the bot serves it.
	followed := c.rooms.follow(to)
	defer followed()
	facts, encrypted, err := c.enterSuccessor(ctx, room, to, tombstone.Sender, r.Server)
	if err != nil {
		return err
	}
	c.changing.Lock()
	defer c.changing.Unlock()
	old, next := c.rooms.get(room), c.rooms.get(to)
	if next.InvitedBy == "" {
		next.InvitedBy, next.Direct = cmp.Or(old.InvitedBy, chat.UserID(tombstone.Sender)), old.Direct
	}
	next.RoomFacts, next.Encrypted = facts, next.Encrypted || encrypted
	takeStep(&old, true, stepUpgrade)
	old.MovedTo = next.ID
	now := time.Now()
	e := &chat.Event{
		ID: chat.EventID("moved/" + tombstone.ID), Room: old.ID, Sender: chat.UserID(tombstone.Sender), At: now,
		Moved: &chat.Moved{To: next.ID},
	}
	err = intake.Accept(ctx, queue.Batch{
		Received: now, Arrivals: []queue.Arrival{{ID: e.ID, Room: e.Room, At: now, Event: e}},
		Change: func(ctx context.Context) error {
			if err := c.rooms.write(ctx, next); err != nil {
				return err
			}
			return c.rooms.write(ctx, old)
		},
	})
	if err != nil {
		return err
	}
	c.rooms.remember(old, next)
	c.rooms.joined(to)
	for _, name := range c.rooms.declaredAs(room) {
		c.declare(ctx, name, to, intake)
	}
	c.log.Info().Str("room", room.String()).Str("to", to.String()).Msg("A room was upgraded: everything follows into the new one")
	return nil
}

// enterSuccessor joins the room to, the successor of room, through the servers of
// upgrader and server, and checks that the successor names room as its predecessor, all
// within enterWithin. It returns the facts about the successor, and whether it is
// encrypted: these say who can read it, and so which data may move there, and sync may
// not have shown them yet. The error wraps errNotFollowed if the successor names
// another predecessor; any other error is that of a request. After an error, the bot
// may be in the successor.
func (c *Client) enterSuccessor(ctx context.Context, room, to id.RoomID, upgrader id.UserID, server string) (facts chat.RoomFacts, encrypted bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, enterWithin)
	defer cancel()
	via := slices.DeleteFunc(slices.Compact([]string{upgrader.Homeserver(), server}), func(s string) bool { return s == "" })
	if _, err := c.mx.JoinRoom(ctx, to.String(), &mautrix.ReqJoinRoom{Via: via}); err != nil {
		return facts, false, fmt.Errorf("join the new room: %w", err)
	}
	create, err := c.mx.FullStateEvent(ctx, to, event.StateCreate, "")
	if err != nil {
		return facts, false, fmt.Errorf("ask which room the new one replaces: %w", err)
	}
	predecessor, _ := create.Content.Raw["predecessor"].(map[string]any)
	if from, _ := predecessor["room_id"].(string); from != room.String() {
		return facts, false, fmt.Errorf("%w: the room that it names does not say so", errNotFollowed)
	}
	if facts, err = c.askFacts(ctx, to); err != nil {
		return facts, false, fmt.Errorf("ask what the new room is: %w", err)
	}
	encrypted, err = c.askEncrypted(ctx, to)
	return facts, encrypted, err
}

// mayUpgrade returns nil if the sender of the tombstone had at that time the power to
// send it and a moderator's power: the settings of the moderators move to the room that
// it names. Otherwise the error wraps errNotFollowed; another error means that the power
// levels could not be read.
func (c *Client) mayUpgrade(ctx context.Context, room id.RoomID, tombstone *event.Event) error {
	powers, err := c.powersAt(ctx, room, tombstone.ID)
	if err != nil {
		return err
	}
	needed := max(powers.GetEventLevel(event.StateTombstone), c.config.ModeratorPower(chat.RoomID(room)))
	if has := powers.GetUserLevel(tombstone.Sender); has < needed {
		return fmt.Errorf("%w: who upgraded it had the power %d, not %d", errNotFollowed, has, needed)
	}
	return nil
}

// powersAt returns the room's power levels at the event at. If the homeserver refuses
// to return them or leaves them out (as Dendrite does), it returns the present ones.
// The error means that the homeserver gave no Matrix answer, that it failed or is too
// busy (status 500 and above, or 429), or that the present ones could not be read.
func (c *Client) powersAt(ctx context.Context, room id.RoomID, at id.EventID) (*event.PowerLevelsEventContent, error) {
	// With later events in the answer, the state would be the one after those.
	url := c.mx.BuildURLWithQuery(mautrix.ClientURLPath{"v3", "rooms", room, "context", at}, map[string]string{
		"limit": "0", "filter": `{"lazy_load_members":true}`,
	})
	var then mautrix.RespContext
	_, err := c.mx.MakeRequest(ctx, http.MethodGet, url, nil, &then)
	if known, status := answered(err); err != nil && (known == nil || status >= 500 || status == http.StatusTooManyRequests) {
		return nil, fmt.Errorf("ask for the power levels at the upgrade: %w", err)
	}
	var powers *event.PowerLevelsEventContent
	var create *event.Event
	if err == nil {
		for _, evt := range then.State {
			evt.Type.Class = event.StateEventType
			switch {
			case evt.GetStateKey() != "" || parseState(evt) != nil:
			case evt.Type == event.StatePowerLevels:
				powers = evt.Content.AsPowerLevels()
			case evt.Type == event.StateCreate:
				create = evt
			}
		}
	}
	if powers == nil || create == nil {
		return c.powers(ctx, room)
	}
	powers.CreateEvent = create
	return powers, nil
}
