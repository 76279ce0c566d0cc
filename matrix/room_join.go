package matrix

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/queue"
)

// joinAgain is when a join that failed is tried again.
const joinAgain = 5 * time.Minute

// lookUpTries is how often an alias is looked up before the first sync.
const lookUpTries = 2

// leftRooms returns the rooms that the bot is no longer in, to be stored. The batch
// gets an event for each served room that somebody took the bot out of.
func (c *Client) leftRooms(answer *mautrix.RespSync, invited []chat.Room, received time.Time, batch *queue.Batch) (left []chat.Room) {
	for room, shown := range answer.Rooms.Leave {
		r := c.rooms.get(room)
		if !r.Joined && r.InvitedBy == "" {
			continue
		}
		if slices.ContainsFunc(invited, func(i chat.Room) bool { return i.ID == r.ID }) {
			continue // the invitation came after
		}
		if r.InvitedBy != "" && !r.Joined && (answer.Rooms.Invite[room] != nil || c.rooms.joining(room)) {
			continue // Dendrite may say that an invitation has ended before it says that it was accepted
		}
		exit, by := c.exitOf(shown)
		if r.Joined && c.rooms.setUp(room) {
			c.log.Warn().Str("room", room.String()).Str("exit", string(exit)).Msg("The bot is no longer in a room that it served")
			noteRemoved(r, exit, by, received, batch)
		}
		leaveRoom(&r, exit)
		c.forgetMembers(room)
		left = append(left, r)
	}
	return left
}

// declareRooms resolves the rooms of the configuration, waiting for the homeserver if it
// must, and returns those that the bot has to join.
func (c *Client) declareRooms(ctx context.Context) (toJoin []string) {
	for _, room := range c.config.Rooms {
		roomID, found := id.RoomID(room), true
		if strings.HasPrefix(room, "#") {
			roomID, found = c.lookUp(ctx, room)
		}
		in := c.declareLatest(room, roomID)
		if !in || !found {
			toJoin = append(toJoin, room)
		}
	}
	return toJoin
}

// lookUp is the room of an alias. When another server keeps the alias, and does
// not answer, it is the one that the alias was before (empty: none), and has to
// be looked up again.
func (c *Client) lookUp(ctx context.Context, alias string) (room id.RoomID, found bool) {
	for try := 1; ctx.Err() == nil; try++ {
		answer, err := c.mx.ResolveAlias(ctx, id.RoomAlias(alias))
		if err == nil {
			return answer.RoomID, true
		}
		known, status := answered(err)
		if known != nil && status < 500 && status != http.StatusTooManyRequests {
			return "", true // the join will fail with the cause
		}
		c.log.Warn().Err(err).Str("room", alias).Msg("A room of the configuration could not be looked up yet")
		if try >= lookUpTries && status != http.StatusTooManyRequests {
			if _, err := c.mx.Versions(ctx); err == nil { // it is not the homeserver that is away
				break
			}
		}
		wait(ctx, time.Duration(min(try, 10))*time.Second)
	}
	before, err := c.store.Aliases(ctx)
	if err != nil && ctx.Err() == nil {
		c.log.Error().Err(err).Msg("The stored aliases could not be read")
	}
	return id.RoomID(before[alias]), false
}

// declareLatest declares the room, or the one that took its place, and reports
// whether there is nothing to join.
func (c *Client) declareLatest(room string, roomID id.RoomID) bool {
	moved := false
	for c.rooms.get(roomID).MovedTo != "" {
		roomID, moved = id.RoomID(c.rooms.get(roomID).MovedTo), true
	}
	if roomID == "" {
		return false
	}
	c.declare(room, roomID)
	return moved || c.rooms.get(roomID).Joined
}

// declare notes that a room of the configuration is served, under that id.
func (c *Client) declare(room string, roomID id.RoomID) {
	c.rooms.declare(room, roomID)
	c.config.OnRoom(room, chat.RoomID(roomID))
}

// joinRooms joins the rooms of the configuration that it is not in, those whose
// invitation was accepted and those that took another's place, and declines the
// other invitations, at the pace of all that is sent.
func (c *Client) joinRooms(ctx context.Context, declared []string, intake Intake) error {
	for ctx.Err() == nil {
		declared = slices.DeleteFunc(declared, func(room string) bool { return c.joinDeclared(ctx, room) })
		again := len(declared) > 0
		for _, r := range c.rooms.all() {
			if r.InvitedBy != "" && !r.Joined && !c.rooms.joining(id.RoomID(r.ID)) {
				again = !c.acceptInvitation(ctx, r) || again
			}
		}
		again = !c.declineInvitations(ctx) || again
		again = !c.followUpgrades(ctx, intake) || again
		var timer <-chan time.Time
		if again {
			timer = time.After(joinAgain)
		}
		select {
		case <-ctx.Done():
		case <-c.rooms.wake:
		case <-timer:
		}
	}
	return nil
}

