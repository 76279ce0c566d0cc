package relay_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"heraut/chat"
	"heraut/relay"
)

// A message becomes a question, by a reply or a reaction.
func TestQuote(t *testing.T) {
	playAll(t, map[string]func(w *world){
		"a message becomes a question": func(w *world) {
			said := w.say(salon, camille, "Quelle licence ?")
			w.edit(salon, camille, said, "Quelle licence pour une bibliothèque ?")
			call := w.reply(salon, camille, said, "!question")
			w.restart()
			w.inThread(experts, bruno, w.root(), "La LGPL.")
			w.edit(salon, camille, said, "Quelle licence pour une bibliothèque en C ?")
			w.inThread(salon, camille, said, "Merci.")
			w.remove(salon, camille, call) // it is answered: it stays
			w.reply(salon, camille, said, "!question")
			w.remove(salon, camille, said)
		},
		"a reaction makes a question": func(w *world) {
			said := w.say(salon, camille, "Où publier ?")
			sign := w.react(salon, camille, said, "❓")
			w.remove(salon, camille, sign) // nobody answered: it is withdrawn
			w.react(salon, alix, said, "❓")
			w.react(salon, camille, said, "❓\ufe0f")
			w.inThread(experts, bruno, w.root(), "Sur la forge.")
			w.react(other, dora, w.say(other, dora, "Hein ?"), "❓")
		},
		"a message of another becomes a question": func(w *world) {
			said := w.say(salon, camille, "Qui a un modèle de marché ?")
			w.reply(salon, alix, said, "!question")
			w.moderate(salon, alix, said, "!question")
			asked := w.last(salon, "un modérateur propose")
			w.restart()
			w.react(salon, alix, asked, "✅")
			w.reply(salon, alix, asked, "oui")
			w.edit(salon, camille, said, "Qui a un modèle de marché de maintenance ?")
			w.restart()
			w.react(salon, camille, asked, "✅")
			w.inThread(experts, bruno, w.root(), "L’UGAP.")
		},
		"a message of another becomes no question": func(w *world) {
			said := w.say(salon, camille, "On mange où ?")
			w.moderate(salon, alix, said, "!question")
			w.react(salon, camille, w.last(salon, "un modérateur propose"), "❌")
			w.moderate(salon, alix, said, "!question")
			again := w.say(salon, camille, "Et demain ?")
			call := w.moderate(salon, alix, again, "!question")
			w.edit(salon, alix, call, "en fait non")
			third := w.say(salon, camille, "Et après-demain ?")
			w.moderate(salon, alix, third, "!question")
			w.remove(salon, camille, third)
		},
		"what no question can be made of": func(w *world) {
			w.say(salon, camille, "!question Une ?")
			w.reply(salon, camille, w.last(salon, "Question n°"), "!question")
			w.reply(salon, camille, w.say(salon, camille, "!sill gimp"), "!question")
			w.reply(salon, camille, w.do(salon, camille, chat.Event{Message: &chat.Message{File: &chat.File{Name: "a.png"}}}), "!question")
			w.reply(salon, camille, "$ailleurs", "!question")
			w.reply(salon, camille, w.say(salon, camille, "Par thème ?"), "!question #inconnu")
			said := w.say(salon, camille, "Deux ?")
			call := w.reply(salon, camille, said, "!question")
			w.edit(salon, camille, call, "!question Trois ?")
		},
	})
}

// In an encrypted room only what its author wrote in an encrypted message counts, and the
// homeserver cannot choose the message whose text goes to a less protected room.
func TestQuoteInAnEncryptedRoom(t *testing.T) {
	inWorld(t, func(w *world) {
		w.relays = []relay.Declaration{withRooms("libre", sealed, experts)}
		w.relays[0].MayWiden = true
		w.restart()
		w.room(sealed, "Chiffré", encrypted)
		bound := func(user chat.UserID, level chat.Level, to chat.EventID, body string) {
			w.do(sealed, user, chat.Event{Trust: chat.TrustVerified, Level: level, Message: &chat.Message{Body: body, ReplyTo: to, RelationEncrypted: true}})
		}
		said := w.say(sealed, camille, "Un secret ?")
		w.react(sealed, camille, said, "❓")
		w.neverSays(sealed, "Question n°")
		w.related(sealed, camille, chat.Message{ReplyTo: said, Body: "!question"}) // its relation is in clear
		w.says(sealed, "ne chiffre pas le lien avec le message")
		bound(alix, chat.LevelModerator, said, "!question")
		asked := w.last(sealed, "un modérateur propose")
		w.react(sealed, camille, asked, "✅")
		w.do(sealed, camille, chat.Event{Message: &chat.Message{Body: "oui 1", ReplyTo: asked}}) // forged in clear
		bound(alix, chat.LevelModerator, asked, "oui 1")
		w.related(sealed, camille, chat.Message{ReplyTo: asked, Body: "oui"}) // said to another message, perhaps
		w.says(sealed, "écrivez oui 1 dans ce fil")
		w.do(sealed, camille, chat.Event{Trust: chat.TrustMember, Message: &chat.Message{Body: "Un autre secret", Edits: said}})
		w.neverSays(experts, "secret")
		w.neverSays(sealed, "autre secret")
		w.reply(sealed, camille, asked, "oui 1")
		w.says(experts, "Un secret ?")
	})
}

