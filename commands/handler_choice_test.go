package commands_test

import (
	"strings"
	"testing"
	"time"

	"heraut/chat"
	"heraut/commands"
)

// list asks for a list whose second entry is Krita.
func list(t *testing.T, k *talk) (command chat.EventID, posted *shown) {
	t.Helper()
	command = k.say("!sill remplace photoshop")
	k.expect(command, theList)
	return command, k.answer(command)
}

func TestChoosing(t *testing.T) {
	tests := map[string]struct {
		choose func(t *testing.T, k *talk, posted *shown) chat.EventID
		want   string
	}{
		"the next message": {func(_ *testing.T, k *talk, _ *shown) chat.EventID { return k.say("2") }, aCard},
		"with a prefix":    {func(_ *testing.T, k *talk, _ *shown) chat.EventID { return k.say("!2") }, aCard},
		"as an emoji":      {func(_ *testing.T, k *talk, _ *shown) chat.EventID { return k.say("2️⃣") }, aCard},
		"just in time": {func(_ *testing.T, k *talk, _ *shown) chat.EventID {
			time.Sleep(5 * time.Minute)
			return k.say("2")
		}, aCard},
		"too late": {func(_ *testing.T, k *talk, _ *shown) chat.EventID {
			time.Sleep(5*time.Minute + time.Millisecond)
			return k.say("2")
		}, ""},
		"after another message": {func(_ *testing.T, k *talk, _ *shown) chat.EventID {
			k.say("Voyons…")
			return k.say("2")
		}, ""},
		"twice": {func(_ *testing.T, k *talk, _ *shown) chat.EventID {
			k.say("1")
			return k.say("2")
		}, ""},
		"after another's message": {func(_ *testing.T, k *talk, _ *shown) chat.EventID {
			k.happen(chat.Event{Sender: dominique, Message: &chat.Message{Body: "Bonjour"}})
			return k.say("2")
		}, aCard},
		"after a message elsewhere": {func(_ *testing.T, k *talk, _ *shown) chat.EventID {
			k.sayIn(direct, "gimp")
			return k.say("2")
		}, aCard},
		"in another room": {func(_ *testing.T, k *talk, _ *shown) chat.EventID { return k.sayIn(english, "2") }, ""},
		"by somebody else": {func(_ *testing.T, k *talk, _ *shown) chat.EventID {
			return k.happen(chat.Event{Sender: dominique, Message: &chat.Message{Body: "2"}})
		}, ""},
		"beyond the list": {func(_ *testing.T, k *talk, _ *shown) chat.EventID { return k.say("4") }, ""},
		"not a number":    {func(_ *testing.T, k *talk, _ *shown) chat.EventID { return k.say("2 ou 3 ?") }, ""},
		"a reply": {func(_ *testing.T, k *talk, posted *shown) chat.EventID {
			return k.happen(chat.Event{Message: &chat.Message{Body: "n° 2", ReplyTo: posted.id}})
		}, aCard},
		"a late reply": {func(_ *testing.T, k *talk, posted *shown) chat.EventID {
			k.say("Voyons…")
			time.Sleep(time.Hour)
			return k.happen(chat.Event{Message: &chat.Message{Body: "2", ReplyTo: posted.id}})
		}, aCard},
		"a reply beyond the list": {func(_ *testing.T, k *talk, posted *shown) chat.EventID {
			return k.happen(chat.Event{Message: &chat.Message{Body: "4", ReplyTo: posted.id}})
		}, "Cette liste va de 1 à 3"},
		"a reply to something else": {func(_ *testing.T, k *talk, _ *shown) chat.EventID {
			return k.happen(chat.Event{Message: &chat.Message{Body: "2", ReplyTo: "$other"}})
		}, ""},
		"a reply by somebody else, which mentions the bot": {func(_ *testing.T, k *talk, posted *shown) chat.EventID {
			return k.happen(chat.Event{Sender: dominique, Message: &chat.Message{Body: "2", ReplyTo: posted.id, Mentioned: true}})
		}, ""},
		"a command in reply": {func(_ *testing.T, k *talk, posted *shown) chat.EventID {
			return k.happen(chat.Event{Message: &chat.Message{Body: "!sill gimp", ReplyTo: posted.id}})
		}, "GIMP : "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
				_, posted := list(t, k)
				k.expect(test.choose(t, k, posted), test.want)
			})
		})
	}
}

