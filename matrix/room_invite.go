package matrix

import (
	"context"
	"slices"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/queue"
)

// noticeUsers lists the default localparts of the users that send a homeserver's
// notices.
var noticeUsers = []string{"notices", "server", "_server"}

// spaceKind is the type of rooms that only hold other rooms.
const spaceKind = "m.space"

// invitation holds the facts about an invitation by which the bot accepts or declines
// it: who sent it and what kind of room it is for.
type invitation struct {
	operator bool // sent by an operator
	server   bool // sent from a server whose users may invite
	notices  bool // apparently sent by the bot's own homeserver itself
	space    bool
}

// declined returns the reason why the bot declines the invitation; empty if it accepts
// it. The reason is DeclinedServer if people of the inviter's server may not invite,
// and DeclinedSpace if the room is a space. An operator and the homeserver itself may
// always invite. Later, once the bot is in the room, welcome decides whether the
// inviter had the right to bring it there.
func (i invitation) declined() chat.DeclineReason {
	switch {
	case i.operator, i.notices:
		return ""
	case !i.server:
		return chat.DeclinedServer
	case i.space:
		return chat.DeclinedSpace
	}
	return ""
}

// declineReasons are the sentences that people read in their client.
var declineReasons = map[chat.DeclineReason]string{
	chat.DeclinedServer: "Ce robot n’accepte pas les invitations de votre serveur.",
	chat.DeclinedSpace:  "Ce robot ne parle pas dans les espaces : invitez-le dans un salon.",
}

// invitations decides about the invitations in a sync. It returns the rooms to which
// the bot accepts its invitation, and the invitations that the bot declines, with now
// as their time. It stores and sends nothing. An invitation to the successor of a room
// in which the bot answers is in neither list, since joinRooms enters that room at
// once. It ignores an invitation without an inviter.
func (c *Client) invitations(answer *mautrix.RespSync, now time.Time) (accepted []chat.Room, declined []chat.Declined) {
	for room, invited := range answer.Rooms.Invite {
		r := c.rooms.get(room)
		takeStep(&r, c.rooms.setUp(room), stepInvite)
		for _, evt := range invited.State.Events {
			noteFact(&r.RoomFacts, evt)
			switch {
			case evt.Type.Type == event.StateMember.Type && evt.GetStateKey() == c.mx.UserID.String():
				r.InvitedBy = chat.UserID(evt.Sender)
				if direct, _ := evt.Content.Raw["is_direct"].(bool); direct {
					r.Direct = true
				}
			case evt.Type.Type == event.StateEncryption.Type:
				r.Encrypted = true
			}
		}
		if r.InvitedBy == "" {
			continue
		}
		r.Direct = r.Direct || r.AccessRule == "direct"
		r.Version = "" // an invitation carries only a part of the state
		by := id.UserID(r.InvitedBy)
		why := invitation{
			operator: c.config.IsOperator(r.InvitedBy),
			server:   c.config.MayInvite(by.Homeserver()),
			notices:  by.Homeserver() == c.mx.UserID.Homeserver() && slices.Contains(noticeUsers, by.Localpart()),
			space:    r.Kind == spaceKind,
		}.declined()
		switch {
		case c.rooms.isSuccessor(room):
			c.rooms.followLater(room, time.Time{})
			c.rooms.wakeJoiner() // a served room is moving to this one
		case why == "":
			accepted = append(accepted, r)
		default:
			c.log.Info().Str("room", room.String()).Str("server", by.Homeserver()).Str("why", string(why)).Msg("Declining an invitation")
			declined = append(declined, chat.Declined{Room: r.ID, By: r.InvitedBy, Server: by.Homeserver(), Why: why, At: now, Open: true})
		}
	}
	return accepted, declined
}

// welcome reports whether the bot may stay in the room r, to which r.InvitedBy invited
// it: they have a moderator's power there or are an operator, or the room needs no such
// right, as a direct message. It returns false if the power levels cannot be read.
func (c *Client) welcome(ctx context.Context, r chat.Room) bool {
	room := id.RoomID(r.ID)
	if r.IsDirect() || r.Notices || c.rooms.isDeclared(room) || c.rooms.movedHere(room) || c.config.IsOperator(r.InvitedBy) {
		return true
	}
	powers, err := c.powers(ctx, room)
	if err != nil {
		if ctx.Err() == nil {
			c.log.Warn().Err(err).Str("room", room.String()).Msg("The power levels of a room could not be read: leaving it")
		}
		return false
	}
	return powers.GetUserLevel(id.UserID(r.InvitedBy)) >= c.config.ModeratorPower(r.ID)
}

// enter adds to the batch a chat.Joined event: the bot has arrived in the room r, which
// it joined on an invitation. If the inviter had no right to invite the bot, the event
// has Unwelcome set, r loses its inviter, so that the bot does not answer there, and
// declined holds the invitation. Otherwise declined is nil, and enter adds no event in
// a space, in the homeserver's notice room, in the successor of a room, or if join is
// nil. join is the bot's own join event; nil if the bot could not find it. received
// becomes the event's time. The event's id is that of join or, without it, made of
// since, the position before the sync.
func (c *Client) enter(ctx context.Context, r *chat.Room, join *event.Event, since string, received time.Time, batch *queue.Batch) (declined []chat.Declined) {
	greeting := &chat.Event{Room: r.ID, Sender: r.InvitedBy, At: received, Direct: r.IsDirect(), Joined: &chat.Joined{}}
	if join != nil {
		greeting.ID = chat.EventID(join.ID)
	}
	by, what := r.InvitedBy, stepEnter
	if !c.welcome(ctx, *r) {
		what = stepUnwelcome
	}
	invited := *r
	invited.Joined = false
	effects := takeStep(&invited, true, what)
	r.InvitedBy, r.Direct = invited.InvitedBy, invited.Direct
	switch {
	case effects.has(effectApologise):
		greeting.Joined.Unwelcome = true
		if join == nil {
			greeting.ID = chat.EventID("unwelcome/" + string(r.ID) + "/" + since)
		}
		declined = append(declined, chat.Declined{
			Room: r.ID, By: by, Server: id.UserID(by).Homeserver(), Why: chat.DeclinedPerson, At: received,
		})
	case !effects.has(effectGreet), join == nil, r.Notices, r.Kind == spaceKind, c.rooms.movedHere(id.RoomID(r.ID)):
		return nil
	}
	batch.Arrivals = append(batch.Arrivals, queue.Arrival{ID: greeting.ID, Room: greeting.Room, At: received, Event: greeting})
	return declined
}
