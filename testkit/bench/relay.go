package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
	"heraut/testkit/contest"
)

// relaySize is the size of the measurement of questions: how many rooms, open
// questions, messages and runs.
type relaySize struct{ rooms, questions, messages, runs int }

// relayed is a bot that carries questions from asking rooms to a room of experts, with
// one person who is in all these rooms.
type relayed struct {
	*contest.Bot
	person  *testkit.Client
	asking  []id.RoomID
	experts id.RoomID
	// root holds the message that shows each question to the experts.
	root []id.EventID
}

// measureRelay measures how long an expert's answer takes to reach the asker's room
// while many questions are open. It measures the echo bot in turn with the bot, message
// by message.
func measureRelay(ctx context.Context, s *stage) (_ []figure, err error) {
	dir, err := os.MkdirTemp("", "heraut-bench-relay-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s.bot.Stop()
	r, err := newRelayed(ctx, s, dir)
	if err != nil {
		return nil, err
	}
	defer r.person.Close()
	defer r.Stop()
	s.other.Stop()
	if err := s.other.Launch(ctx); err != nil {
		return nil, err
	}
	bare, err := contest.NewRoom(ctx, r.person, s.other, false)
	if err != nil {
		return nil, err
	}
	for n := range s.plan.relay.questions {
		if err := r.ask(ctx, n); err != nil {
			return nil, err
		}
	}
	var ours, theirs []float64
	perRun := s.plan.relay.messages / s.plan.relay.runs
	for run := range s.plan.relay.runs {
		var relayed, echoed []float64
		for i := range perRun {
			n := run*perRun + i
			took, err := r.timeAnswer(ctx, n)
			if err != nil {
				return nil, err
			}
			relayed = append(relayed, float64(took.Microseconds())/1000)
			if took, err = bare.TimeAnswer(ctx, n); err != nil {
				return nil, err
			}
			echoed = append(echoed, float64(took.Microseconds())/1000)
		}
		ours, theirs = append(ours, contest.Median(relayed)), append(theirs, contest.Median(echoed))
	}
	return []figure{
		{name: fmt.Sprintf("answer to the asker's room, %d questions open, p50", s.plan.relay.questions), unit: "ms", values: ours},
		{name: "  " + s.other.Name(), unit: "ms", values: theirs},
		{name: fmt.Sprintf("  ratio, %d messages", perRun*s.plan.relay.runs), values: ratios(ours, theirs), aim: 1.3, atMost: true},
	}, nil
}

func newRelayed(ctx context.Context, s *stage, dir string) (_ *relayed, err error) {
	program, err := testkit.BuiltBot(ctx)
	if err != nil {
		return nil, err
	}
	account, err := s.hs.CreateAccount(ctx, "relay", "password of the relay")
	if err != nil {
		return nil, err
	}
	person, err := contest.NewPerson(ctx, s.hs)
	if err != nil {
		return nil, err
	}
	r := &relayed{person: person}
	defer func() {
		if err != nil {
			person.Close()
		}
	}()
	room := func(name string) (roomID id.RoomID, err error) {
		return person.MakeRoom(ctx, testkit.Room{Name: name, Alias: name, Invite: []id.UserID{account.UserID}})
	}
	var from []string
	for i := range s.plan.relay.rooms {
		name := fmt.Sprintf("asking%d", i)
		roomID, err := room(name)
		if err != nil {
			return nil, err
		}
		r.asking, from = append(r.asking, roomID), append(from, "#"+name+":"+testkit.ServerName)
	}
	if r.experts, err = room("experts"); err != nil {
		return nil, err
	}
	b, err := testkit.PrepareBot(ctx, program, dir, testkit.BotConfig{
		Homeserver: s.hs.URL, Account: account, SILL: s.catalogue.URL,
		Set: map[string]any{"relays": []any{map[string]any{"name": "bench", "from": from, "to": "#experts:" + testkit.ServerName}}},
	})
	if err != nil {
		return nil, err
	}
	r.Bot = &contest.Bot{Bot: b, Account: account}
	if err := r.Launch(ctx); err != nil {
		return nil, err
	}
	for _, roomID := range append([]id.RoomID{r.experts}, r.asking...) {
		// The bot greets.
		if _, err := r.says(ctx, roomID, ""); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// says waits until the person has seen a message of the bot in a room that contains
// text, and returns the first one. A message that came before counts too, and any
// message contains an empty text. The error wraps the cause of ctx, or says that the
// client has stopped; says sets no time limit itself.
func (r *relayed) says(ctx context.Context, roomID id.RoomID, text string) (*event.Event, error) {
	return r.person.Wait(ctx, roomID, func(evt *event.Event) bool {
		return evt.Sender == r.User() && evt.Type == event.EventMessage && strings.Contains(testkit.Body(evt), text)
	})
}

// ask sends the n-th question, waits until the bot has carried it to the experts' room,
// without a time limit of its own, and adds the id of the bot's message there to
// r.root.
func (r *relayed) ask(ctx context.Context, n int) error {
	text := fmt.Sprintf("qxz%dqxz", n)
	if _, err := r.say(ctx, r.asking[n%len(r.asking)], "!question "+text, ""); err != nil {
		return err
	}
	root, err := r.says(ctx, r.experts, text)
	if err == nil {
		r.root = append(r.root, root.ID)
	}
	return err
}

// timeAnswer answers a question as an expert, and returns how long the bot takes to
// carry the answer to the asker's room; it waits without a time limit of its own. n
// selects the question and makes the text unique.
func (r *relayed) timeAnswer(ctx context.Context, n int) (time.Duration, error) {
	question := n % len(r.root)
	text := fmt.Sprintf("wyk%dwyk", n)
	began := time.Now()
	if _, err := r.say(ctx, r.experts, text, r.root[question]); err != nil {
		return 0, err
	}
	_, err := r.says(ctx, r.asking[question%len(r.asking)], text)
	return time.Since(began), err
}

func (r *relayed) say(ctx context.Context, roomID id.RoomID, text string, thread id.EventID) (id.EventID, error) {
	content := &event.MessageEventContent{MsgType: event.MsgText, Body: text, Mentions: &event.Mentions{}}
	if thread != "" {
		content.RelatesTo = (&event.RelatesTo{}).SetThread(thread, thread)
	}
	return r.person.SendEvent(ctx, roomID, event.EventMessage, content)
}
