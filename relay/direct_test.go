package relay_test

import (
	"strings"
	"testing"

	"heraut/chat"
	"heraut/relay"
)

// direct is Camille's direct message with the bot.
const direct = chat.RoomID("!direct:example.org")

// inDirect plays a scenario in which direct messages have a relay to the experts, whose
// room is private and encrypted.
func inDirect(t *testing.T, play func(w *world)) {
	t.Helper()
	inWorld(t, func(w *world) {
		w.relays = []relay.Declaration{{Name: "libre", From: []string{string(relay.Direct)}, To: string(experts)}}
		w.room(experts, "Experts", encrypted)
		w.room(direct, "Camille Roy", func(r *chat.Room) { r.Direct, r.Members, r.Encrypted = true, 2, true })
		w.restart()
		play(w)
	})
}

func encrypted(r *chat.Room) { r.Encrypted = true }

func TestDirect(t *testing.T) {
	for name, play := range map[string]func(w *world){
		"direct": func(w *world) {
			q := w.say(direct, camille, "!question Où publier ?")
			w.restart()
			a := w.inThread(experts, bruno, w.root(), "Sur la forge.")
			w.restart()
			w.inThread(direct, camille, q, "Laquelle ?")
			w.edit(experts, bruno, a, "Sur la forge interministérielle.")
			w.say(direct, camille, "!questions")
			w.inThread(direct, camille, q, "!resolu")
			w.say(salon, alix, "!question Et ici ?")
		},
		"direct without a name": func(w *world) {
			w.relays[0].MayWiden = true
			w.restart()
			w.room(experts, "Experts", public)
			w.say(direct, camille, "!question Qui sait ?")
			w.reply(direct, camille, w.last(direct, "pas encore transmise"), "2")
			w.reply(experts, bruno, w.root(), "Moi.")
		},
		"direct themes": func(w *world) {
			w.relays = []relay.Declaration{
				{Name: "droit", From: []string{"direct"}, To: string(experts), Themes: []string{"licences"}},
				{Name: "achats", From: []string{"direct", string(salon)}, To: string(experts), Themes: []string{"achats"}},
			}
			w.restart()
			w.say(direct, camille, "!question Comment acheter ?")
			w.say(direct, camille, "!question #achats Comment acheter ?")
			w.say(salon, alix, "!question Et nous ?")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inDirect(t, func(w *world) {
				play(w)
				w.golden(strings.ReplaceAll(name, " ", "-"))
			})
		})
	}
}

// TestOpenedDirect opens a direct message to other people: no question can be asked there
// any more, and answers to earlier ones are held back.
func TestOpenedDirect(t *testing.T) {
	inDirect(t, func(w *world) {
		w.say(direct, camille, "!question Où publier ?")
		w.room(direct, "Camille Roy", func(r *chat.Room) { r.Direct, r.Members, r.Encrypted, r.JoinRule = true, 3, true, "public" })
		w.reply(experts, bruno, w.root(), "Sur la forge.")
		for _, p := range w.own(direct) {
			if strings.Contains(p.HTML, "Sur la forge") {
				t.Errorf("an answer went to an opened direct message:\n%s", w.log())
			}
		}
		w.last(experts, "n’est pas transmise")
		w.say(direct, camille, "!question Et encore ?")
		w.last(direct, "n’est relié à aucun salon")
	})
}

// A relay from direct messages is opened, listed and closed like others.
func TestDirectRelay(t *testing.T) {
	inWorld(t, func(w *world) {
		w.relays = nil
		w.restart()
		as := func(body string) {
			w.do(salon, alix, chat.Event{Level: chat.LevelOperator, Message: &chat.Message{Body: body}})
		}
		as("!relais ajouter libre de direct vers !experts:example.org")
		w.restart()
		as("!relais liste")
		w.last(salon, "libre : de messages directs vers Experts")
	})
}

// The answers to a question asked in a direct message are for its author alone.
func TestDuplicateOfADirectQuestion(t *testing.T) {
	inDirect(t, func(w *world) {
		w.relays[0].From = append(w.relays[0].From, string(salon))
		w.room(salon, "Bluehats", encrypted)
		w.restart()
		w.say(direct, camille, "!question Où publier ?")
		root := w.root()
		w.inThread(experts, bruno, root, "Sur votre forge, Camille.")
		w.say(salon, alix, "!question Où publier ici ?")
		later := w.root()
		w.inThread(experts, bruno, later, "!meme 1")
		w.last(experts, "n° 1 a été posée en message direct")
		w.neverSays(salon, "Sur votre forge")
		w.inThread(experts, bruno, root, "!meme 2")
		w.last(experts, "C’est noté")
	})
}

// A question asked in a direct message shares its answers with no group either when it
// becomes the first, since the question that both repeated is withdrawn.
func TestDirectDuplicateInherits(t *testing.T) {
	inDirect(t, func(w *world) {
		w.relays[0].From = append(w.relays[0].From, string(salon))
		w.room(salon, "Bluehats", encrypted)
		w.restart()
		first := w.say(salon, alix, "!question Où publier ?")
		w.say(direct, camille, "!question Où publier, moi ?")
		second := w.root()
		w.say(salon, farid, "!question Et moi ?")
		third := w.root()
		w.inThread(experts, bruno, second, "!meme 1")
		w.inThread(experts, bruno, third, "!meme 1")
		w.remove(salon, alix, first)
		w.inThread(experts, bruno, second, "Sur votre forge, Camille.")
		w.says(direct, "Sur votre forge")
		w.neverSays(salon, "Sur votre forge")
		w.says(salon, "n° 3 est de nouveau une question à part")
	})
}