func TestReactions(t *testing.T) {
	tests := map[string]struct {
		sender chat.UserID
		key    string
		target chat.EventID // empty for the list
		want   string
	}{
		"the asker's":     {camille, "2️⃣", "", aCard},
		"without variant": {camille, "2\u20E3", "", aCard},
		"a digit":         {camille, "2", "", aCard},
		"another's":       {dominique, "2️⃣", "", ""},
		"beyond the list": {camille, "4️⃣", "", ""},
		"another emoji":   {camille, "👍", "", ""},
		"elsewhere":       {camille, "2️⃣", "$other", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
				_, posted := list(t, k)
				if test.target == "" {
					test.target = posted.id
				}
				reaction := k.happen(chat.Event{Sender: test.sender, Reaction: &chat.Reaction{Target: test.target, Key: test.key}})
				k.expect(test.target, test.want)
				if test.want != "" {
					k.remove(reaction)
					k.expect(test.target, "")
				}
			})
		})
	}
}

func TestChoosingInAThread(t *testing.T) {
	talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
		command := k.happen(chat.Event{Message: &chat.Message{Body: "!sill remplace photoshop", Thread: "$root"}})
		posted := k.answer(command)
		k.happen(chat.Event{Reaction: &chat.Reaction{Target: posted.id, Key: "2️⃣"}})
		if p := k.answer(posted.id); p.Thread.Event != "$root" {
			t.Errorf("the card went to the thread %q", p.Thread.Event)
		}
	})
}

func TestChoosingFromUsers(t *testing.T) {
	talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
		command := k.say("!sill utilisateurs photoshop")
		names := k.answers(command)
		if len(names) != 1 || !strings.Contains(names[0], "GIMP") {
			t.Fatalf("no list: %q", names)
		}
		k.expect(k.say("1"), "GIMP : 58 utilisateurs déclarés et 4 référents dans 2 administrations")
	})
}

func TestEditedChoice(t *testing.T) {
	talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
		list(t, k)
		choice := k.say("1")
		k.expect(choice, "GIMP : ")
		time.Sleep(time.Hour)
		k.edit(choice, "2")
		k.expect(choice, aCard)
		k.edit(choice, "merci")
		k.expect(choice, "")
	})
}

// An edit does not say which message its original replied to.
func TestEditedChoiceInReply(t *testing.T) {
	talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
		_, posted := list(t, k)
		k.say("!sill gimp")
		choice := k.happen(chat.Event{Message: &chat.Message{Body: "option 1", ReplyTo: posted.id}})
		k.expect(choice, "GIMP : ")
		card := k.answer(choice)
		for range 2 {
			k.edit(choice, "le 2")
			k.expect(choice, aCard)
			k.edit(choice, "①")
			k.expect(choice, "GIMP : ")
		}
		if k.answer(choice) != card {
			t.Error("the card was not edited")
		}
		k.expect(k.say("2"), "")
	})
}

func TestEditedListIsAnotherList(t *testing.T) {
	tests := map[string]struct {
		edit func(k *talk, command chat.EventID)
		want string // for the number 1
	}{
		"to another list": {func(k *talk, id chat.EventID) { k.edit(id, "!sill utilisateurs photoshop") }, "GIMP : 58 utilisateurs"},
		"to a card":       {func(k *talk, id chat.EventID) { k.edit(id, "!sill krita") }, ""},
		"to nothing":      {func(k *talk, id chat.EventID) { k.edit(id, "rien") }, ""},
		"deleted":         {func(k *talk, id chat.EventID) { k.remove(id) }, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
				command, posted := list(t, k)
				test.edit(k, command)
				k.happen(chat.Event{Reaction: &chat.Reaction{Target: posted.id, Key: "1️⃣"}})
				k.expect(posted.id, test.want)
				k.expect(k.say("1"), test.want)
			})
		})
	}
}
