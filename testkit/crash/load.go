package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// load holds the rooms and relays in which people send commands and change the bot's
// rights while the bot is killed and started again, and the commands that they sent.
type load struct {
	bot    id.UserID
	rooms  []room
	relays []*relay

	mu       sync.Mutex
	commands map[id.EventID]int // index of each command's room
}

type room struct {
	person *testkit.Client // who made it
	id     id.RoomID
	people []*testkit.Client // person and others, who all send commands
}

// perRoom is the number of people in a room who send commands: the bot may send their
// answers together.
const perRoom = 3

// newLoad makes people and rooms on the homeserver, invites the bot, which must be
// running, and waits until it is in all rooms, those of the relays included. It sets no
// time limit itself. relays are the pairs of rooms between which the bot carries
// questions.
func newLoad(ctx context.Context, hs *testkit.Homeserver, bot id.UserID, relays []*relay) (*load, error) {
	l := &load{bot: bot, relays: relays, commands: map[id.EventID]int{}}
	for _, r := range relays {
		if err := r.ready(ctx); err != nil {
			return nil, err
		}
	}
	for i := range 4 {
		encrypted := i%2 == 1
		var people []*testkit.Client
		for n := range perRoom {
			account, err := hs.CreateAccount(ctx, fmt.Sprintf("agent%d-%d", i, n), "secret of an agent")
			if err != nil {
				return nil, err
			}
			one, err := hs.Login(ctx, account, testkit.ClientOptions{Encrypted: encrypted, CrossSigned: encrypted})
			if err != nil {
				return nil, err
			}
			people = append(people, one)
		}
		person := people[0]
		roomID, err := person.MakeRoom(ctx, testkit.Room{})
		if err != nil {
			return nil, err
		}
		if encrypted {
			// The key changes often, since a crash may lose a key on its way.
			_, err := person.SendStateEvent(ctx, roomID, event.StateEncryption, "", &event.EncryptionEventContent{
				Algorithm: id.AlgorithmMegolmV1, RotationPeriodMessages: 2,
			})
			if err != nil {
				return nil, err
			}
		}
		if _, err := person.InviteUser(ctx, roomID, &mautrix.ReqInviteUser{UserID: bot}); err != nil {
			return nil, err
		}
		for _, other := range people[1:] {
			if _, err := person.InviteUser(ctx, roomID, &mautrix.ReqInviteUser{UserID: other.UserID}); err != nil {
				return nil, err
			}
			if _, err := other.JoinRoomByID(ctx, roomID); err != nil {
				return nil, err
			}
		}
		// A mute concerns the bot alone.
		if err := changePowers(ctx, person, roomID, func(powers map[string]any) {
			users, _ := powers["users"].(map[string]any)
			for _, other := range people[1:] {
				users[string(other.UserID)] = 100
			}
		}); err != nil {
			return nil, err
		}
		l.rooms = append(l.rooms, room{person, roomID, people})
	}
	for _, r := range l.rooms {
		if _, err := r.person.Wait(ctx, r.id, func(evt *event.Event) bool {
			return evt.Sender == bot && evt.Type == event.EventMessage
		}); err != nil {
			return nil, fmt.Errorf("wait for the bot's greeting: %w", err)
		}
	}
	return l, nil
}

var questions = []string{"!sill gimp", "!sill libreoffice", "!sill remplace photoshop", "!aide", "!sill nouveautes", "!sill vlc"}

// ask sends that many commands while people talk over the relays and change the rooms.
// In each room, its people send one command each at the same time, and then pause. The
// number of the round decides what happens to each room. ask waits for all rooms and
// relays; the error is the last of theirs.
func (l *load) ask(ctx context.Context, round, commands int) error {
	failed := make(chan error, len(l.rooms)+len(l.relays))
	for i, r := range l.relays {
		go func() { failed <- r.talk(ctx, round+i) }()
	}
	for i, r := range l.rooms {
		go func() {
			trouble := trouble((round + i) % int(troubles))
			failed <- trouble.during(ctx, r.person, r.id, l.bot, func() bool { return l.answered(i) }, func() error {
				for n := i; n < commands; n += perRoom * len(l.rooms) {
					g, each := errgroup.WithContext(ctx)
					for k, person := range r.people {
						g.Go(func() error { return l.command(each, person, i, questions[(n+k)%len(questions)]) })
					}
					if err := errors.Join(g.Wait(), pause(ctx, rand.N(250*time.Millisecond))); err != nil {
						return err
					}
				}
				return nil
			})
		}()
	}
	var err error
	for range len(l.rooms) + len(l.relays) {
		if e := <-failed; e != nil {
			err = e
		}
	}
	return err
}

// command sends line, a command of the person, to the room with that index, and records
// it in l.commands.
func (l *load) command(ctx context.Context, person *testkit.Client, room int, line string) error {
	command, err := person.SendEvent(ctx, l.rooms[room].id, event.EventMessage, &event.MessageEventContent{
		MsgType: event.MsgText, Body: line,
	})
	if err != nil {
		return err
	}
	l.mu.Lock()
	l.commands[command] = room
	l.mu.Unlock()
	return nil
}

