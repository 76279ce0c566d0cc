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

// relay is a room that asks and a room of experts, and what people there said
// that the bot has to carry.
type relay struct {
	name          string
	bot           id.UserID
	asker, expert *testkit.Client
	// Their other clients, from which they edit and delete.
	askerToo, expertToo *testkit.Client
	asks, answers       id.RoomID

	mu       sync.Mutex
	messages []*carried
}

// carried is a message that is to be on the other side once, as it was said last.
type carried struct {
	mark     string // stands in it, and in nothing else: a word that resembles no other
	from     id.RoomID
	to       id.RoomID
	event    id.EventID
	question id.EventID // whose thread it stands in, for an answer: the bot's message
	about    *carried   // the question that it answers
	edited   bool
	deleted  bool
}

// newRelay makes two rooms and invites the bot, which need not run yet.
func newRelay(ctx context.Context, hs *testkit.Homeserver, bot id.UserID, name string, encrypted bool) (*relay, error) {
	r := &relay{name: name, bot: bot}
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

// config declares the relay.
func (r *relay) config() map[string]any {
	return map[string]any{"name": r.name, "from": []string{string(r.asks)}, "to": string(r.answers)}
}

// ready waits until the bot is in both rooms.
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

// talk asks two questions, answers those that the experts have seen, and edits
// and deletes what was said before, from another client. While the questions are asked
// the bot may be muted among the experts, and else the join rule there changes to
// another one for closed rooms.
func (r *relay) talk(ctx context.Context, muted bool) error {
	trouble := calm
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
	}
	if m := r.pick(); m != nil {
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

// seen waits until the experts see a question: the bot, killed meanwhile, has to
// bring it.
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

// author is another client of whoever sent the message.
func (r *relay) author(m *carried) *testkit.Client {
	if m.from == r.asks {
		return r.askerToo
	}
	return r.expertToo
}

// text is the message with its mark; a question needs its command.
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

// say sends a message that is to be carried.
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

// unanswered are the questions that the expert sees, and that nobody answered
// and nobody deleted, by the messages that show them.
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

// answersSeen reports whether the asker has seen every answer to the question: one
// that comes while the question is deleted is not carried, and its author is told.
func (r *relay) answersSeen(question *carried) bool {
	for _, m := range r.messages {
		if m.about != question {
			continue
		}
		if !slices.ContainsFunc(r.asker.Events(r.asks), func(evt *event.Event) bool {
			return evt.Sender == r.bot && strings.Contains(testkit.Body(evt), m.mark)
		}) {
			return false
		}
	}
	return true
}

// pick is a message that was neither edited nor deleted, if there is one.
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

// count adds what became of the messages to a tally: each counts as a command,
// each edit and each deletion as another.
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
		var posts []id.EventID
		corrections, gone := 0, 0
		redacted := map[id.EventID]bool{}
		for _, evt := range histories[m.to] {
			switch {
			case evt.Sender != r.bot:
			case evt.Type == event.EventRedaction:
				redacted[target(evt)] = true
			case evt.Type == event.EventMessage && strings.Contains(testkit.Body(evt), m.mark):
				corrected := strings.Contains(testkit.Body(evt), m.mark+" corrigé")
				switch {
				case !isEdit(evt):
					posts = append(posts, evt.ID)
					if corrected {
						corrections++
					}
				case corrected && (m.question != "" || corrections == 0):
					// The status of a question is an edit too, that repeats its text.
					corrections++
				}
			}
		}
		for _, post := range posts {
			if redacted[post] {
				gone++
			}
		}
		if len(posts)-gone > 1 || corrections > 1 {
			t.faults = append(t.faults, m.shown(histories[m.to], r.bot)...)
		}
		if m.edited && !m.deleted {
			t.judge(m, "correction", corrections)
		}
		if m.deleted {
			// Withdrawn before it was sent, or deleted afterwards.
			t.judge(m, "deletion", 1-(len(posts)-gone))
			t.extra(m, len(posts)-1)
			continue
		}
		t.judge(m, "copy", len(posts)-gone)
	}
	return nil
}

// shown tells what the bot sent that has the message's mark, for whoever looks
// for the cause of a duplicate.
func (m *carried) shown(history []*event.Event, bot id.UserID) (lines []string) {
	for _, evt := range history {
		if evt.Sender == bot && evt.Type == event.EventMessage && strings.Contains(testkit.Body(evt), m.mark) {
			lines = append(lines, fmt.Sprintf("  %s %s edits %q, post %v: %q", time.UnixMilli(evt.Timestamp).Format("15:04:05.000"), evt.ID,
				evt.Content.AsMessage().OptionalGetRelatesTo().GetReplaceID(), evt.Content.Raw["heraut.post"], testkit.Body(evt)))
		}
	}
	return lines
}

// target is what a redaction deletes.
func target(evt *event.Event) id.EventID {
	if evt.Redacts != "" {
		return evt.Redacts
	}
	return evt.Content.AsRedaction().Redacts
}

// judge counts one thing that had to happen, and happened n times.
func (t *tally) judge(m *carried, what string, n int) {
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

// extra counts what happened more than once.
func (t *tally) extra(m *carried, n int) {
	if n > 0 {
		t.duplicates += n
		t.faults = append(t.faults, fmt.Sprintf("%d too many of %s", n, m.mark))
	}
}
