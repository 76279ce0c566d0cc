package endtoend

import (
	crand "crypto/rand"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// crowd are the people of a soak: they type commands in clear and encrypted rooms, ask
// questions that the bot carries to experts, and publish news.
type crowd struct {
	hs            site
	bot           id.UserID
	rooms         []crowdRoom
	asker, expert *testkit.Client
	asks, answers id.RoomID
	reader        *testkit.Client
	news          id.RoomID
	blog          *blog

	ending chan struct{}
	ended  sync.WaitGroup

	mu                  sync.Mutex
	commands            map[id.EventID]int // the index of each command's room
	questions, articles []string           // their unique words
}

type crowdRoom struct {
	person *testkit.Client
	id     id.RoomID
}

func newCrowd(t *testing.T, s site) *crowd {
	c := &crowd{hs: s, blog: newBlog(t), ending: make(chan struct{}), commands: map[id.EventID]int{}}
	c.blog.entries = []string{blogEntry("Ancien", "ancien")}
	for i, options := range []testkit.ClientOptions{{}, encrypted, encrypted} {
		person := s.Person(t, fmt.Sprintf("agent%d", i), options)
		c.rooms = append(c.rooms, crowdRoom{person, person.Room(t, testkit.Room{Encrypted: options.Encrypted})})
	}
	c.asker, c.expert, c.reader = s.Person(t, "asker", encrypted), s.Person(t, "expert", encrypted), s.Person(t, "reader", testkit.ClientOptions{})
	c.asks = c.asker.Room(t, testkit.Room{Encrypted: true, Alias: "questions", Public: true})
	c.answers = c.expert.Room(t, testkit.Room{Encrypted: true, Alias: "experts", Public: true})
	c.news = c.reader.Room(t, testkit.Room{Alias: "nouvelles", Public: true})
	return c
}

// config returns the bot's settings for these people.
func (c *crowd) config() map[string]any {
	return map[string]any{
		"answer_within":       "1h",
		"quiet":               map[string]any{"nights": "", "weekends": false, "holidays": false},
		"fetch.allow_private": []string{"127.0.0.1"},
		"sources":             []map[string]any{{"name": "blog", "kind": "feed", "url": c.blog.URL + "/actu.xml", "every": "2s"}},
		"rooms": []map[string]any{{"room": "#nouvelles:" + c.hs.Name, "watches": []map[string]any{
			{"source": "blog", "rhythm": "immediat"},
		}}},
		"relays": []map[string]any{{"name": "experts", "from": []string{"#questions:" + c.hs.Name}, "to": "#experts:" + c.hs.Name}},
	}
}

// invite waits until the bot is in every room.
func (c *crowd) invite(t *testing.T, bot id.UserID) {
	t.Helper()
	c.bot = bot
	for _, r := range c.rooms {
		r.person.Invite(t, r.id, bot)
		r.person.AwaitMember(t, r.id, bot, event.MembershipJoin)
	}
	c.asker.AwaitMember(t, c.asks, bot, event.MembershipJoin)
	c.expert.AwaitMember(t, c.answers, bot, event.MembershipJoin)
	c.reader.AwaitMember(t, c.news, bot, event.MembershipJoin)
	c.blog.awaitRead(t, 1) // the articles of the first reading are not announced
}

// start makes the people talk until stop.
func (c *crowd) start(t *testing.T) {
	each := func(least, most time.Duration, do func() error) {
		c.ended.Go(func() {
			for {
				select {
				case <-c.ending:
					return
				case <-time.After(least + rand.N(most-least)):
				}
				if err := do(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i, r := range c.rooms {
		each(3*time.Second, 7*time.Second, func() error { return c.command(t, i, r) })
	}
	each(15*time.Second, 25*time.Second, func() error { return c.question(t) })
	each(15*time.Second, 25*time.Second, func() error { return c.article() })
}

func (c *crowd) stop() {
	close(c.ending)
	c.ended.Wait()
}

func (c *crowd) command(t *testing.T, i int, r crowdRoom) error {
	texts := []string{"!sill gimp", "!sill libreoffice", "!aide", "!sill vlc"}
	command, err := r.person.SendEvent(t.Context(), r.id, event.EventMessage, &event.MessageEventContent{
		MsgType: event.MsgText, Body: texts[rand.IntN(len(texts))],
	})
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.commands[command] = i
	return nil
}

func (c *crowd) question(t *testing.T) error {
	mark := strings.ToLower(crand.Text())
	if _, err := c.asker.SendEvent(t.Context(), c.asks, event.EventMessage, &event.MessageEventContent{
		MsgType: event.MsgText, Body: "!question " + mark,
	}); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.questions = append(c.questions, mark)
	return nil
}

func (c *crowd) article() error {
	mark := strings.ToLower(crand.Text())
	c.blog.change(func() { c.blog.entries = append(c.blog.entries, blogEntry(mark, mark)) })
	c.mu.Lock()
	defer c.mu.Unlock()
	c.articles = append(c.articles, mark)
	return nil
}

// tally counts what the people said, and what was lost or doubled of it.
type tally struct {
	commands, questions, articles int
	lost, doubled                 []string
}

func (n tally) report(t *testing.T) {
	t.Logf("commands %d, questions %d, articles %d: lost %d, doubled %d", n.commands, n.questions, n.articles, len(n.lost), len(n.doubled))
	for _, what := range n.lost {
		t.Errorf("lost: %s", what)
	}
	for _, what := range n.doubled {
		t.Errorf("doubled: %s", what)
	}
}

// settle waits until nothing is missing, for patience at most, and then as long as a
// duplicate may need to appear.
func (c *crowd) settle(t *testing.T, patience time.Duration) tally {
	for end := time.Now().Add(patience); len(c.count(t).lost) > 0 && time.Now().Before(end); {
		time.Sleep(5 * time.Second)
	}
	time.Sleep(10 * time.Second)
	return c.count(t)
}

// count reads every room's history. It counts the answers that cannot be decrypted too.
func (c *crowd) count(t *testing.T) tally {
	n := tally{commands: len(c.commands), questions: len(c.questions), articles: len(c.articles)}
	note := func(what string, copies int) {
		switch {
		case copies == 0:
			n.lost = append(n.lost, what)
		case copies > 1:
			n.doubled = append(n.doubled, fmt.Sprintf("%s, %d times", what, copies))
		}
	}
	for i, r := range c.rooms {
		history := everything(t, r.person, r.id)
		for command, room := range c.commands {
			if room == i {
				note(fmt.Sprintf("the answer to %s in room %d", command, i), len(testkit.Answers(history, c.bot, command)))
			}
		}
	}
	copies := func(who *testkit.Client, room id.RoomID, what string, marks []string) {
		history := everything(t, who, room)
		for _, mark := range marks {
			found := 0
			for _, evt := range history {
				if evt.Sender == c.bot && evt.Type == event.EventMessage && evt.Content.AsMessage().RelatesTo.GetReplaceID() == "" {
					found += min(1, strings.Count(testkit.Body(evt), mark))
				}
			}
			note(what+" "+mark, found)
		}
	}
	copies(c.expert, c.answers, "the question", c.questions)
	copies(c.reader, c.news, "the article", c.articles)
	return n
}

// everything returns a room's history with the events that sync alone delivered, which
// Dendrite's history sometimes leaves out.
func everything(t *testing.T, who *testkit.Client, room id.RoomID) []*event.Event {
	t.Helper()
	history := who.History(t, room)
	seen := map[id.EventID]bool{}
	for _, evt := range history {
		seen[evt.ID] = true
	}
	for _, evt := range who.Events(room) {
		if !seen[evt.ID] {
			history = append(history, evt)
		}
	}
	return history
}
