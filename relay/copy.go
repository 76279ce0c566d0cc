package relay

import (
	"context"
	"net/url"
	"regexp"
	"strings"

	"heraut/chat"
	"heraut/locale"
)

// maxCarried is how much of a message is carried, in characters.
const maxCarried = 4000

// carried is what the templates relay-message, relay-cut and relay-file say.
type carried struct {
	Number    int64
	Name      string // of who wrote it; empty: not told
	Answer    bool   // of an expert; else what was added to the question
	Continues string // what the question was, when the message stands alone
	File      string // what is attached
	Room      string // where it was said
	Link      string // to the message
}

// post is the post that carries a message.
func (d *Desk) post(ctx context.Context, e chat.Event, q Question, m Message) (chat.Post, error) {
	source, err := d.roomName(ctx, e.Room)
	if err != nil {
		return chat.Post{}, err
	}
	say := carried{Number: q.Number, Answer: m.Role == RoleAnswer, Room: source, Link: d.link(e.Room, m.Event)}
	if !m.Nameless {
		say.Name = PersonName(e.Name)
	}
	var body string
	quoted, cut := "", false
	if e.Message.Body != "" {
		quoted, cut = locale.Quote(e.Message.HTML, e.Message.Body, maxCarried)
	}
	head, lang, err := d.say(m.Room, "relay-message", say)
	if err != nil {
		return chat.Post{}, err
	}
	body = quoted
	if cut {
		tail, _, err := d.say(m.Room, "relay-cut", say)
		if err != nil {
			return chat.Post{}, err
		}
		body += tail
	}
	if e.Message.File != nil {
		say.File = e.Message.File.Name
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

// thread is the thread that answers go to.
func (q Question) thread() chat.Target {
	if q.Thread == "" {
		return chat.Target{Post: q.Confirmation}
	}
	return chat.Target{Event: q.Thread}
}

// counterpart is what an event stands for in the other room; zero if for nothing.
func (d *Desk) counterpart(ctx context.Context, event chat.EventID, room chat.RoomID) (chat.Target, error) {
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

// link is the address of a message.
func (d *Desk) link(room chat.RoomID, event chat.EventID) string {
	base := d.Links + "/#/"
	if !strings.HasSuffix(d.Links, "matrix.to") {
		base += "room/"
	}
	return base + url.PathEscape(string(room)) + "/" + url.PathEscape(string(event))
}

var userID = regexp.MustCompile(`@\S+:\S+`)

// PersonName is what others are told somebody is called; empty when that is not
// known, or tells more than a name.
func PersonName(name string) string {
	if userID.MatchString(name) {
		return ""
	}
	return strings.TrimSpace(name)
}
