package relay

import (
	"cmp"
	"context"
	"encoding/json"
	"html"
	"regexp"
	"strings"

	"heraut/chat"
	"heraut/locale"
	"heraut/text"
)

// maxCarried limits how much of a message is carried, in characters.
const maxCarried = 4000

// carried is the data of the templates that show a carried message in the other room.
type carried struct {
	Number    int64
	Name      string // the author's; empty: not shown
	Answer    bool   // an expert's answer; false: a message from the asker's side
	Entry     int64  // the FAQ entry that answers; 0: the expert's own words
	Continues string // the question's text, when the message stands alone
	File      string // the attachment's name
	Follows   bool   // the attachment goes along, in a message of its own
	Kind      chat.MessageKind
	Room      string // the original's room
	Link      string // to the original
}

// post returns the post that carries the message e, stored as m, to the other side of
// the question q. entry is the number of the FAQ entry that the message gives as the
// answer, 0 if it gives none. If e replies to a message, the post replies to the
// counterpart of that message. An answer pings the asker, unless the asker left the
// room; a message to the experts pings the expert in charge. The caller sets the guard.
func (d *Carrier) post(ctx context.Context, e chat.Event, q Question, m Message, entry int64) (chat.Post, error) {
	source, err := d.roomName(ctx, e.Room)
	if err != nil {
		return chat.Post{}, err
	}
	say := carried{Number: q.Number, Answer: m.Role == RoleAnswer, Entry: entry, Room: source, Link: d.Links.Event(e.Room, m.Event)}
	if !m.Nameless {
		say.Name = PersonName(e.Name)
	}
	head, lang, err := d.say(m.Room, "relay-message", say)
	if err != nil {
		return chat.Post{}, err
	}
	body, cut, err := d.quote(ctx, e, m, say.Name)
	if err != nil {
		return chat.Post{}, err
	}
	if cut {
		tail, _, err := d.say(m.Room, "relay-cut", say)
		if err != nil {
			return chat.Post{}, err
		}
		body += tail
	}
	if file, kind := e.Message.File, e.Message.Kind; file != nil || kind != "" && kind != chat.KindEmote {
		if say.Kind = kind; file != nil {
			say.File, say.Follows = file.Name, m.File != ""
		}
		tail, _, err := d.say(m.Room, "relay-file", say)
		if err != nil {
			return chat.Post{}, err
		}
		body += tail
	}
	say.Continues = q.Text
	if say.Continues == "" {
		say.Continues = "…"
	}
	alone, _, err := d.say(m.Room, "relay-message", say)
	if err != nil {
		return chat.Post{}, err
	}
	p := chat.Post{Room: m.Room, Priority: chat.Relay, HTML: head + body, Alone: alone + body, Lang: lang}
	if m.Role == RoleAnswer {
		p.Rings, p.Thread = true, q.thread()
		if !q.AskerLeft {
			p.Mentions = []chat.UserID{q.Asker}
		}
	} else {
		p.Thread = chat.Target{Post: q.Root}
		if q.Claimer != "" {
			p.Rings, p.Mentions = true, []chat.UserID{q.Claimer}
		}
	}
	p.ReplyTo, err = d.counterpart(ctx, e.Message.ReplyTo, m.Room)
	return p, err
}

// thread returns the root of the thread in the asker's room to which the bot carries
// answers: the message q.Thread or, if that is empty, the bot's confirmation of the
// question.
func (q Question) thread() chat.Target {
	if q.Thread == "" {
		return chat.Target{Post: q.Confirmation}
	}
	return chat.Target{Event: q.Thread}
}

// counterpart returns the message in the given room that corresponds to event, a
// message of a question in the other room. If a person wrote event, it is the bot's
// copy; if event is a copy, it is the original. The result is zero if event is empty,
// or if there is no such message. The error is that of the store.
func (d *Carrier) counterpart(ctx context.Context, event chat.EventID, room chat.RoomID) (chat.Target, error) {
	if event == "" {
		return chat.Target{}, nil
	}
	m, err := d.store.MessageOf(ctx, event)
	if ok, err := has(err); !ok {
		return chat.Target{}, err
	}
	switch {
	case !m.Carried():
		return chat.Target{}, nil
	case m.Event == event && m.Room == room:
		return chat.Target{Post: m.Post}, nil
	case m.Event != event && m.From == room:
		return chat.Target{Event: m.Event}, nil
	}
	return chat.Target{}, nil
}

