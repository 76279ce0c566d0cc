package main

import (
	"context"
	crand "crypto/rand"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// carried is a message that the bot has to carry: in the end the other room must hold
// exactly one copy of its latest version, or none if it was deleted. If to is empty, the
// bot must not carry it.
type carried struct {
	mark     string // a unique word in the message, similar to no other
	from     id.RoomID
	to       id.RoomID
	event    id.EventID
	question id.EventID // for an answer, the bot's message whose thread it stands in
	about    *carried   // for an answer, its question
	file     bool       // it is a file, which goes along in a message of its own
	edited   bool
	deleted  bool

	inStory bool      // it belongs to a story, which alone changes it
	number  int       // of a question, once it is handed over or joined; else 0
	former  id.RoomID // where its question was before it was handed over; empty: nowhere
	shares  *carried  // the answer that it gives to the asker of a duplicate, or nil
}

// name returns the mark of m, once m is sent.
func (m *carried) name() string { return m.mark }

// in reports whether the bot's message evt carries m: it holds the mark or, where a file
// stays in its room, the link to the message with the file.
func (m *carried) in(evt *event.Event) bool {
	if strings.Contains(testkit.Body(evt), m.mark) {
		return true
	}
	return m.shares != nil && m.file && strings.Contains(evt.Content.AsMessage().FormattedBody, strings.TrimPrefix(m.event.String(), "$"))
}

// text returns the text to send: the mark by which copies are recognised and word, with
// the command before them if the message is a question.
func (m *carried) text(word string) string {
	text := strings.TrimSpace(m.mark + " " + word)
	if m.question == "" {
		return "!question " + text
	}
	return text
}

func edited(m *carried) *event.MessageEventContent {
	content := &event.MessageEventContent{MsgType: event.MsgText, Body: m.text("corrigé")}
	content.SetEdit(m.event)
	return content
}

// say gives m a mark, sends it as a message, for the bot to carry, stores the event's id
// in m, and adds m to r.messages. Then it pauses for a moment, at most 150 ms. The error
// is that of sending, or of ctx.
func (r *relay) say(ctx context.Context, client *testkit.Client, m *carried) error {
	m.mark = strings.ToLower(crand.Text())
	content := &event.MessageEventContent{MsgType: event.MsgText, Body: m.text("")}
	if m.question != "" {
		content.RelatesTo = (&event.RelatesTo{}).SetThread(m.question, m.question)
	}
	var err error
	if m.event, err = client.SendEvent(ctx, m.from, event.EventMessage, content); err != nil {
		return err
	}
	r.mu.Lock()
	r.messages = append(r.messages, m)
	r.mu.Unlock()
	select {
	case <-time.After(rand.N(150 * time.Millisecond)):
	case <-ctx.Done():
	}
	return ctx.Err()
}

// attach gives m a mark, sends a file with it in the thread of m.question, which the
// bot has to carry, stores the event's id in m, and adds m to r.messages.
func (r *relay) attach(ctx context.Context, client *testkit.Client, m *carried) error {
	m.mark, m.file = strings.ToLower(crand.Text()), true
	content := []byte(strings.Repeat(m.mark, 2000))
	var err error
	m.event, err = client.SendFile(ctx, m.from, m.mark+".txt", "text/plain", content, r.encrypted, testkit.InThread(m.question))
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.messages = append(r.messages, m)
	r.mu.Unlock()
	return nil
}

// isFile reports whether an event sends a file.
func isFile(evt *event.Event) bool { return evt.Content.AsMessage().MsgType == event.MsgFile }

func isEdit(evt *event.Event) bool {
	return evt.Content.AsMessage().OptionalGetRelatesTo().GetReplaceID() != ""
}

// count checks that the bot carried each message of r.messages exactly once, and into no
// other room, and wrote each message of r.expected once. It adds the result to the tally
// t: losses, duplicates and faults. It counts one command for each of them, and one more
// for each edit and for the text that the bot posts before each file. A deleted message
// counts only once: its copy must be gone. A question that was handed over counts once
// more, for its first experts. The error means that a history could not be read.
func (r *relay) count(ctx context.Context, t *tally) error {
	histories := map[id.RoomID][]*event.Event{}
	for room, client := range r.readers() {
		history, err := everything(ctx, client, room)
		if err != nil {
			return err
		}
		histories[room] = history
	}
	r.countIn(histories, t)
	return nil
}

// countIn does the counting of count, with histories, the events of each room of the
// relay.
func (r *relay) countIn(histories map[id.RoomID][]*event.Event, t *tally) {
	for _, e := range r.expected {
		e.count(histories[e.room], r.bot, t)
	}
	r.countStrays(histories, t)
	for _, m := range r.messages {
		if m.to != "" { // otherwise it is not carried
			m.count(histories, r.bot, t)
		}
	}
}

// count checks, in the histories of the rooms, that the bot carried m exactly once,
// with its latest edit, or that no copy stands if m was deleted. It adds the result to
// the tally t.
func (m *carried) count(histories map[id.RoomID][]*event.Event, bot id.UserID, t *tally) {
	c := m.copies(histories[m.to], bot)
	if c.posts > 1 || c.corrections > 1 {
		t.faults = append(t.faults, m.shown(histories[m.to], bot)...)
	}
	edited, deleted := m.edited, m.deleted
	if m.shares != nil {
		edited, deleted = m.shares.edited, m.shares.deleted
		t.shared += min(c.sent+c.announced, 1)
	}
	former := 0
	switch {
	case m.former != "" && m.question != "":
		m.countCrossing(c, histories, bot, t)
		return
	case m.former != "":
		t.handed += min(c.sent, 1)
		former = m.countFormer(histories[m.former], bot, t)
	}
	if edited && !deleted {
		t.countOnce(m.event, "correction of "+m.mark, c.corrections)
	}
	if deleted {
		// The copy was withdrawn before its send, or deleted afterwards.
		t.countOnce(m.event, "deletion of "+m.mark, 1-c.posts-c.announced-former)
		t.extra(m.mark, c.sent-1)
		return
	}
	if m.file {
		t.countOnce(m.event, "announcement of "+m.mark, c.announced)
	}
	if m.file && m.shares != nil { // it stays in its room
		t.extra(m.mark, c.posts)
		return
	}
	t.countOnce(m.event, "copy of "+m.mark, c.posts)
}

// countStrays counts the bot's messages that carry a message of r.messages into a room
// of the relay where none of its copies belongs, and adds them to the tally t.
func (r *relay) countStrays(histories map[id.RoomID][]*event.Event, t *tally) {
	places := map[string][]id.RoomID{}
	for _, m := range r.messages {
		places[m.mark] = append(places[m.mark], m.from, m.to, m.former)
	}
	for room, history := range histories {
		for mark, may := range places {
			if slices.Contains(may, room) {
				continue
			}
			for _, evt := range history {
				if evt.Sender == r.bot && strings.Contains(testkit.Body(evt), mark) {
					t.extra(mark+" in a room where it does not belong", 1)
				}
			}
		}
	}
}

// copies holds how many of the bot's events carry a message, by their kind.
type copies struct {
	sent        int // the copies, deleted ones too
	posts       int // those of them that stand
	announced   int // the texts that stand before a file
	corrections int
}

// redactions returns the events of a history that the bot deleted.
func redactions(history []*event.Event, bot id.UserID) map[id.EventID]bool {
	redacted := map[id.EventID]bool{}
	for _, evt := range history {
		if evt.Sender == bot && evt.Type == event.EventRedaction {
			redacted[target(evt)] = true
		}
	}
	return redacted
}

// copies counts the events of a history that carry the message.
func (m *carried) copies(history []*event.Event, bot id.UserID) (c copies) {
	redacted := redactions(history, bot)
	for _, evt := range history {
		if evt.Sender != bot || evt.Type != event.EventMessage || !m.in(evt) {
			continue
		}
		corrected := strings.Contains(testkit.Body(evt), m.mark+" corrigé")
		switch {
		case m.file && !isFile(evt):
			if !redacted[evt.ID] {
				c.announced++
			}
		case !isEdit(evt):
			c.sent++
			if !redacted[evt.ID] {
				c.posts++
			}
			if corrected {
				c.corrections++
			}
		case corrected && (m.question != "" || c.corrections == 0):
			// A change of a question's status is an edit too, and repeats the text.
			c.corrections++
		}
	}
	return c
}

// shown returns a line about each message of the bot in history that contains the mark
// of m, for the report about a duplicate.
func (m *carried) shown(history []*event.Event, bot id.UserID) (lines []string) {
	for _, evt := range history {
		if evt.Sender == bot && evt.Type == event.EventMessage && strings.Contains(testkit.Body(evt), m.mark) {
			lines = append(lines, fmt.Sprintf("  %s %s edits %q, post %v: %q", time.UnixMilli(evt.Timestamp).Format("15:04:05.000"), evt.ID,
				evt.Content.AsMessage().OptionalGetRelatesTo().GetReplaceID(), evt.Content.Raw["heraut.post"], testkit.Body(evt)))
		}
	}
	return lines
}

// target returns the event that a redaction deletes.
func target(evt *event.Event) id.EventID {
	if evt.Redacts != "" {
		return evt.Redacts
	}
	return evt.Content.AsRedaction().Redacts
}

// countOnce adds to the tally a thing that must happen exactly once, as one command:
// what names it, for the report, and cause is the event that leads to it. n is how often
// it happened: 0 or less counts as a loss, any more than 1 as duplicates.
func (t *tally) countOnce(cause id.EventID, what string, n int) {
	t.commands++
	switch {
	case n <= 0:
		t.losses++
		t.lost = append(t.lost, cause)
		t.faults = append(t.faults, "no "+what)
	default:
		t.answers += n
		t.extra(what, n-1)
	}
}

// extra adds n surplus messages of the bot to the tally, as duplicates; it adds nothing
// if n is 0 or less. what names them, for the report.
func (t *tally) extra(what string, n int) {
	if n > 0 {
		t.duplicates += n
		t.faults = append(t.faults, fmt.Sprintf("%d too many: %s", n, what))
	}
}
