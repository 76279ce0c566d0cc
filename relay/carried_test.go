package relay_test

import (
	"encoding/json"
	"strings"
	"testing"

	"heraut/chat"
	"heraut/relay"
)

// jsonSize returns the size of a text in an event, in bytes.
func jsonSize(s string) int {
	encoded, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return len(encoded)
}

const sealed = chat.RoomID("!chiffre:example.org")

// inSealedWorld plays a scenario in which an encrypted room asks the clear room of the
// experts, with consent.
func inSealedWorld(t *testing.T, play func(w *world, question chat.EventID)) {
	inWorld(t, func(w *world) {
		w.relays = []relay.Declaration{withRooms("libre", sealed, experts)}
		w.relays[0].MayWiden = true
		w.restart()
		w.room(sealed, "Chiffré", func(r *chat.Room) { r.Encrypted = true })
		q := w.say(sealed, camille, "!question Rien ?")
		w.do(sealed, camille, chat.Event{Trust: chat.TrustMember, Message: &chat.Message{Thread: q, Body: "relayer", RelationEncrypted: true}})
		w.says(experts, "Rien ?")
		play(w, q)
	})
}

// The homeserver could have written the relation of an encrypted message if that
// relation is in clear: such a message goes to no room that is less protected.
func TestOuterRelationsAreNotCarriedToLessProtectedRooms(t *testing.T) {
	inSealedWorld(t, func(w *world, q chat.EventID) {
		w.do(sealed, camille, chat.Event{Trust: chat.TrustMember, Message: &chat.Message{Thread: q, Body: "Détourné."}})
		w.neverSays(experts, "Détourné")
		w.says(sealed, "!repondre 1 votre texte")
		a := w.say(sealed, camille, "!repondre 1 Par son numéro.")
		w.says(experts, "Par son numéro.")
		w.edit(sealed, camille, a, "!repondre 1 Par son numéro, corrigé.")
		w.says(experts, "corrigé")
		w.do(sealed, camille, chat.Event{Trust: chat.TrustMember, Message: &chat.Message{Thread: q, Body: "Lié.", RelationEncrypted: true}})
		w.says(experts, "Lié.")
	})
}

// A clear message in an encrypted room is not carried, and its edit changes nothing.
func TestClearMessagesOfEncryptedRoomsAreNotCarried(t *testing.T) {
	inSealedWorld(t, func(w *world, q chat.EventID) {
		said := w.do(sealed, camille, chat.Event{Trust: chat.TrustMember, Message: &chat.Message{Thread: q, Body: "Chiffré.", RelationEncrypted: true}})
		w.says(experts, "Chiffré.")
		w.do(sealed, camille, chat.Event{Message: &chat.Message{Thread: q, Body: "Forgé."}})
		w.do(sealed, camille, chat.Event{Message: &chat.Message{Body: "Forgé aussi.", Edits: said}})
		w.do(sealed, camille, chat.Event{Message: &chat.Message{Body: "!question Forgée ?"}})
		w.do(sealed, camille, chat.Event{Message: &chat.Message{Body: "!question Forgée ?", Edits: q}})
		w.neverSays(experts, "Forgé")
		w.says(sealed, "n’est pas chiffré")
		for _, p := range w.own(experts) {
			if !p.Redacts.IsZero() {
				t.Errorf("a clear edit took back what was carried:\n%s", w.log())
			}
		}
	})
}

func TestAnswersByNumber(t *testing.T) {
	inWorld(t, func(w *world) {
		w.say(salon, camille, "!question Une ?")
		w.say(salon, alix, "!question Deux ?")
		w.say(experts, bruno, "!repondre n° 2 La seconde.")
		w.says(salon, "Bruno Lefèvre répond à la question n° 2")
		w.says(salon, "La seconde.")
		w.say(salon, camille, "!repondre 1: Un ajout.")
		w.says(experts, "Camille Roy ajoute à la question n° 1")
		w.say(other, dora, "!repondre 1 D’ailleurs.")
		w.neverSays(salon, "D’ailleurs")
		w.says(other, "La question n° 1 n’est pas de ce salon")
		w.say(experts, bruno, "!repondre 1")
		w.says(experts, "répondre à une question par son numéro")
		w.say(experts, bruno, "!repondre tout de suite")
		w.neverSays(salon, "tout de suite")
	})
}

func TestWhatIsNoTextIsAnnounced(t *testing.T) {
	inWorld(t, func(w *world) {
		w.say(salon, camille, "!question Rien ?")
		root := w.root()
		for kind, want := range map[chat.MessageKind]string{
			chat.KindEmote: "Bruno Lefèvre pense ainsi", chat.KindSticker: "C’est un autocollant", chat.KindLocation: "C’est une position",
			chat.KindPoll: "C’est un sondage", chat.KindOther: "d’une sorte que je ne connais pas",
		} {
			w.do(experts, bruno, chat.Event{Message: &chat.Message{Thread: root, Kind: kind, Body: "pense ainsi"}})
			w.says(salon, want)
		}
		w.do(experts, bruno, chat.Event{Message: &chat.Message{Thread: root, Kind: chat.KindVoice, File: &chat.File{Name: "a.ogg"}}})
		w.says(salon, "Message vocal : « a.ogg »")
		w.do(experts, bruno, chat.Event{Message: &chat.Message{Thread: root, Body: "Une légende.", File: &chat.File{Name: "b.png"}}})
		w.says(salon, "Une légende.")
		w.do(experts, bruno, chat.Event{Message: &chat.Message{Kind: chat.KindSticker, Body: "hors fil"}})
		w.neverSays(salon, "hors fil")
	})
}

