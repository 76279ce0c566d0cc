// Package endtoend tests the bot from the outside: its program, a real homeserver,
// real clients.
package endtoend

import (
	"strings"
	"testing"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

var encrypted = testkit.ClientOptions{Encrypted: true, CrossSigned: true}

// body returns the text of an answer that a client without HTML shows.
func body(evt *event.Event) string { return evt.Content.AsMessage().Body }

// mustSay fails the test unless the answer contains all texts.
func mustSay(t *testing.T, answer *event.Event, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(body(answer), text) {
			t.Errorf("the answer lacks %q:\n%s", text, body(answer))
		}
	}
}

// exactlyOne fails the test unless the room's history has exactly one answer to the
// command.
func exactlyOne(t *testing.T, c *testkit.Client, room id.RoomID, bot id.UserID, command id.EventID) {
	t.Helper()
	if answers := c.AnswersTo(t, room, bot, command); len(answers) != 1 {
		t.Errorf("the command has %d answers", len(answers))
	}
}

// invited makes a room, invites the bot and awaits its greeting.
func invited(t *testing.T, c *testkit.Client, bot id.UserID, room testkit.Room) id.RoomID {
	t.Helper()
	room.Invite = append(room.Invite, bot)
	roomID := c.Room(t, room)
	c.AwaitMember(t, roomID, bot, event.MembershipJoin)
	c.Await(t, roomID, func(evt *event.Event) bool {
		return evt.Sender == bot && evt.Type == event.EventMessage && strings.Contains(body(evt), "!aide")
	})
	return roomID
}

