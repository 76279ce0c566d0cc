package main

import (
	"context"
	crand "crypto/rand"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// relay is a room of askers and a room of experts between which the bot carries
// questions and answers, with all messages that it has to carry.
type relay struct {
	name          string
	encrypted     bool
	bot           id.UserID
	asker, expert *testkit.Client
	// The other clients of both, from which they edit and delete.
	askerToo, expertToo *testkit.Client
	asks, answers       id.RoomID

	mu       sync.Mutex
	messages []*carried
}

// carried is a message that the bot has to carry: in the end the other room must hold
// exactly one copy of its latest version, or none if it was deleted.
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
}

// newRelay makes a room of askers and a room of experts, encrypted or not, with one
// person in each, and invites the bot, which need not run yet. name makes the accounts
// of the people unique.
func newRelay(ctx context.Context, hs *testkit.Homeserver, bot id.UserID, name string, encrypted bool) (*relay, error) {
	r := &relay{name: name, encrypted: encrypted, bot: bot}
	for _, side := range []struct {
		client, other **testkit.Client
		room          *id.RoomID
		who           string
	}{{&r.asker, &r.askerToo, &r.asks, "asker"}, {&r.expert, &r.expertToo, &r.answers, "expert"}} {
		account, err := hs.CreateAccount(ctx, side.who+"-"+name, "secret of a person")
		if err != nil {
			return nil, err
		}
		options := testkit.ClientOptions{Encrypted: encrypted, CrossSigned: encrypted}
		if *side.client, err = hs.Login(ctx, account, options); err != nil {
			return nil, err
		}
		if *side.other, err = hs.Login(ctx, account, testkit.ClientOptions{Encrypted: encrypted}); err != nil {
			return nil, err
		}
		if *side.room, err = (*side.client).MakeRoom(ctx, testkit.Room{Encrypted: encrypted}); err != nil {
			return nil, err
		}
		if _, err := (*side.client).InviteUser(ctx, *side.room, &mautrix.ReqInviteUser{UserID: bot}); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// config returns the part of the bot's configuration that makes it carry questions
// between these rooms.
func (r *relay) config() map[string]any {
	return map[string]any{"name": r.name, "from": []string{string(r.asks)}, "to": string(r.answers)}
}

// ready waits until the bot has greeted both rooms. The error wraps the cause of ctx,
// or says that a client has stopped.
func (r *relay) ready(ctx context.Context) error {
	for room, client := range map[id.RoomID]*testkit.Client{r.asks: r.asker, r.answers: r.expert} {
		if _, err := client.Wait(ctx, room, func(evt *event.Event) bool {
			return evt.Sender == r.bot && evt.Type == event.EventMessage
		}); err != nil {
			return fmt.Errorf("wait for the bot's greeting: %w", err)
		}
	}
	return nil
}

// talk asks two questions, answers those that the experts have seen, with files, and
// edits and deletes earlier messages from another client. It records all of them in
// r.messages. If muted, the experts' room mutes the bot during the questions; otherwise
// its join rule first changes to another one for closed rooms.
func (r *relay) talk(ctx context.Context, muted bool) error {
	trouble := noTrouble
	if muted {
		trouble = mutes
	} else if err := joinRule(ctx, r.expert, r.answers, []event.JoinRule{event.JoinRuleInvite, event.JoinRuleKnock}[rand.IntN(2)]); err != nil {
		return err
	}
	err := trouble.during(ctx, r.expert, r.answers, r.bot, nil, func() error {
		for range 2 {
			if err := r.say(ctx, r.asker, &carried{from: r.asks, to: r.answers}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := r.seen(ctx, r.messages[len(r.messages)-1]); err != nil {
		return err
	}
	for root, question := range r.unanswered() {
		if err := r.say(ctx, r.expert, &carried{from: r.answers, to: r.asks, question: root, about: question}); err != nil {
			return err
		}
		if err := r.attach(ctx, r.expert, &carried{from: r.answers, to: r.asks, question: root, about: question}); err != nil {
			return err
		}
		if err := r.attach(ctx, r.asker, &carried{from: r.asks, to: r.answers, question: question.event, about: question}); err != nil {
			return err
		}
	}
	if m := r.pick(); m != nil && !m.file {
		client := r.author(m)
		if _, err := client.SendEvent(ctx, m.from, event.EventMessage, edited(m)); err != nil {
			return err
		}
		m.edited = true
	}
	if m := r.pick(); m != nil && r.answersSeen(m) {
		if _, err := r.author(m).RedactEvent(ctx, m.from, m.event); err != nil {
			return err
		}
		m.deleted = true
	}
	return nil
}

// seen waits for at most a minute until the experts see the copy of the question m. It
// may take until the bot, killed meanwhile, runs again.
func (r *relay) seen(ctx context.Context, m *carried) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	_, err := r.expert.Wait(ctx, r.answers, func(evt *event.Event) bool {
		return evt.Sender == r.bot && strings.Contains(testkit.Body(evt), m.mark)
	})
	if err != nil {
		return fmt.Errorf("wait for a question among the experts: %w", err)
	}
	return nil
}

// author returns the second client of the person who sent the message, from which it
// is edited or deleted.
func (r *relay) author(m *carried) *testkit.Client {
	if m.from == r.asks {
		return r.askerToo
	}
	return r.expertToo
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

// say gives m a mark, sends it as a message that the bot has to carry, stores the
// event's id in m, and adds m to r.messages. Then it pauses for a moment.
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

// unanswered returns the questions whose copies the experts see and that are neither
// answered nor deleted, by the ids of the copies.
func (r *relay) unanswered() map[id.EventID]*carried {
	roots := map[id.EventID]*carried{}
	answered := map[id.EventID]bool{}
	for _, m := range r.messages {
		answered[m.question] = true
	}
	for _, evt := range r.expert.Events(r.answers) {
		if evt.Sender != r.bot || evt.Type != event.EventMessage || answered[evt.ID] || isEdit(evt) {
			continue
		}
		for _, m := range r.messages {
			if m.question == "" && !m.deleted && strings.Contains(testkit.Body(evt), m.mark) {
				roots[evt.ID] = m
			}
		}
	}
	return roots
}

// answersSeen reports whether every answer to the question, and every file, has been
// seen in its other room. The bot refuses those that arrive while the question is being
// deleted, and informs their authors.
func (r *relay) answersSeen(question *carried) bool {
	for _, m := range r.messages {
		if m.about != question {
			continue
		}
		reader := r.asker
		if m.to == r.answers {
			reader = r.expert
		}
		if !slices.ContainsFunc(reader.Events(m.to), func(evt *event.Event) bool {
			return evt.Sender == r.bot && evt.Type == event.EventMessage && strings.Contains(testkit.Body(evt), m.mark) && isFile(evt) == m.file
		}) {
			return false
		}
	}
	return true
}

// pick returns a random message of r.messages without an edit or a deletion; nil if
// there is none.
func (r *relay) pick() *carried {
	var may []*carried
	for _, m := range r.messages {
		if !m.edited && !m.deleted {
			may = append(may, m)
		}
	}
	if len(may) == 0 {
		return nil
	}
	return may[rand.IntN(len(may))]
}

func isEdit(evt *event.Event) bool {
	return evt.Content.AsMessage().OptionalGetRelatesTo().GetReplaceID() != ""
}

// count checks that the bot carried each message of r.messages exactly once, and adds
// the result to the tally t: losses, duplicates and faults. It counts one command for
// each message, and one more for each edit and for the text that the bot posts before
// each file. A deleted message counts only once: its copy must be gone. The error means
// that a history could not be read.
func (r *relay) count(ctx context.Context, t *tally) error {
	histories := map[id.RoomID][]*event.Event{}
	for room, client := range map[id.RoomID]*testkit.Client{r.asks: r.asker, r.answers: r.expert} {
		history, err := everything(ctx, client, room)
		if err != nil {
			return err
		}
		histories[room] = history
	}
	for _, m := range r.messages {
		c := m.copies(histories[m.to], r.bot)
		if c.posts > 1 || c.corrections > 1 {
			t.faults = append(t.faults, m.shown(histories[m.to], r.bot)...)
		}
		if m.edited && !m.deleted {
			t.countOnce(m, "correction", c.corrections)
		}
		if m.deleted {
			// The copy was withdrawn before its send, or deleted afterwards.
			t.countOnce(m, "deletion", 1-c.posts-c.announced)
			t.extra(m, c.sent-1)
			continue
		}
		t.countOnce(m, "copy", c.posts)
		if m.file {
			t.countOnce(m, "announcement", c.announced)
		}
	}
	return nil
}

// copies holds how many of the bot's events carry a message, by their kind.
type copies struct {
	sent        int // the copies, deleted ones too
	posts       int // those of them that stand
	announced   int // the texts that stand before a file
	corrections int
}

// copies counts the events of a history that carry the message.
func (m *carried) copies(history []*event.Event, bot id.UserID) (c copies) {
	redacted := map[id.EventID]bool{}
	for _, evt := range history {
		if evt.Sender == bot && evt.Type == event.EventRedaction {
			redacted[target(evt)] = true
		}
	}
	for _, evt := range history {
		if evt.Sender != bot || evt.Type != event.EventMessage || !strings.Contains(testkit.Body(evt), m.mark) {
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

// countOnce adds to the tally how often an event happened that must happen exactly once
// to the message m; what names it, for the report. n is how often it happened: 0 or
// less counts as a loss, more than 1 as duplicates.
func (t *tally) countOnce(m *carried, what string, n int) {
	t.commands++
	switch {
	case n <= 0:
		t.losses++
		t.lost = append(t.lost, m.event)
		t.faults = append(t.faults, fmt.Sprintf("no %s of %s", what, m.mark))
	default:
		t.answers += n
		t.extra(m, n-1)
	}
}

// extra adds n surplus copies of the message m to the tally, as duplicates; it adds
// nothing if n is 0 or less.
func (t *tally) extra(m *carried, n int) {
	if n > 0 {
		t.duplicates += n
		t.faults = append(t.faults, fmt.Sprintf("%d too many of %s", n, m.mark))
	}
}