// The experts' room opens between the author's consent and the sending.
func TestQuoteIsCheckedWhenItIsSent(t *testing.T) {
	inWorld(t, func(w *world) {
		said := w.say(salon, camille, "Un secret ?")
		w.moderate(salon, alix, said, "!question")
		release := w.holding(experts)
		w.react(salon, camille, w.last(salon, "un modérateur propose"), "✅")
		w.room(experts, "Experts", public)
		release()
		w.neverSays(experts, "secret")
		w.says(salon, "annulée")
		again := w.say(salon, camille, "Un autre secret ?")
		w.react(salon, camille, again, "❓")
		w.neverSays(experts, "secret")
		w.says(salon, "plus ouvert que celui-ci")
	})
}

// The author of a message may want no name, whether or not the experts' room is wider,
// and also if it was wider when the question was asked.
func TestQuoteWithoutName(t *testing.T) {
	inWorld(t, func(w *world) {
		w.moderate(salon, alix, w.say(salon, camille, "Quelle licence ?"), "!question")
		w.react(salon, camille, w.last(salon, "un modérateur propose"), "2️⃣")
		w.says(experts, "Quelle licence ?")
		w.neverSays(experts, "Camille")
	})
	inWorld(t, func(w *world) {
		w.relays[0].MayWiden = true
		w.restart()
		w.room(experts, "Experts", public)
		w.say(salon, camille, "!question Quelle licence ?")
		w.room(experts, "Experts", func(r *chat.Room) { r.JoinRule = "invite" })
		w.reply(salon, camille, w.last(salon, "plus ouvert que celui-ci"), "sans nom")
		w.says(experts, "Quelle licence ?")
		w.neverSays(experts, "Camille")
	})
}

// Suggestions come first, as for any question.
func TestQuoteWithSuggestions(t *testing.T) {
	inWorld(t, func(w *world) {
		w.suggestThis("La LGPL.")
		w.react(salon, camille, w.say(salon, camille, "Quelle licence ?"), "❓")
		w.react(salon, camille, w.last(salon, "ceci y répond-il"), "❌")
		w.says(experts, "Quelle licence ?")
	})
}

// Whoever made another's message a question reads so, and is forgotten.
func TestCallerIsForgotten(t *testing.T) {
	inWorld(t, func(w *world) {
		said := w.say(salon, camille, "On mange où ?")
		w.moderate(salon, alix, said, "!question")
		data := func(user chat.UserID) (kinds string) {
			all, err := w.carrier.DataOf(context.Background(), user)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range all {
				kinds += d.Kind + " "
			}
			return strings.TrimSpace(kinds)
		}
		if got := data(alix); got != "call" {
			t.Errorf("of the caller: %q", got)
		}
		if got := data(camille); got != "question" {
			t.Errorf("of the author: %q", got)
		}
		w.forget(alix)
		w.sync()
		if got := data(alix); got != "" {
			t.Errorf("of the forgotten: %q", got)
		}
		w.react(salon, camille, w.last(salon, "Question n°"), "✅")
		w.neverSays(experts, "On mange")
	})
}

// A message is deleted or edited while the bot reads it to make it a question: what was
// deleted is no question, and what was edited is asked as it is now.
func TestQuoteWhileItsMessageChanges(t *testing.T) {
	for name, calls := range map[string]func(w *world, said chat.EventID){
		"reply":     func(w *world, said chat.EventID) { w.reply(salon, camille, said, "!question") },
		"reaction":  func(w *world, said chat.EventID) { w.react(salon, camille, said, "❓") },
		"moderator": func(w *world, said chat.EventID) { w.moderate(salon, alix, said, "!question") },
	} {
		play := func(t *testing.T, changes func(w *world, said chat.EventID)) {
			inWorld(t, func(w *world) {
				said := w.say(salon, camille, "Un secret ?")
				w.reading = make(chan struct{})
				calls(w, said)
				changes(w, said)
				close(w.reading)
				w.pass(5 * time.Second)
				w.neverSays(experts, "secret")
				w.neverSays(salon, "secret")
				if strings.Contains(w.texts(salon), "Question n°") != strings.Contains(w.log(), "licence") {
					t.Errorf("want a question if the message was edited, and none if it was deleted:\n%s", w.log())
				}
			})
		}
		t.Run(name+", deleted", func(t *testing.T) {
			play(t, func(w *world, said chat.EventID) { w.remove(salon, camille, said) })
		})
		t.Run(name+", edited", func(t *testing.T) {
			play(t, func(w *world, said chat.EventID) { w.edit(salon, camille, said, "Quelle licence ?") })
		})
	}
}