// declineInvitations tells the homeserver which invitations are declined, and
// reports whether that is done.
func (c *Client) declineInvitations(ctx context.Context) bool {
	all, err := c.store.Declined(ctx)
	if err != nil {
		if ctx.Err() == nil {
			c.log.Error().Err(err).Msg("The declined invitations could not be read")
		}
		return false
	}
	done := true
	for _, d := range all {
		if d.Open && ctx.Err() == nil {
			done = c.declineInvitation(ctx, d) && done
		}
	}
	return done
}

func (c *Client) declineInvitation(ctx context.Context, d chat.Declined) bool {
	room := id.RoomID(d.Room)
	if err := c.config.Pace.Wait(ctx); err != nil {
		return true
	}
	var err error
	if c.rooms.get(room).InvitedBy == "" { // nobody else invited it meanwhile
		_, err = c.mx.LeaveRoom(ctx, room, &mautrix.ReqLeave{Reason: declineReasons[d.Why]})
	}
	known, _ := answered(err)
	switch {
	case mayPass(err):
		if ctx.Err() == nil {
			c.log.Warn().Err(err).Str("room", room.String()).Msg("An invitation could not be declined yet")
		}
		return false
	case known != nil && known.ErrCode == "M_CANNOT_LEAVE_SERVER_NOTICE_ROOM":
		// The homeserver itself has something to say.
		err = c.changeRoom(ctx, room, func(r *chat.Room) { r.InvitedBy, r.Notices = d.By, true })
		c.rooms.wakeJoiner()
	default: // or it is not there any more
		err = nil
	}
	d.Open = false
	if err == nil {
		err = c.store.SaveDeclined(ctx, d)
	}
	if err != nil && ctx.Err() == nil {
		c.log.Error().Err(err).Msg("A declined invitation could not be stored")
	}
	return err == nil
}

// joinDeclared joins a room of the configuration and reports whether that is done.
func (c *Client) joinDeclared(ctx context.Context, room string) bool {
	if err := c.config.Pace.Wait(ctx); err != nil {
		return true
	}
	answer, err := c.mx.JoinRoom(ctx, room, nil)
	if err != nil {
		if ctx.Err() == nil {
			c.log.Warn().Err(err).Str("room", room).Msg("A room of the configuration could not be joined: invite the bot, or correct the configuration")
		}
		return false
	}
	c.declareLatest(room, answer.RoomID)
	return true
}

// acceptInvitation joins and reports whether it is done with the invitation.
func (c *Client) acceptInvitation(ctx context.Context, r chat.Room) bool {
	room := id.RoomID(r.ID)
	if err := c.config.Pace.Wait(ctx); err != nil {
		return true
	}
	c.rooms.enters(room)
	via := []string{id.UserID(r.InvitedBy).Homeserver()}
	_, err := c.mx.JoinRoom(ctx, room.String(), &mautrix.ReqJoinRoom{Via: via})
	switch {
	case err == nil:
		c.rooms.joined(room)
		if r.Direct {
			c.noteDirect(ctx, room, id.UserID(r.InvitedBy))
		}
		return true
	case ctx.Err() != nil:
		return true
	}
	c.rooms.notIn(room)
	if mayPass(err) {
		c.log.Warn().Err(err).Str("room", string(r.ID)).Msg("A room could not be joined yet")
		return false
	}
	c.log.Warn().Err(err).Str("room", string(r.ID)).Msg("An invitation is no longer valid")
	dropped := false
	err = c.changeRoom(ctx, room, func(now *chat.Room) {
		if dropped = !now.Joined && now.InvitedBy == r.InvitedBy; dropped {
			now.InvitedBy, now.Direct = "", false
		}
	})
	if err == nil && dropped {
		err = c.store.SaveDeclined(ctx, chat.Declined{
			Room: r.ID, By: r.InvitedBy, Server: id.UserID(r.InvitedBy).Homeserver(), Why: chat.DeclinedByServer, At: time.Now(),
		})
	}
	if err != nil {
		c.log.Error().Err(err).Msg("A room could not be stored")
	}
	return true
}

// noteDirect writes the room into the account's list of direct messages, where
// other clients of the account look.
func (c *Client) noteDirect(ctx context.Context, room id.RoomID, with id.UserID) {
	direct := event.DirectChatsEventContent{}
	err := c.mx.GetAccountData(ctx, event.AccountDataDirectChats.Type, &direct)
	if err == nil || errors.Is(err, mautrix.MNotFound) {
		if direct == nil {
			direct = event.DirectChatsEventContent{}
		}
		if !slices.Contains(direct[with], room) {
			direct[with] = append(direct[with], room)
			err = c.mx.SetAccountData(ctx, event.AccountDataDirectChats.Type, &direct)
		} else {
			err = nil
		}
	}
	if err != nil && ctx.Err() == nil {
		c.log.Debug().Err(err).Msg("The list of direct messages could not be written")
	}
}