func TestUserIDsAreNotCarried(t *testing.T) {
	inWorld(t, func(w *world) {
		w.say(salon, camille, "!question Que dit @dora:example.org ?")
		root := w.root()
		w.says(experts, "Que dit un agent ?")
		for _, m := range []chat.Message{
			{Body: "Voyez @dora:example.org, ou @alix:matrix.example.org:8448."},
			{Body: "x", HTML: `Voyez <a href="https://matrix.to/#/@dora:example.org">@dora:example.org</a> <b>@alix:example.org</b>`},
			{Body: "[@dora:example.org](https://matrix.to/#/@dora:example.org) sait"},
		} {
			m.Thread = root
			w.do(experts, bruno, chat.Event{Message: &m})
		}
		w.do(experts, bruno, chat.Event{Message: &chat.Message{Thread: root, Body: "À 10:30, voir a@b.fr et https://example.org/@x"}})
		for _, room := range []chat.RoomID{salon, experts} {
			for _, id := range []string{"@dora", "@alix", "8448"} {
				w.neverSays(room, id)
			}
		}
		w.says(salon, "Voyez un agent, ou un agent.")
		w.says(salon, "À 10:30, voir a@b.fr et https://example.org/@x")
	})
}

// A text that is too large for an event is shortened, with a link to the rest.
func TestLargeTextsAreShortened(t *testing.T) {
	for name, text := range map[string]string{
		"ampersands": strings.Repeat("&", 3990), "tags": strings.Repeat("<a> ", 990), "quotation marks": strings.Repeat(`"a",`, 990),
		"Chinese": strings.Repeat("漢", 3990), "emoji": strings.Repeat("👩‍💻", 1300),
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				q := w.say(salon, camille, "!question "+text)
				root := w.root()
				w.react(experts, bruno, root, "✋")
				w.inThread(salon, camille, q, text)
				for _, p := range w.own(experts) {
					if n := jsonSize(p.HTML); n > 22_000 {
						t.Errorf("%d bytes of HTML", n)
					} else if p.HTML != "" && n < 10_000 {
						t.Errorf("only %d bytes of HTML are left", n)
					}
				}
				if cut := name == "ampersands" || name == "quotation marks"; cut {
					w.says(experts, "La suite se lit")
				}
			})
		})
	}
}

func TestEmptyQuestionsAreRefused(t *testing.T) {
	inWorld(t, func(w *world) {
		w.relays = []relay.Declaration{withTheme("droit", "droit")}
		w.restart()
		w.say(salon, camille, "!question #droit")
		w.says(salon, "Il manque le texte de la question")
		w.neverSays(experts, "Question")
		q := w.say(salon, camille, "!question #droit Ceci ?")
		w.edit(salon, camille, q, "!question #droit")
		w.edit(salon, camille, q, "!question")
		w.says(experts, "Ceci ?")
		if got := strings.Count(w.texts(experts), "Question n°"); got != 1 {
			t.Errorf("the experts see %d versions of the question:\n%s", got, w.log())
		}
	})
}

// The homeserver chooses no question for a command, nor the choice that an asker makes:
// in an encrypted room, an author whose client leaves the relation in clear is told to
// give the number.
func TestOuterRelationsDecideNothing(t *testing.T) {
	t.Run("commands", func(t *testing.T) {
		handing(t, false, func(w *world) {
			w.room(salon, "Bluehats", encrypted)
			w.room(experts, "Experts", encrypted)
			w.room(lawyers, "Juristes", encrypted)
			w.say(salon, camille, "!question Un secret ?")
			root := w.root()
			for _, command := range []string{"!prendre", "!resolu", "!transmettre licences", "!laisser"} {
				w.related(experts, bruno, chat.Message{Thread: root, Body: command})
				w.saysLast(experts, "avec le numéro de la question")
				w.related(experts, bruno, chat.Message{ReplyTo: root, Body: command})
				w.saysLast(experts, "avec le numéro de la question")
			}
			w.neverSays(lawyers, "secret")
			w.neverSays(salon, "Bruno Lefèvre s’en occupe")
			w.inThread(experts, bruno, root, "!transmettre 1 licences")
			w.says(lawyers, "Un secret ?")
		})
	})
	t.Run("choices", func(t *testing.T) {
		inWorld(t, func(w *world) {
			w.relays = []relay.Declaration{withRooms("libre", sealed, experts)}
			w.relays[0].MayWiden = true
			w.suggestThis("La LGPL.")
			w.room(sealed, "Chiffré", encrypted)
			q := w.say(sealed, camille, "!question Un secret ?")
			w.related(sealed, camille, chat.Message{Thread: q, Body: "oui"})
			w.saysLast(sealed, "écrivez oui 1 dans ce fil")
			w.inThread(sealed, camille, q, "non 1")
			for word, want := range map[string]string{"oui": "oui", "1": "relayer", "2": "sans nom", "annuler": "annuler"} {
				w.related(sealed, camille, chat.Message{Thread: q, Body: word})
				w.saysLast(sealed, "écrivez "+want+" 1 dans ce fil")
			}
			w.neverSays(experts, "secret")
			w.inThread(sealed, camille, q, "sans nom 1")
			w.says(experts, "Un secret ?")
		})
	})
}

// The homeserver makes no edit of a new question, whose text would go where the asker
// let an earlier one go.
func TestOuterEditsAskNothingElsewhere(t *testing.T) {
	inSealedWorld(t, func(w *world, q chat.EventID) {
		w.related(sealed, camille, chat.Message{Edits: q, Body: "!question Un secret ?"})
		w.neverSays(experts, "secret")
		w.saysLast(sealed, "ne chiffre pas le lien avec la question")
		w.edit(sealed, camille, q, "!question Rien de plus ?")
		w.says(experts, "Rien de plus ?")
	})
}
