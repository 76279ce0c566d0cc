package commands

import (
	"context"
	"strings"
	"unicode/utf8"

	"heraut/chat"
)

// need is a set of conditions, as bits, on the message that gives a command, such as
// that it comes from a direct message.
type need int

const (
	// aRoom: the message comes from a room. The command line has none.
	aRoom need = 1 << iota
	// aDirect: it is a direct message, since the answer is for one person alone.
	aDirect
	// aClosed: no stranger reads the room, since the answer is about other people or
	// rooms.
	aClosed
	// aNew: it is no edit, since an edit does not undo the command's change.
	aNew
	// aWhole: it is short enough for the bot to read it whole.
	aWhole
	// aPrefix: it has the prefix even in a direct message, since « prendre des notes
	// » is a search.
	aPrefix
)

// The reasons to refuse a command.
const (
	refusedNowhere   = "nowhere"
	refusedModerator = "moderator"
	refusedOperator  = "operator"
	refusedDirect    = "direct"
	refusedClosed    = "closed"
	refusedEdited    = "edited"
	refusedLong      = "long"
	refusedClear     = "clear"
)

// refusal is the data of the message that says why a command is refused.
type refusal struct {
	Prefix, Command string
	Why             string // one of the constants
	// Unverified reports that the room is encrypted and the device not verified.
	// Such a device gives nobody rights.
	Unverified bool
	// IdentityChanged reports that the person's account has other keys than the bot
	// first saw (chat.Event.IdentityChanged). User is that person.
	IdentityChanged bool
	User            chat.UserID
	Contact         string
}

// refused returns the reason why the sender of r may not give the command c in this
// room and this message: one of the constants refused…, such as refusedModerator, or ""
// if they may. It does not read the arguments, of which some commands refuse some
// themselves: salon another room, garder «pour tous». With an error, which is that of
// the store, the reason does not count.
func (a *Answerer) refused(ctx context.Context, r request, c *command) (string, error) {
	switch {
	case r.Event.ClearInEncrypted && !c.harmless:
		return refusedClear, nil
	case c.needs&aRoom != 0 && (r.Room == "" || c.of != nil && !c.of(&a.parts)):
		return refusedNowhere, nil
	case c.level == chat.LevelOperator && r.Level < chat.LevelOperator:
		return refusedOperator, nil
	case r.Level < c.level:
		return refusedModerator, nil
	case c.needs&aDirect != 0 && !r.Private:
		return refusedDirect, nil
	case c.needs&aNew != 0 && r.Edited:
		return refusedEdited, nil // the command's effect before the edit remains
	case c.needs&aWhole != 0 && tooLong(r):
		return refusedLong, nil
	case c.needs&aClosed != 0:
		closed, err := a.closed(ctx, r)
		if err != nil || !closed {
			return refusedClosed, err
		}
	}
	return "", nil
}

// mayUse reports whether the person could give the command c here in a new message. The
// help lists these commands. On the command line, which has no room, only the person's
// level counts.
func (a *Answerer) mayUse(ctx context.Context, r request, c *command) (bool, error) {
	if r.Room == "" {
		return r.Level >= c.level, nil // the room of the command is unknown
	}
	r.Edited, r.Text = false, ""
	why, err := a.refused(ctx, r, c)
	return why == "", err
}

// closed reports whether the room of the request is closed to strangers: it is a direct
// message, or the bot knows that it is private and admits no outsiders. A room of which
// the bot knows too little is not closed.
func (a *Answerer) closed(ctx context.Context, r request) (bool, error) {
	if r.Private {
		return true, nil
	}
	room, err := a.room(ctx, r.Room)
	if err != nil {
		return false, err
	}
	return chat.ReadersOf(room, chat.Surroundings{Room: func(id chat.RoomID) chat.Room {
		other, err := a.room(ctx, id)
		if err != nil {
			return chat.Room{} // so the room counts as unknown
		}
		return other
	}}).Closed(), nil
}

// tooLong reports whether the text of the request, with all its lines, has more than
// maxLine characters, the most that the bot reads.
func tooLong(r request) bool { return utf8.RuneCountInString(strings.TrimSpace(r.Text)) > maxLine }

func (a *Answerer) refuse(r request, why string) (Answer, error) {
	rights := why == refusedModerator || why == refusedOperator
	return a.message(r, "refused", refusal{
		Prefix: r.Prefix, Command: r.command.name(), Why: why,
		Unverified: r.Unverified && rights, IdentityChanged: r.Event.IdentityChanged && rights,
		User: r.Sender, Contact: a.about.Contact,
	})
}
