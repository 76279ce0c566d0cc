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
	"heraut/wait"
)

// joinAgain is the time before the retry of a failed join.
const joinAgain = 5 * time.Minute

// lookUpTries bounds the lookups of an alias before the first sync while the
// homeserver itself answers.
const lookUpTries = 2

// leftRooms returns the rooms that this sync shows the bot out of, in the form in which
// the caller stores them, and forgets their member lists: rooms that the bot left or was
// removed from, and those whose invitation, which it had accepted, was withdrawn. If a
// person removed the bot from a room in which it answered, leftRooms adds an event about
// that, with the time received, to the batch. It leaves out rooms that the bot was out
// of before, and the rooms invited, whose invitations this sync accepts.
func (c *Client) leftRooms(answer *mautrix.RespSync, invited []chat.Room, received time.Time, batch *queue.Batch) (left []chat.Room) {
	for room, shown := range answer.Rooms.Leave {
		r := c.rooms.get(room)
		before := r
		exit, by := c.exitOf(shown)
		effects := takeStep(&r, c.rooms.setUp(room), exitSteps[exit])
		if effects == 0 {
			continue // the bot was out already
		}
		if slices.ContainsFunc(invited, func(i chat.Room) bool { return i.ID == r.ID }) {
			continue // the invitation is newer
		}
		var at time.Time
		if by != nil {
			at = c.saidAt(by, received)
		}
		if isInvited(before) && (answer.Rooms.Invite[room] != nil || c.rooms.toJoin(room, at)) {
			continue // Dendrite may report the end of an invitation before its acceptance, or an older departure again
		}
		if before.Joined {
			c.log.Info().Str("room", room.String()).Str("exit", string(exit)).Msg("The bot is out of a room")
		}
		if effects.has(effectWarn) {
			c.log.Warn().Str("room", room.String()).Str("exit", string(exit)).Msg("The bot is no longer in a room that it served")
		}
		if effects.has(effectTell) {
			noteRemoved(before, exit, by, received, batch)
		}
		c.forgetMembers(room)
		left = append(left, r)
	}
	return left
}

// declareRooms finds the ids of the rooms in the configuration, passes them to
// intake.FoundRoom, and returns the names of those that the bot still has to join or
// whose alias could not be looked up. It waits for a homeserver that does not answer,
// until ctx ends.
func (c *Client) declareRooms(ctx context.Context, intake Intake) (toJoin []string) {
	for _, room := range c.config.Rooms {
		roomID, found := id.RoomID(room), true
		if strings.HasPrefix(room, "#") {
			roomID, found = c.lookUp(ctx, room)
		}
		in := c.declareLatest(ctx, room, roomID, intake)
		if !in || !found {
			toJoin = append(toJoin, room)
		}
	}
	return toJoin
}

// lookUp returns the id of the room to which an alias leads, and true. If the homeserver
// refuses the alias, it returns an empty id and true. If another server is responsible
// and does not answer, or ctx ends, it returns the last known id, which may be empty,
// and false: the caller has to try again.
func (c *Client) lookUp(ctx context.Context, alias string) (room id.RoomID, found bool) {
	for try := 1; ctx.Err() == nil; try++ {
		answer, err := c.mx.ResolveAlias(ctx, id.RoomAlias(alias))
		if err == nil {
			return answer.RoomID, true
		}
		known, status := answered(err)
		if known != nil && status < 500 && status != http.StatusTooManyRequests {
			return "", true // the join will fail and report the cause
		}
		c.log.Warn().Err(err).Str("room", alias).Msg("A room of the configuration could not be looked up yet")
		if try >= lookUpTries && status != http.StatusTooManyRequests {
			if _, err := c.mx.Versions(ctx); err == nil { // the homeserver answers, so the other server is down
				break
			}
		}
		wait.For(ctx, time.Duration(min(try, 10))*time.Second)
	}
	before, err := c.store.Aliases(ctx)
	if err != nil && ctx.Err() == nil {
		c.log.Error().Err(err).Msg("The stored aliases could not be read")
	}
	return id.RoomID(before[alias]), false
}

// declareLatest records the id of the room that the configuration calls room, and
// passes it to intake. The id is roomID or, if that room was upgraded, perhaps several
// times, the id of the last successor. It returns true if the bot need not join: it is
// in the room already, or the room was upgraded. If roomID is empty, it records nothing
// and returns false.
func (c *Client) declareLatest(ctx context.Context, room string, roomID id.RoomID, intake Intake) bool {
	moved := false
	for c.rooms.get(roomID).MovedTo != "" {
		roomID, moved = id.RoomID(c.rooms.get(roomID).MovedTo), true
	}
	if roomID == "" {
		return false
	}
	c.declare(ctx, room, roomID, intake)
	return moved || c.rooms.get(roomID).Joined
}

// declare records roomID as the id of the room that the configuration names room, in
// which the bot answers, and passes both to intake.FoundRoom, for the parts of the bot
// that have settings for it.
func (c *Client) declare(ctx context.Context, room string, roomID id.RoomID, intake Intake) {
	c.rooms.declare(room, roomID)
	intake.FoundRoom(ctx, room, chat.RoomID(roomID))
}

// joinRooms joins the rooms declared of the configuration, the rooms of accepted
// invitations and the successors of served rooms, and declines the other invitations. It
// repeats that when wakeJoiner calls and, after a failure, every joinAgain, until ctx
// ends. It respects config.Pace and always returns nil.
func (c *Client) joinRooms(ctx context.Context, declared []string, intake Intake) error {
	for ctx.Err() == nil {
		declared = slices.DeleteFunc(declared, func(room string) bool { return c.joinDeclared(ctx, room, intake) })
		again := len(declared) > 0
		for _, r := range c.rooms.all() {
			if isInvited(r) && !c.rooms.joining(id.RoomID(r.ID)) {
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

// declineInvitations rejects, on the homeserver, the invitations that the bot declined,
// and stores that. It returns true if none is left, or ctx has ended, and false if the
// caller has to try again later.
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
	if c.rooms.get(room).InvitedBy == "" { // no newer invitation has been accepted
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
		// The homeserver refuses because the room is the one where it writes its own
		// notices.
		err = c.changeRoom(ctx, room, func(r *chat.Room) { r.InvitedBy, r.Notices = d.By, true })
		c.rooms.wakeJoiner()
	default: // declined, or the invitation no longer exists
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

// joinDeclared joins the room that the configuration names room and records its id
// (declareLatest). It returns false if the caller has to try again later, true also if
// ctx ends before the try.
func (c *Client) joinDeclared(ctx context.Context, room string, intake Intake) bool {
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
	c.declareLatest(ctx, room, answer.RoomID, intake)
	return true
}

// acceptInvitation joins the room r, to which the bot accepted an invitation. If r is a
// direct message, it adds r to the account's list of direct messages. If the homeserver
// refuses the join for good, it drops the invitation and stores it as declined. It
// returns false if the caller has to try again later, and true in all other cases and
// after the end of ctx.
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
		c.log.Info().Str("room", room.String()).Bool("direct", r.Direct).Msg("An invitation was accepted")
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
		if now.InvitedBy == r.InvitedBy { // otherwise a newer invitation came
			dropped = takeStep(now, false, stepInvalid).has(effectUninvite)
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

// noteDirect adds the room to the account's list of direct messages with the user with,
// which the account's other clients read. It only logs an error.
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
