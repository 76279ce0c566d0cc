package contest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// Patience bounds each call of Crowd.Each, and with it the requests of a crowd. The
// waits of a single room have no limit but their context.
const Patience = 5 * time.Minute

// NewPerson makes an account with a random name on the homeserver and returns a client
// for it that syncs and can encrypt. The caller closes it.
func NewPerson(ctx context.Context, hs *testkit.Homeserver) (*testkit.Client, error) {
	account, err := hs.CreateAccount(ctx, "agent-"+strings.ToLower(rand.Text()[:12]), "password of an agent")
	if err != nil {
		return nil, err
	}
	return hs.Login(ctx, account, testkit.ClientOptions{CrossSigned: true})
}

// Room is a room in which a person talks to one of the bots.
type Room struct {
	ID     id.RoomID
	Person *testkit.Client
	With   Contestant
}

// NewRoom makes a room of a person with a bot, and waits until the bot has joined or,
// if it is a *Bot, has greeted. The bot must be running. NewRoom sets no time limit
// itself: the error wraps the cause of ctx, or is one of the room.
func NewRoom(ctx context.Context, person *testkit.Client, with Contestant, encrypted bool) (Room, error) {
	roomID, err := person.MakeRoom(ctx, testkit.Room{Encrypted: encrypted, Invite: []id.UserID{with.User()}})
	if err != nil {
		return Room{}, err
	}
	_, err = person.Wait(ctx, roomID, func(evt *event.Event) bool {
		if evt.Sender != with.User() {
			return false
		}
		if _, greets := with.(*Bot); greets {
			return evt.Type == event.EventMessage
		}
		return evt.Type == event.StateMember && evt.Content.AsMember().Membership == event.MembershipJoin
	})
	return Room{roomID, person, with}, err
}

var questions = []string{"!sill gimp", "!sill libreoffice", "!sill vlc", "!sill qgis", "!sill nextcloud"}

// Ask sends one of some prepared commands, chosen by n, and returns the message's id.
// It does not wait for the answer.
func (r Room) Ask(ctx context.Context, n int) (id.EventID, error) {
	return r.Person.SendEvent(ctx, r.ID, event.EventMessage, &event.MessageEventContent{
		MsgType: event.MsgText, Body: questions[n%len(questions)], Mentions: &event.Mentions{},
	})
}

// Answered waits until the person sees the bot's answer to the command, and returns it.
// It sets no time limit itself; the error wraps the cause of ctx, or says that the
// client has stopped. An empty answer is an error.
func (r Room) Answered(ctx context.Context, command id.EventID) (*event.Event, error) {
	evt, err := r.Person.Wait(ctx, r.ID, func(evt *event.Event) bool { return testkit.IsAnswer(evt, r.With.User(), command) })
	if err == nil && strings.TrimSpace(testkit.Body(evt)) == "" {
		err = fmt.Errorf("the answer %s is empty", evt.ID)
	}
	return evt, err
}

// TimeAnswer sends a command, chosen by n, waits for its answer, as Answered does, and
// returns the time from the sending to the answer's arrival.
func (r Room) TimeAnswer(ctx context.Context, n int) (time.Duration, error) {
	began := time.Now()
	command, err := r.Ask(ctx, n)
	if err != nil {
		return 0, err
	}
	if _, err := r.Answered(ctx, command); err != nil {
		return 0, err
	}
	return time.Since(began), nil
}

// TimeAnswerWithin sends a command, chosen by n, waits for its answer, and returns the
// time from the sending to the answer's arrival; limit, without an error, if the answer
// takes longer than that. The error is that of ctx or of sending and reading.
func (r Room) TimeAnswerWithin(ctx context.Context, n int, limit time.Duration) (time.Duration, error) {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	d, err := r.TimeAnswer(limited, n)
	if limited.Err() != nil && ctx.Err() == nil {
		return limit, nil
	}
	return d, err
}

// Answer is an answer to a command, and its time by the homeserver's clock.
type Answer struct {
	To id.EventID
	At time.Time
}

// Answers reads the contestant's answers to commands from the end of the room's
// history, in the room's order. Each command may have several. It reads four events for
// each command.
func (r Room) Answers(ctx context.Context, commands []id.EventID) ([]Answer, error) {
	page, err := r.Person.Messages(ctx, r.ID, "", "", mautrix.DirectionBackward, nil, 4*len(commands))
	if err != nil {
		return nil, err
	}
	var answers []Answer
	for _, evt := range slices.Backward(page.Chunk) {
		if command := answeredBy(evt); evt.Sender == r.With.User() && slices.Contains(commands, command) {
			answers = append(answers, Answer{command, time.UnixMilli(evt.Timestamp)})
		}
	}
	return answers, nil
}

// answeredBy returns the root of the thread in which evt stands or, outside of threads,
// the id of the message to which it replies; empty if there is neither. It works for
// encrypted events, since these relations are in clear.
func answeredBy(evt *event.Event) id.EventID {
	var content struct {
		Relation event.RelatesTo `json:"m.relates_to"`
	}
	if evt.StateKey != nil || json.Unmarshal(evt.Content.VeryRaw, &content) != nil {
		return ""
	}
	if root := content.Relation.GetThreadParent(); root != "" {
		return root
	}
	return content.Relation.GetReplyTo()
}

// Crowd is a group of people with their rooms, in each of which is the same bot.
type Crowd struct {
	With   Contestant
	People []*testkit.Client
	Rooms  []Room // each has one person, and people take turns
}

// CrowdSize is the number of people and rooms of a crowd, and whether the rooms are
// encrypted.
type CrowdSize struct {
	People, Rooms int
	Encrypted     bool
}

// NewCrowd makes a group of people and their rooms with a bot, which must be running so
// that it can join. It waits for the bot in each room, for at most Patience in all. It
// then stops the sync of the people, who read on request only. The caller closes the
// crowd.
func NewCrowd(ctx context.Context, hs *testkit.Homeserver, with Contestant, size CrowdSize) (*Crowd, error) {
	c := &Crowd{With: with, Rooms: make([]Room, size.Rooms)}
	for range size.People {
		person, err := NewPerson(ctx, hs)
		if err != nil {
			c.Close()
			return nil, err
		}
		c.People = append(c.People, person)
	}
	err := c.Each(ctx, func(ctx context.Context, i int) (err error) {
		c.Rooms[i], err = NewRoom(ctx, c.People[i%size.People], with, size.Encrypted)
		return err
	})
	if err != nil {
		c.Close()
		return nil, err
	}
	// From here on people read only on request: the work of their sync would count
	// in the bot's figures.
	for _, person := range c.People {
		person.StopSync()
	}
	return c, nil
}

func (c *Crowd) Close() {
	for _, person := range c.People {
		person.Close()
	}
}

// Each calls do for each room, with its index i. The people work concurrently, each on
// one room after the other. It returns the first error of do, after which ctx ends, as
// it does after Patience.
func (c *Crowd) Each(ctx context.Context, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	g, ctx := errgroup.WithContext(ctx)
	for p := range c.People {
		g.Go(func() error {
			for i := p; i < len(c.Rooms); i += len(c.People) {
				if err := do(ctx, i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// Ask sends n commands to each room, and returns the ids of the messages, by room, in
// their order. It does not wait for answers.
func (c *Crowd) Ask(ctx context.Context, n int) ([][]id.EventID, error) {
	commands := make([][]id.EventID, len(c.Rooms))
	for k := range n {
		err := c.Each(ctx, func(ctx context.Context, i int) error {
			command, err := c.Rooms[i].Ask(ctx, k)
			commands[i] = append(commands[i], command)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return commands, nil
}
