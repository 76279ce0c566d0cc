package relay_test

import (
	"context"
	"fmt"
	"testing"

	"heraut/chat"
	"heraut/relay"
)

// keeps stores an entry of the FAQ and returns its number.
func (w *world) keeps(question, answer string, audience chat.Audience) int64 {
	w.Helper()
	number, err := w.db.SaveEntry(context.Background(), relay.Entry{Question: question, Answer: answer, Audience: audience})
	if err != nil {
		w.Fatal(err)
	}
	return number
}

// clear is the audience of the private rooms of a world.
var clear = chat.Audience{Clear: true}

func TestEntryScenarios(t *testing.T) {
	playAll(t, map[string]func(w *world){
		"an entry answers": func(w *world) {
			w.keeps("Quelle licence ?", "La LGPL convient.\n!sill trouve les logiciels.", clear)
			w.keeps("Et la MPL ?", "La MPL aussi.", chat.Everybody)
			w.say(salon, camille, "!question Quelle licence pour une bibliothèque ?")
			root := w.root()
			a := w.inThread(experts, bruno, root, "!répondre faq 1")
			w.edit(experts, bruno, a, "!repondre faq n° 2")
			w.edit(experts, bruno, a, "Ni l’une ni l’autre.")
			w.edit(experts, bruno, a, "!repondre faq 1")
			w.restart()
			w.remove(experts, bruno, a)
			w.reply(experts, dora, root, "!repondre faq 2")
			w.say(experts, dora, "!repondre 1 FAQ 1")
			w.inThread(experts, bruno, root, "!repondre faq")
			w.inThread(experts, bruno, root, "!repondre faq 9")
			w.inThread(experts, bruno, root, "!repondre faq la suite")
			w.say(experts, bruno, "!repondre faq 1")
		},
		"an entry may not answer": func(w *world) {
			w.keeps("Quelle licence ?", "Réservé au salon des experts.", chat.Audience{})
			w.keeps("Quelle autre ?", "Pour les salons privés.", clear)
			w.keeps("Et sinon ?", "Pour tous.", chat.Everybody)
			w.room(salon, "Bluehats", public)
			q := w.say(salon, camille, "!question Quelle licence ?")
			root := w.root()
			w.inThread(experts, bruno, root, "!repondre faq 1")
			w.inThread(experts, bruno, root, "!repondre faq 2")
			w.inThread(salon, camille, q, "!repondre faq 3")
			w.say(salon, alix, "!repondre 1 faq 3")
			w.room(salon, "Bluehats", nil) // the experts were told that everybody reads the answers
			w.inThread(experts, bruno, root, "!repondre faq 2")
			w.inThread(experts, bruno, root, "!repondre faq 3")
		},
	})
}

// An entry that waits to be sent as an answer stays where it is when the asker's room
// opens, or when the entry is removed or rewritten.
func TestWaitingEntriesAreChecked(t *testing.T) {
	for name, test := range map[string]struct {
		meanwhile func(w *world, number int64)
		told      string
	}{
		"the room is opened": {func(w *world, _ int64) { w.room(salon, "Bluehats", public) }, "est plus ouvert"},
		"it is removed": {func(w *world, number int64) {
			if err := w.db.RemoveEntry(context.Background(), number); err != nil {
				w.Fatal(err)
			}
		}, "modifiée ou retirée"},
		"it is rewritten": {func(w *world, number int64) {
			e := relay.Entry{Number: number, Question: "Quoi ?", Answer: "Autre chose.", Audience: clear}
			if _, err := w.db.SaveEntry(context.Background(), e); err != nil {
				w.Fatal(err)
			}
		}, "modifiée ou retirée"},
		"it is kept for fewer": {func(w *world, number int64) {
			e := relay.Entry{Number: number, Question: "Quoi ?", Answer: "Un secret."}
			if _, err := w.db.SaveEntry(context.Background(), e); err != nil {
				w.Fatal(err)
			}
		}, "moins ouverts que"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				number := w.keeps("Quoi ?", "Un secret.", clear)
				w.say(salon, camille, "!question Rien ?")
				root := w.root()
				release := w.holding(salon)
				w.inThread(experts, bruno, root, fmt.Sprint("!repondre faq ", number))
				test.meanwhile(w, number)
				release()
				w.neverSays(salon, "secret")
				w.neverSays(experts, "répondue")
				w.says(experts, test.told)
			})
		})
	}
}

