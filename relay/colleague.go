package relay

import (
	"cmp"
	"context"
	"html"
	"slices"
	"strings"

	"heraut/chat"
	"heraut/text"
)

// colleague returns the member of the experts' room of q whom the message e names, and
// all members of that room with their names. name is what the message says after the
// command: it counts where neither a link to a person nor a whole user id does. The
// error is a *Fault if e names nobody, several people, its sender, the bot, or a person
// who is not a member.
func (d *Carrier) colleague(ctx context.Context, e chat.Event, q Question, name string) (chat.UserID, map[chat.UserID]string, error) {
	members, err := d.Members(ctx, q.Experts)
	if err != nil {
		return "", nil, err
	}
	fault := func(what FaultKind) (chat.UserID, map[chat.UserID]string, error) {
		return "", nil, &Fault{What: what, Number: q.Number, Word: plainName(PersonName(name))}
	}
	meant := d.meant(e, members, name)
	switch {
	case len(meant) == 0 && plainName(name) == "":
		return fault(FaultNobody)
	case len(meant) > 1:
		return fault(FaultSeveral)
	case len(meant) == 0:
		return fault(FaultStranger)
	case meant[0] == d.Self:
		return fault(FaultSelf)
	}
	_, joined := members[meant[0]]
	switch {
	case meant[0] == e.Sender:
		return fault(FaultOneself)
	case !joined:
		return fault(FaultStranger)
	}
	return meant[0], members, nil
}

// meant returns the people whom the message e can mean: those to whom it links or whose
// whole id it holds, or else the members with that name, or else those whom it pings;
// nil if there are none. In a reply a ping alone means nobody, since a client pings the
// author of the message that e replies to. A ping tells members of the same name apart.
func (d *Carrier) meant(e chat.Event, members map[chat.UserID]string, name string) []chat.UserID {
	if linked := d.others(e.Message, linkedPeople(e.Message)); len(linked) > 0 {
		return linked
	}
	pinged := d.others(e.Message, e.Message.Mentions)
	var called []chat.UserID
	for user, shown := range members {
		if isName(name, user, shown) {
			called = append(called, user)
		}
	}
	slices.Sort(called)
	switch {
	case len(called) == 0 && e.Message.ReplyTo != "":
		return nil
	case len(called) == 0:
		return pinged
	}
	both := slices.DeleteFunc(slices.Clone(called), func(user chat.UserID) bool { return !slices.Contains(pinged, user) })
	if len(called) > 1 && len(both) > 0 {
		return both
	}
	return called
}

// others returns the users without the bot, if the message m is addressed to the bot by
// a mention, or if there are other users. Otherwise it returns all users, so that the
// caller can refuse the bot.
func (d *Carrier) others(m *chat.Message, users []chat.UserID) []chat.UserID {
	return slices.DeleteFunc(slices.Clone(users), func(user chat.UserID) bool {
		return user == d.Self && (m.Mentioned || len(users) > 1)
	})
}

// unescapeLink undoes the escapes of a user id in a link.
var unescapeLink = strings.NewReplacer("%40", "@", "%3A", ":", "%3a", ":", "%2F", "/", "%2f", "/", "%3D", "=", "%3d", "=")

// linkedPeople returns the users whose whole ids the message holds, each once, in its
// text or in the target of a link: those of matrix.to, Tchap's (/#/user/@…) and bare
// ones.
func linkedPeople(m *chat.Message) (users []chat.UserID) {
	for _, part := range []string{m.Body, html.UnescapeString(m.HTML)} {
		for _, found := range userID.FindAllString(unescapeLink.Replace(part), -1) {
			if user := chat.UserID(strings.TrimRight(found, ".-")); !slices.Contains(users, user) {
				users = append(users, user)
			}
		}
	}
	return users
}

// isName reports whether name, as a person types it, is the display name shown, also
// without what Tchap adds in brackets, «Camille Roy [Ministère]», or, for a user
// without a display name, the first part of the id. Case and accents do not count.
func isName(name string, user chat.UserID, shown string) bool {
	local, _, _ := strings.Cut(strings.TrimPrefix(string(user), "@"), ":")
	shown = cmp.Or(strings.TrimSpace(shown), local)
	person, _, _ := strings.Cut(shown, " [")
	name = text.Fold(plainName(name))
	return name != "" && (name == text.Fold(shown) || name == text.Fold(person))
}

// plainName returns a name without the signs that clients put around a mention: an @
// before it, and spaces, colons, commas and full stops at either end.
func plainName(name string) string {
	return strings.Trim(strings.TrimPrefix(strings.TrimSpace(name), "@"), " :,.\u00a0\u202f")
}
