package matrix

import "heraut/chat"

// phase is the state of a room in the bot's state machine for rooms, such as invited,
// served (the bot answers there), silent or left. It follows from the stored room and
// the settings.
type phase string

const (
	phaseUnknown phase = ""        // the bot never was there, and accepted no invitation
	phaseInvited phase = "invited" // the bot accepted an invitation, and sync does not show it there yet
	phaseSilent  phase = "silent"  // the bot is there, and does not serve the room
	phaseServed  phase = "served"
	phaseMuted   phase = "muted" // served, but the bot lacks the power to send
	phaseMoved   phase = "moved" // upgraded: the bot serves the successor instead
	phaseLeft    phase = "left"  // the bot left by itself
	phaseKicked  phase = "kicked"
	phaseBanned  phase = "banned"
)

// phaseOf returns the phase of the stored room r. setUp says whether the bot serves the
// room when it is there (roomBook.setUp).
func phaseOf(r chat.Room, setUp bool) phase {
	switch {
	case !r.Joined && r.InvitedBy != "":
		return phaseInvited
	case !r.Joined && r.Exit != "":
		return phase(r.Exit)
	case !r.Joined:
		return phaseUnknown
	case r.MovedTo != "":
		return phaseMoved
	case !setUp:
		return phaseSilent
	case r.Muted:
		return phaseMuted
	}
	return phaseServed
}

// isInvited reports whether the bot has accepted an invitation to the room r and still
// has to join it, or sync has not shown it there yet.
func isInvited(r chat.Room) bool { return phaseOf(r, false) == phaseInvited }

// in reports whether the bot is in a room of the phase p: silent, served, muted or
// moved.
func (p phase) in() bool {
	return p == phaseSilent || p == phaseServed || p == phaseMuted || p == phaseMoved
}

// serves reports whether the bot answers in a room of the phase p (served), or would if
// it were allowed to write (muted).
func (p phase) serves() bool { return p == phaseServed || p == phaseMuted }

// roomStep is an event in the bot's state machine for rooms, such as an invitation, a
// join or a removal.
type roomStep string

const (
	stepInvite    roomStep = "invite"    // a person whom the bot obeys invites it
	stepInvalid   roomStep = "invalid"   // the homeserver does not let the bot in
	stepEnter     roomStep = "enter"     // sync shows the bot in a room that is set up
	stepUnwelcome roomStep = "unwelcome" // sync does, and the inviter has no right to bring the bot there
	stepPass      roomStep = "pass"      // sync shows a room that the bot does not serve
	stepSetUp     roomStep = "set up"    // an operator sets the room up
	stepDrop      roomStep = "drop"      // an operator takes that back
	stepMute      roomStep = "mute"      // the bot loses the power to send
	stepUnmute    roomStep = "unmute"
	stepQuit      roomStep = "quit"    // the bot leaves, and the homeserver answers that it did
	stepLeave     roomStep = "leave"   // sync shows that the bot left by itself
	stepKick      roomStep = "kick"    // sync shows that another user removed it
	stepBan       roomStep = "ban"     // sync shows that another user banned it
	stepUpgrade   roomStep = "upgrade" // a moderator upgrades it, and the bot is in the successor
)

// exitSteps are the steps out of a room that sync shows.
var exitSteps = map[chat.Exit]roomStep{chat.ExitLeft: stepLeave, chat.ExitKicked: stepKick, chat.ExitBanned: stepBan}

// roomEffect is a set of actions, as bits, that a transition in the state machine for
// rooms demands besides the new phase.
type roomEffect uint16

const (
	effectReset     roomEffect = 1 << iota // clear what the row says, except name and encryption
	effectUninvite                         // forget the invitation
	effectHandOver                         // the successor takes over the invitation
	effectJoin                             // join the room
	effectGreet                            // greet the people there
	effectApologise                        // say that the inviter has no right, and leave
	effectWarn                             // log that the bot does not serve the room any more
	effectTell                             // tell the operators who removed the bot
	effectStale                            // ask for the room's facts again when the bot serves it
)

func (e roomEffect) has(other roomEffect) bool { return e&other == other }

// nextPhase is the state machine for rooms: it returns the phase after the step what in
// the phase p, and the effects of the transition, which the caller carries out. A step
// that means nothing in a phase changes nothing. doc/design/rooms.md draws it.
func nextPhase(p phase, what roomStep) (phase, roomEffect) {
	switch what {
	case stepInvite: // sync shows an invitation only while the bot is out of the room
		return phaseInvited, effectReset | effectJoin
	case stepQuit:
		return phaseLeft, effectReset
	case stepLeave, stepKick, stepBan:
		return exitPhase(p, what)
	case stepEnter:
		switch {
		case p == phaseInvited:
			return phaseServed, effectGreet
		case !p.in():
			return phaseServed, 0
		}
	case stepInvalid:
		if p == phaseInvited {
			return phaseUnknown, effectUninvite
		}
	case stepUnwelcome:
		if p == phaseInvited {
			return phaseSilent, effectUninvite | effectApologise
		}
	case stepPass:
		if p == phaseSilent {
			return phaseSilent, effectStale
		}
	case stepUpgrade:
		switch {
		case p.serves():
			return phaseMoved, effectHandOver
		case p == phaseInvited:
			return phaseUnknown, effectHandOver
		}
	default:
		return servedPhase(p, what), 0
	}
	return p, 0
}

// exitPhase returns the phase of a room after the bot left it as sync shows, from the
// phase p, and the effects of the transition. what says how: stepLeave, stepKick or
// stepBan. An old departure from a room that the bot is already out of changes nothing.
func exitPhase(p phase, what roomStep) (phase, roomEffect) {
	to := map[roomStep]phase{stepLeave: phaseLeft, stepKick: phaseKicked, stepBan: phaseBanned}[what]
	switch {
	case p.serves() && what == stepLeave:
		return to, effectReset | effectWarn
	case p.serves():
		return to, effectReset | effectWarn | effectTell
	case p.in(), p == phaseInvited:
		return to, effectReset
	}
	return p, 0
}

// servedPhase returns the phase of a room after the step what in the phase p, for the
// steps between served (the bot answers), muted (it may not write) and silent. It
// returns p for a step that means nothing in the phase p.
func servedPhase(p phase, what roomStep) phase {
	switch {
	case what == stepSetUp && p == phaseSilent:
		return phaseServed
	case what == stepDrop && p.serves():
		return phaseSilent
	case what == stepMute && p == phaseServed:
		return phaseMuted
	case what == stepUnmute && p == phaseMuted:
		return phaseServed
	}
	return p
}

// takeStep applies the step what of the state machine to the room r in memory, and
// returns the effects. It changes only the fields that the effects clear and r.Exit: the
// caller sets the inviter, the successor and the facts from sync, and stores r. setUp
// says whether the bot serves the room when it is there.
func takeStep(r *chat.Room, setUp bool, what roomStep) roomEffect {
	to, effects := nextPhase(phaseOf(*r, setUp), what)
	if effects.has(effectReset) {
		r.Joined, r.InvitedBy, r.Direct, r.Members = false, "", false, 0
		r.RoomFacts = chat.RoomFacts{Name: r.Name}
	}
	if effects.has(effectUninvite) {
		r.InvitedBy, r.Direct = "", false
	}
	if effects.has(effectHandOver) {
		r.InvitedBy = ""
	}
	switch to {
	case phaseLeft, phaseKicked, phaseBanned:
		r.Exit = chat.Exit(to)
	}
	if effects.has(effectStale) {
		r.Version = ""
	}
	return effects
}