func TestConversations(t *testing.T) {
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	me := account.UserID
	owner := hs.Person(t, "owner", testkit.ClientOptions{})
	public := owner.Room(t, testkit.Room{Name: "Logiciels libres", Alias: "libre", Public: true})
	english := owner.Room(t, testkit.Room{Name: "Free software", Alias: "free", Public: true})
	bot := testkit.StartBot(t, testkit.BotConfig{
		Homeserver: hs.URL, Account: account,
		Set: map[string]any{
			"bots": []string{"@robot-*"},
			"rooms": []map[string]any{
				{"room": "#libre:" + hs.Name}, {"room": "#free:" + hs.Name, "language": "en"},
			},
		},
	})
	owner.AwaitMember(t, public, me, event.MembershipJoin)
	owner.AwaitMember(t, english, me, event.MembershipJoin)
	t.Cleanup(func() {
		if status := bot.Stop(); status != 0 {
			t.Errorf("the bot ended with status %d", status)
		}
	})
	person := func(t *testing.T, name string, options testkit.ClientOptions) *testkit.Client {
		t.Helper()
		return hs.Person(t, name, options)
	}

	t.Run("rooms", func(t *testing.T) {
		t.Run("public", func(t *testing.T) {
			t.Parallel()
			agent := person(t, "public", testkit.ClientOptions{})
			agent.Join(t, public.String())
			command := agent.Say(t, public, "!sill gimp")
			answer := agent.AwaitAnswer(t, public, me, command)
			mustSay(t, answer, "GIMP", "Licence")
			if answer.Content.AsMessage().MsgType != event.MsgNotice {
				t.Errorf("the answer is a %s", answer.Content.AsMessage().MsgType)
			}
			if mentions := answer.Content.AsMessage().Mentions; mentions == nil || len(mentions.UserIDs) > 0 || mentions.Room {
				t.Errorf("the answer mentions %+v", mentions)
			}
			exactlyOne(t, agent, public, me, command)
		})
		t.Run("encrypted", func(t *testing.T) {
			t.Parallel()
			agent := person(t, "encrypted", encrypted)
			room := invited(t, agent, me, testkit.Room{Encrypted: true})
			command := agent.Say(t, room, "!sill gimp")
			mustSay(t, agent.AwaitAnswer(t, room, me, command), "GIMP")
			exactlyOne(t, agent, room, me, command)
		})
		t.Run("thread", func(t *testing.T) {
			t.Parallel()
			agent := person(t, "thread", testkit.ClientOptions{})
			room := invited(t, agent, me, testkit.Room{})
			root := agent.Say(t, room, "Quel outil pour nos photos ?")
			command := agent.Say(t, room, "!sill gimp", testkit.InThread(root))
			relation := agent.AwaitAnswer(t, room, me, command).Content.AsMessage().RelatesTo
			if relation.GetThreadParent() != root || relation.GetReplyTo() != command {
				t.Errorf("the answer relates to %+v", relation)
			}
		})
		t.Run("English room", func(t *testing.T) {
			t.Parallel()
			agent := person(t, "english", testkit.ClientOptions{})
			agent.Join(t, english.String())
			mustSay(t, agent.AwaitAnswer(t, english, me, agent.Say(t, english, "!sill gimp")), "GIMP", "Licence: ")
		})
		t.Run("mention", func(t *testing.T) {
			t.Parallel()
			agent := person(t, "mention", testkit.ClientOptions{})
			room := invited(t, agent, me, testkit.Room{})
			command := agent.Say(t, room, "sill gimp", testkit.Mentioning(me))
			mustSay(t, agent.AwaitAnswer(t, room, me, command), "GIMP")
			command = agent.Say(t, room, "gimp", testkit.Mentioning(me))
			mustSay(t, agent.AwaitAnswer(t, room, me, command), "GIMP")
		})
		t.Run("room not set up", func(t *testing.T) {
			t.Parallel()
			stranger := person(t, "robot-inviter", testkit.ClientOptions{})
			room := invited(t, stranger, me, testkit.Room{})
			// A bot may invite Héraut, and still gets no answers.
			command := stranger.Say(t, room, "!sill gimp")
			agent := person(t, "after-robot", testkit.ClientOptions{})
			stranger.Invite(t, room, agent.UserID)
			agent.Join(t, room.String())
			agent.AwaitAnswer(t, room, me, agent.Say(t, room, "!sill gimp"))
			if answers := testkit.Answers(stranger.History(t, room), me, command); len(answers) != 0 {
				t.Errorf("another bot was answered:\n%s", testkit.Transcript(answers))
			}
		})
		t.Run("ignored", func(t *testing.T) {
			t.Parallel()
			agent := person(t, "ignored", testkit.ClientOptions{})
			room := invited(t, agent, me, testkit.Room{})
			ignored := []id.EventID{
				agent.Say(t, room, "!sill gimp", testkit.AsNotice),
				agent.Say(t, room, "!inconnu gimp"),
				agent.Say(t, room, "bonjour à tous"),
			}
			last := agent.Say(t, room, "!sill gimp")
			agent.AwaitAnswer(t, room, me, last)
			for _, command := range ignored {
				if answers := testkit.Answers(agent.History(t, room), me, command); len(answers) != 0 {
					t.Errorf("answered what it should ignore:\n%s", testkit.Transcript(answers))
				}
			}
		})
	})

	t.Run("direct messages", func(t *testing.T) {
		for name, options := range map[string]testkit.ClientOptions{"clear": {}, "encrypted": encrypted} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				agent := person(t, "direct-"+name, options)
				room := agent.Room(t, testkit.Room{Direct: true, Encrypted: options.Encrypted, Invite: []id.UserID{me}})
				// Clients make the room together with its first message.
				first := agent.Say(t, room, "gimp")
				mustSay(t, agent.AwaitAnswer(t, room, me, first), "GIMP")
				exactlyOne(t, agent, room, me, first)
				second := agent.Say(t, room, "sill gimp")
				mustSay(t, agent.AwaitAnswer(t, room, me, second), "GIMP")
				unknown := agent.Say(t, room, "!sil gimp")
				mustSay(t, agent.AwaitAnswer(t, room, me, unknown), "!sill")
			})
		}
	})

	t.Run("choices", func(t *testing.T) {
		t.Run("number", func(t *testing.T) {
			t.Parallel()
			agent := person(t, "number", testkit.ClientOptions{})
			room := invited(t, agent, me, testkit.Room{})
			command := agent.Say(t, room, "!sill remplace google docs")
			mustSay(t, agent.AwaitAnswer(t, room, me, command), "1. ", "2. ")
			pick := agent.Say(t, room, "2")
			mustSay(t, agent.AwaitAnswer(t, room, me, pick), "Licence")
		})
		t.Run("reply", func(t *testing.T) {
			t.Parallel()
			agent := person(t, "reply", encrypted)
			room := invited(t, agent, me, testkit.Room{Encrypted: true})
			list := agent.AwaitAnswer(t, room, me, agent.Say(t, room, "!sill remplace google docs"))
			agent.Say(t, room, "Je regarde.")
			pick := agent.Say(t, room, "1", testkit.ReplyingTo(list.ID))
			mustSay(t, agent.AwaitAnswer(t, room, me, pick), "Licence")
		})
		t.Run("reaction", func(t *testing.T) {
			t.Parallel()
			agent := person(t, "reaction", testkit.ClientOptions{})
			room := invited(t, agent, me, testkit.Room{})
			list := agent.AwaitAnswer(t, room, me, agent.Say(t, room, "!sill remplace google docs"))
			agent.React(t, room, list.ID, "2️⃣")
			card := agent.Await(t, room, func(evt *event.Event) bool {
				return evt.Sender == me && evt.Type == event.EventMessage && evt.ID != list.ID && strings.Contains(body(evt), "Licence")
			})
			mustSay(t, card, "Licence")
		})
	})

	t.Run("edits and deletions", func(t *testing.T) {
		for name, options := range map[string]testkit.ClientOptions{"clear": {}, "encrypted": encrypted} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				agent := person(t, "edit-"+name, options)
				room := invited(t, agent, me, testkit.Room{Encrypted: options.Encrypted})
				command := agent.Say(t, room, "!sill gimp")
				answer := agent.AwaitAnswer(t, room, me, command)
				agent.Edit(t, room, command, "!sill vlc")
				edit := agent.Await(t, room, func(evt *event.Event) bool { return len(testkit.Edits([]*event.Event{evt}, answer.ID)) == 1 })
				if text := edit.Content.AsMessage().NewContent.Body; !strings.Contains(text, "VLC") {
					t.Errorf("the edited answer is:\n%s", text)
				}
				agent.Redact(t, room, command)
				agent.Await(t, room, func(evt *event.Event) bool {
					return evt.Type == event.EventRedaction && evt.Sender == me &&
						(evt.Redacts == answer.ID || evt.Content.AsRedaction().Redacts == answer.ID)
				})
			})
		}
	})
}