// maxHTML limits the HTML of a message, in bytes of JSON. Matrix allows 65,536 bytes
// for an event, which holds the text twice, as HTML and plain; encryption adds a
// third. Edits hold little more (matrix.shortenFallback).
const maxHTML = 20_000

// fit calls quote with smaller and smaller limits for the text, in characters, from
// limit down to 1, until the HTML fits into one event (maxHTML). It returns the HTML of
// the last call, and whether the text was cut.
func fit(quote func(limit int) (quoted string, cut bool), limit int) (quoted string, cut bool) {
	for {
		quoted, cut = quote(limit)
		encoded, err := json.Marshal(quoted)
		if err != nil || len(encoded) <= maxHTML || limit <= 1 {
			return quoted, cut
		}
		limit = limit * 9 / 10
		if shorter := limit * maxHTML / len(encoded); shorter < limit {
			limit = max(shorter, 1)
		}
	}
}

// quote returns the text of the message e as HTML for the room m.Room, and whether it
// cut the text. It replaces user ids by names. name is the sender of an emote (/me …);
// if it is empty, a general word stands there. The HTML is empty if the message has no
// text.
func (d *Carrier) quote(ctx context.Context, e chat.Event, m Message, name string) (quoted string, cut bool, err error) {
	plain := e.Message.Body
	if plain == "" {
		return "", false, nil
	}
	someone, _, err := d.say(m.Room, "relay-someone", nil)
	if err != nil {
		return "", false, err
	}
	if e.Message.Kind == chat.KindEmote { // an emote continues the sender's name
		plain = cmp.Or(name, someone) + " " + plain
	}
	named := d.named(ctx, e.Room, someone)
	quoted, cut = fit(func(limit int) (string, bool) {
		source := e.Message.HTML
		if e.Message.Kind == chat.KindEmote {
			source = ""
		}
		quoted, cut := locale.Quote(source, plain, limit)
		return outsideTags.ReplaceAllStringFunc(quoted, named), cut
	}, maxCarried)
	return quoted, cut, nil
}

// named returns a function that turns a user id into the HTML of the person's name in
// the room. If the name is unknown, the function returns the HTML of the text someone.
// It returns a text that is no user id, without @ at its start, unchanged.
func (d *Carrier) named(ctx context.Context, room chat.RoomID, someone string) func(string) string {
	return func(found string) string {
		if !strings.HasPrefix(found, "@") {
			return found // a tag
		}
		name := ""
		if d.Name != nil {
			name = PersonName(d.Name(ctx, room, chat.UserID(found)))
		}
		return html.EscapeString(text.Truncate(cmp.Or(name, someone), maxName))
	}
}

// maxName limits the length of a display name in a text, in characters.
const maxName = 60

// userID matches user ids in texts: a localpart and a server name, by the Matrix
// specification's appendix on identifiers, historical localparts included.
var userID = regexp.MustCompile(`@[^\s@:<>"&]+:[\pL\pN.\-]+(?::[0-9]+)?`)

// outsideTags matches user ids in HTML, and whole tags, so that ids inside a tag stay.
var outsideTags = regexp.MustCompile(`<[^>]*>|` + userID.String())

// scriptAddress matches the beginning of an address that runs code where a client or a
// bridge makes a link of it.
var scriptAddress = regexp.MustCompile(`(?i)\b(?:javascript|vbscript|data):`)

// PersonName returns a display name in the form in which the bot shows it to others,
// without spaces around it. It returns "" for a name that is empty, or that holds a
// user id or the address of a script.
func PersonName(name string) string {
	if userID.MatchString(name) || scriptAddress.MatchString(name) {
		return ""
	}
	return strings.TrimSpace(name)
}
