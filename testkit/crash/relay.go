package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// relay is a room of askers and a room of experts between which the bot carries
// questions and answers, another room of askers and another one of experts, which take
// part in stories, and all messages that the bot has to carry.
type relay struct {
	name          string
	encrypted     bool
	bot           id.UserID
	asker, expert *testkit.Client
	// The other clients of both, from which they edit and delete.
	askerToo, expertToo *testkit.Client
	twin                *testkit.Client // asks in twins what the asker asks in asks
	colleague           *testkit.Client // an expert of answers and of others
	asks, answers       id.RoomID
	twins               id.RoomID // its questions go to answers too
	others              id.RoomID // takes the questions of asks that its experts hand over

	stories []*story

	mu       sync.Mutex
	messages []*carried
	expected []expected
}

// newRelay makes two rooms of askers and two rooms of experts, encrypted or not, with
// their people, and invites the bot, which need not run yet. name makes the accounts of
// the people unique.
func newRelay(ctx context.Context, hs *testkit.Homeserver, bot id.UserID, name string, encrypted bool) (*relay, error) {
	r := &relay{name: name, encrypted: encrypted, bot: bot}
	for _, side := range []struct {
		client, other **testkit.Client
		room          *id.RoomID
		who           string
	}{
		{&r.asker, &r.askerToo, &r.asks, "asker"}, {&r.expert, &r.expertToo, &r.answers, "expert"},
		{&r.twin, nil, &r.twins, "twin"}, {&r.colleague, nil, &r.others, "colleague"},
	} {
		account, err := hs.CreateAccount(ctx, side.who+"-"+name, "secret of a person")
		if err != nil {
			return nil, err
		}
		options := testkit.ClientOptions{Encrypted: encrypted, CrossSigned: encrypted}
		if *side.client, err = hs.Login(ctx, account, options); err != nil {
			return nil, err
		}
		if side.other != nil {
			if *side.other, err = hs.Login(ctx, account, testkit.ClientOptions{Encrypted: encrypted}); err != nil {
				return nil, err
			}
		}
		if *side.room, err = (*side.client).MakeRoom(ctx, testkit.Room{Encrypted: encrypted}); err != nil {
			return nil, err
		}
		if _, err := (*side.client).InviteUser(ctx, *side.room, &mautrix.ReqInviteUser{UserID: bot}); err != nil {
			return nil, err
		}
	}
	if _, err := r.expert.InviteUser(ctx, r.answers, &mautrix.ReqInviteUser{UserID: r.colleague.UserID}); err != nil {
		return nil, err
	}
	_, err := r.colleague.JoinRoomByID(ctx, r.answers)
	return r, err
}

// otherTheme is the theme of the questions for the room others.
const otherTheme = "droit"

// config returns the part of the bot's configuration that makes it carry questions
// between these rooms.
func (r *relay) config() []map[string]any {
	return []map[string]any{
		{"name": r.name, "from": []string{string(r.asks), string(r.twins)}, "to": string(r.answers)},
		{"name": r.name + "-" + otherTheme, "from": []string{string(r.asks)}, "to": string(r.others), "themes": []string{otherTheme}},
	}
}

// readers returns the rooms of the relay with the client that reads each.
func (r *relay) readers() map[id.RoomID]*testkit.Client {
	return map[id.RoomID]*testkit.Client{r.asks: r.asker, r.answers: r.expert, r.twins: r.twin, r.others: r.colleague}
}

// ready waits until the bot has greeted all rooms. It sets no time limit itself: the
// error wraps the cause of ctx, or says that a client has stopped.
func (r *relay) ready(ctx context.Context) error {
	for room, client := range r.readers() {
		if _, err := client.Wait(ctx, room, func(evt *event.Event) bool {
			return evt.Sender == r.bot && evt.Type == event.EventMessage
		}); err != nil {
			return fmt.Errorf("wait for the bot's greeting: %w", err)
		}
	}
	return nil
}