// The homeserver may choose the thread of a message whose relation it reads, and so the
// question that an entry answers: such an entry goes to no room that is less protected.
func TestEntryWithAForgedRelationIsNotCarried(t *testing.T) {
	inWorld(t, func(w *world) {
		w.relays = []relay.Declaration{{Name: "libre", From: []string{string(salon)}, To: string(experts), MayWiden: true}}
		w.restart()
		w.room(experts, "Experts", func(r *chat.Room) { r.Encrypted = true })
		w.keeps("Quoi ?", "Un secret.", clear)
		w.say(salon, camille, "!question Rien ?")
		root := w.root()
		w.related(experts, bruno, chat.Message{Thread: root, Body: "!repondre faq 1"})
		w.neverSays(salon, "secret")
		w.says(experts, "votre application ne chiffre pas le lien")
		w.do(experts, bruno, chat.Event{Message: &chat.Message{Body: "!repondre faq 1", Thread: root}})
		w.neverSays(salon, "secret") // in clear, the homeserver may have written it
		w.say(experts, bruno, "!repondre 1 faq 1")
		w.says(salon, "secret")
	})
}

const entriesHead = `Un expert répond par une réponse de la FAQ (` + "`!repondre faq n`" + `) seulement si le salon de la question, tel qu’il est et tel que les experts l’ont lu, n’est pas plus ouvert que les salons pour lesquels elle est gardée ; c’est vérifié de nouveau à l’envoi. Ce tableau vient du test ` + "`TestEveryAudienceOfEntries`" + ` : une réponse écrite dans chaque sorte de salon (ligne, même numéros) répond à une question de chaque autre (colonne). **=** : elle est transmise ; des lettres : elle est refusée, le salon de la question est plus ouvert.

`

// An entry kept in every kind of room answers a question from every other kind, or is
// refused; doc/audiences.md holds the outcomes.
func TestEveryAudienceOfEntries(t *testing.T) {
	rooms, names := kindsOfRooms()
	from := func(i int) chat.RoomID { return chat.RoomID(fmt.Sprintf("!de%d:example.org", i)) }
	table := audienceTable(entriesHead, "gardée dans \\ question de", len(rooms))
	inWorld(t, func(w *world) {
		w.relays[0].From = nil
		for i := range rooms {
			w.relays[0].From = append(w.relays[0].From, string(from(i)))
		}
		w.restart()
		// The narrowest room answers, so that it may read every entry.
		w.room(experts, "Experts", func(r *chat.Room) { *r = rooms[0]; r.ID = experts })
		for j, r := range rooms {
			w.room(from(j), "", func(kept *chat.Room) { r.ID = from(j); *kept = r })
			w.say(from(j), camille, "!question Où ?")
		}
		for i, r := range rooms {
			number := w.keeps("Où ?", fmt.Sprintf("Réponse %d.", i), chat.ReadersOf(r, chat.Surroundings{Ours: ours}).Least)
			fmt.Fprintf(table, "| %d. %s |", i+1, names[i])
			for j := range rooms {
				before := len(w.own(from(j)))
				w.say(experts, bruno, fmt.Sprintf("!repondre %d faq %d", j+1, number))
				cell, own := "=", w.own(experts)
				sent := len(w.own(from(j))) > before
				if !sent {
					cell = letters(plainOf(own[len(own)-1]))
				}
				if wider := rooms[i].Encrypted && !rooms[j].Encrypted || j&^i&14 != 0; wider == sent || cell == "" {
					t.Errorf("kept in %s, asked in %s: sent: %t, %q", names[i], names[j], sent, cell)
				}
				fmt.Fprintf(table, " %s |", cell)
			}
			table.WriteString("\n")
		}
	})
	goldenSection(t, "Une réponse de la FAQ", table.String())
}
