package commands

import (
	"cmp"
	"context"
	"strings"
	"unicode/utf8"

	"heraut/chat"
)

// need is what a command needs besides a level.
type need int

const (
	// aRoom: a room that the bot serves; on the command line there is none.
	aRoom need = 1 << iota
	// aDirect: a direct message, since the answer is for one person alone.
	aDirect
	// aClosed: a room that no stranger reads, since the answer tells of others.
	aClosed
	// aNew: a message of its own, since an edit does not undo what it changed.
	aNew
	// aWhole: a message that is not cut.
	aWhole
	// aPrefix: the prefix, also in a direct message: « prendre des notes » is a need.
	aPrefix

	// abroad is no need: the command asks a server that is not the homeserver when its
	// arguments name a feed or an alias, and is then answered apart.
	abroad
	// abroadAlways: it asks another server whatever its arguments name.
	abroadAlways

	// aside is no need: the help only names the command, at its end.
	aside
)

// Why a command is refused.
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

// refusal is what somebody is told of a command that they may not give here.
type refusal struct {
	Prefix, Command string
	Why             string // one of the constants
	// Unverified tells that the room is encrypted and the device not verified:
	// nobody has rights from there.
	Unverified bool
	// IdentityChanged reports that the person's account has other keys than the bot
	// first saw (chat.Event.IdentityChanged), and User who that is.
	IdentityChanged bool
	User            chat.UserID
	Contact         string
}

// refused tells why the person may not give the command here, and so; empty if
// they may. All commands are checked here, and here alone.
func (a *Answerer) refused(ctx context.Context, r request, c *command) (string, error) {
	switch {
	case r.Event.ClearInEncrypted && !c.harmless():
		return refusedClear, nil
	case c.needs&aRoom != 0 && (r.Room == "" || !a.serves(c)):
		return refusedNowhere, nil
	case c.level == chat.LevelOperator && r.Level < chat.LevelOperator:
		return refusedOperator, nil
	case r.Level < c.level:
		return refusedModerator, nil
	case c.needs&aDirect != 0 && !r.Private:
		return refusedDirect, nil
	case c.needs&aNew != 0 && r.Edited:
		return refusedEdited, nil // what it did before its edit stays done
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

// harmless reports whether the homeserver may give the command in anybody's name: its
// answer tells nothing of the room or the person, and changes nothing.
func (c *command) harmless() bool {
	return cmp.Or(c.topic, c.words[0]) == "sill" || c.words[0] == "aide"
}

// mayUse tells whether the person may give the command here, in a message of
// its own: what the help lists.
func (a *Answerer) mayUse(ctx context.Context, r request, c *command) (bool, error) {
	if r.Room == "" {
		return r.Level >= c.level, nil // it is not known where this will be typed
	}
	r.Edited, r.Text = false, ""
	why, err := a.refused(ctx, r, c)
	return why == "", err
}

// serves tells whether what the command works with is there.
func (a *Answerer) serves(c *command) bool {
	if c.topic == "veille" || c.words[0] == "veille" {
		return a.desk != nil
	}
	if c.topic == "webhook" || c.words[0] == "webhook" {
		return a.admin.Webhooks != nil
	}
	if c.topic == "merci" || c.words[0] == "merci" {
		return a.thanks != nil
	}
	if c.words[0] == "visio" {
		return a.visio != nil
	}
	if c.topic == "agenda" || c.words[0] == "agenda" {
		return a.agenda != nil
	}
	if c.topic == "faq" || c.words[0] == "faq" || c.words[0] == "garder" {
		return a.knowledge != nil
	}
	if c.carries() || c.topic == "relais" {
		return a.relay != nil
	}
	return a.admin.Book != nil
}

// closed tells that no stranger reads the room: it is a direct message, or known
// to be private and without externals.
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
			return chat.Room{} // which counts as one that nobody knows
		}
		return other
	}}).Closed(), nil
}

// tooLong tells that the end of the line is not looked at.
func tooLong(r request) bool { return utf8.RuneCountInString(strings.TrimSpace(r.Text)) > maxLine }

func (a *Answerer) refuse(r request, why string) (Answer, error) {
	rights := why == refusedModerator || why == refusedOperator
	return a.message(r, "refused", refusal{
		Prefix: r.Prefix, Command: r.command.name(), Why: why,
		Unverified: r.Unverified && rights, IdentityChanged: r.Event.IdentityChanged && rights,
		User: r.Sender, Contact: a.about.Contact,
	})
}