// talk begins stories and goes on with them, asks two questions, answers those that the
// experts have seen, with files, and edits and deletes earlier messages from another
// client. It records all of them in r.messages and r.expected. The number of the round
// decides which stories begin. In odd rounds the experts' room mutes the bot during the
// questions; otherwise its join rule first changes to another one for closed rooms.
func (r *relay) talk(ctx context.Context, round int) error {
	r.begin(round)
	if err := r.advance(ctx); err != nil {
		return err
	}
	if err := r.ask(ctx, round%2 == 1); err != nil {
		return err
	}
	if err := r.advance(ctx); err != nil {
		return err
	}
	if err := r.answer(ctx); err != nil {
		return err
	}
	return r.change(ctx)
}

// ask asks two questions and waits until the experts see the second one. If muted, the
// experts' room mutes the bot while they are sent; if not, ask first changes the join
// rule of that room.
func (r *relay) ask(ctx context.Context, muted bool) error {
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
	return r.seen(ctx, r.messages[len(r.messages)-1])
}

// answer answers the questions that the experts have seen, each with a text and a file,
// and the asker adds a file to each.
func (r *relay) answer(ctx context.Context) error {
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
	return nil
}

// change edits at most one earlier message and deletes at most one other, both drawn at
// random among those that belong to no story. It edits no file, and deletes a question
// only once all its answers were seen.
func (r *relay) change(ctx context.Context) error {
	if m := r.pick(); m != nil && !m.file {
		if err := r.edit(ctx, m); err != nil {
			return err
		}
	}
	if m := r.pick(); m != nil && r.answersSeen(m) {
		return r.remove(ctx, m)
	}
	return nil
}

// edit edits the message m from another client of its author, if there is one, and
// records that in m.
func (r *relay) edit(ctx context.Context, m *carried) error {
	_, err := r.author(m).SendEvent(ctx, m.from, event.EventMessage, edited(m))
	m.edited = err == nil
	return err
}

// remove deletes the message m from another client of its author, if there is one, and
// records that in m.
func (r *relay) remove(ctx context.Context, m *carried) error {
	_, err := r.author(m).RedactEvent(ctx, m.from, m.event)
	m.deleted = err == nil
	return err
}

// seen waits for at most the time of patience until the experts see the copy of the
// question m. It may take until the bot, killed meanwhile, runs again.
func (r *relay) seen(ctx context.Context, m *carried) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := r.expert.Wait(ctx, r.answers, func(evt *event.Event) bool {
		return evt.Sender == r.bot && strings.Contains(testkit.Body(evt), m.mark)
	})
	if err != nil {
		return fmt.Errorf("wait for a question among the experts: %w", err)
	}
	return nil
}

// author returns the client from which the message m is edited or deleted: the second
// one of its author, if there is one.
func (r *relay) author(m *carried) *testkit.Client {
	switch m.from {
	case r.asks:
		return r.askerToo
	case r.answers:
		return r.expertToo
	}
	return r.readers()[m.from]
}

// unanswered returns the questions whose copies the experts see and that are neither
// answered nor deleted nor part of a story, by the ids of the copies.
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
			if m.question == "" && !m.deleted && !m.inStory && strings.Contains(testkit.Body(evt), m.mark) {
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
		if m.about == question && !r.seenIn(m) {
			return false
		}
	}
	return true
}

// seenIn reports whether a copy of the message was seen in its other room: of a file,
// the file itself or, where it stays in its room, the text about it.
func (r *relay) seenIn(m *carried) bool {
	return slices.ContainsFunc(r.readers()[m.to].Events(m.to), func(evt *event.Event) bool {
		return evt.Sender == r.bot && evt.Type == event.EventMessage && m.in(evt) && isFile(evt) == (m.file && m.shares == nil)
	})
}

// pick returns a random message of r.messages without an edit or a deletion and of no
// story; nil if there is none.
func (r *relay) pick() *carried {
	var may []*carried
	for _, m := range r.messages {
		if !m.edited && !m.deleted && !m.inStory {
			may = append(may, m)
		}
	}
	if len(may) == 0 {
		return nil
	}
	return may[rand.IntN(len(may))]
}