// answered reports whether the person who made the room with that index has seen an
// answer to every command there.
func (l *load) answered(room int) bool {
	r := l.rooms[room]
	events := r.person.Events(r.id)
	l.mu.Lock()
	defer l.mu.Unlock()
	for command, i := range l.commands {
		if i == room && len(testkit.Answers(events, l.bot, command)) == 0 {
			return false
		}
	}
	return true
}

// tally counts by the rooms' histories what became of the commands: commands, answers,
// losses (commands without an answer) and duplicates (surplus answers), with a line for
// each fault. In a relay, each message to carry counts as a command, and its copy as
// the answer; so does each message that the bot writes about a question of a story.
type tally struct {
	commands, answers, losses, duplicates int
	// handed counts the questions that reached other experts, joined the duplicates,
	// shared the answers that their askers were given, and assigned the questions that a
	// colleague accepted.
	handed, joined, shared, assigned int
	faults                           []string // a line for each wrong command
	lost                             []id.EventID
}

// count reads every room and relay as a client does, from its history and from sync, and
// returns the tally of all commands so far. The error means that a history could not be
// read.
func (l *load) count(ctx context.Context) (tally, error) {
	t := tally{commands: len(l.commands)}
	histories := make([][]*event.Event, len(l.rooms))
	for i, r := range l.rooms {
		var err error
		if histories[i], err = everything(ctx, r.person, r.id); err != nil {
			return t, err
		}
	}
	for _, r := range l.relays {
		if err := r.count(ctx, &t); err != nil {
			return t, err
		}
	}
	for i, history := range histories {
		// In these rooms, the bot deletes only answers that it sent twice.
		if n := deleted(history, l.bot); n > 0 {
			t.duplicates += n
			t.faults = append(t.faults, fmt.Sprintf("%d deleted messages of the bot in room %d", n, i))
		}
	}
	for command, i := range l.commands {
		sealed := unread(histories[i], l.bot, command)
		switch n := len(testkit.Answers(histories[i], l.bot, command)); n {
		case 0:
			t.losses++
			t.lost = append(t.lost, command)
			t.faults = append(t.faults, fmt.Sprintf("no answer to %s in room %d, but %d that cannot be read", command, i, sealed))
		default:
			n += sealed
			if n > 1 {
				t.faults = append(t.faults, fmt.Sprintf("%d answers to %s in room %d", n, command, i))
			}
			t.answers += n
			t.duplicates += n - 1
		}
	}
	return t, nil
}

// everything returns all events of a room that a person can see, in the order of their
// times: the history, and the events from sync that it lacks. Dendrite's history
// sometimes leaves out an event that its sync has delivered. Of a deleted event that the
// person saw before, the content stays.
func everything(ctx context.Context, person *testkit.Client, room id.RoomID) ([]*event.Event, error) {
	history, err := person.ReadHistory(ctx, room)
	if err != nil {
		return nil, fmt.Errorf("read a room's history: %w", err)
	}
	place := map[id.EventID]int{}
	for i, evt := range history {
		place[evt.ID] = i
	}
	for _, evt := range person.Events(room) {
		i, known := place[evt.ID]
		switch {
		case !known:
			history = append(history, evt)
		case history[i].Unsigned.RedactedBecause != nil && evt.Type == event.EventMessage:
			seen := *evt
			seen.Unsigned = history[i].Unsigned
			history[i] = &seen
		}
	}
	slices.SortStableFunc(history, func(a, b *event.Event) int { return cmp.Compare(a.Timestamp, b.Timestamp) })
	return history, nil
}

// deleted counts the messages of the bot in a room's history that are deleted.
func deleted(history []*event.Event, bot id.UserID) (n int) {
	for _, evt := range history {
		message := evt.Type == event.EventMessage || evt.Type == event.EventEncrypted
		if message && evt.Sender == bot && evt.Unsigned.RedactedBecause != nil {
			n++
		}
	}
	return n
}

// unread returns how many answers of the bot to the command are in history but cannot
// be decrypted. They are recognised by their relation to the command, which is in
// clear.
func unread(history []*event.Event, bot id.UserID, command id.EventID) (n int) {
	for _, evt := range history {
		if evt.Type == event.EventEncrypted && evt.Sender == bot {
			if content, ok := evt.Content.Parsed.(*event.EncryptedEventContent); ok && content.RelatesTo.GetReplyTo() == command {
				n++
			}
		}
	}
	return n
}

// finish goes on with the stories of all relays until they are over, for at most the
// time of patience; a story that is not over by then is no error. The error is that of a
// step.
func (l *load) finish(ctx context.Context, patience time.Duration) error {
	g, each := errgroup.WithContext(ctx)
	for _, r := range l.relays {
		g.Go(func() error { return r.finish(each, patience) })
	}
	return g.Wait()
}

// settle waits until every command has an answer, or until patience ends, and then for
// five seconds, in which a duplicate would appear. It returns the counts of then, in
// which commands may still lack an answer.
func (l *load) settle(ctx context.Context, patience time.Duration) (tally, error) {
	deadline := time.Now().Add(patience)
	for {
		t, err := l.count(ctx)
		if err != nil {
			return t, err
		}
		if t.losses == 0 || time.Now().After(deadline) {
			break
		}
		time.Sleep(500 * time.Millisecond) //nolint:forbidigo // a poll of histories: nothing announces their end
	}
	time.Sleep(5 * time.Second) //nolint:forbidigo // a doubt is settled 2 s after it began
	return l.count(ctx)
}
