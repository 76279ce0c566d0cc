package relay_test

import (
	"fmt"
	"strings"
	"testing"

	"heraut/chat"
)

const duplicatesHead = `Un expert joint une question à une autre, la même (` + "`!meme n`" + `), seulement si le salon de la question jointe n’est pas plus ouvert que celui de l’autre, tel qu’il est et tel que les experts l’ont lu : les réponses à celle-là y sont données ; c’est vérifié de nouveau à chaque envoi. Le texte d’un auteur ne va jamais à l’autre. Ce tableau vient du test ` + "`TestEveryAudienceOfDuplicates`" + ` : une question jointe, de chaque sorte de salon (colonne, mêmes numéros), à une autre de chaque sorte (ligne). **=** : la réponse à la première est donnée à l’auteur de la seconde ; des lettres : la question reste à part, son salon est plus ouvert.

`

// A question from every kind of room is joined to one of every other, or stays apart;
// doc/audiences.md holds the outcomes.
func TestEveryAudienceOfDuplicates(t *testing.T) {
	rooms, names := kindsOfRooms()
	first := func(i int) chat.RoomID { return chat.RoomID(fmt.Sprintf("!premier%d:example.org", i)) }
	second := func(j int) chat.RoomID { return chat.RoomID(fmt.Sprintf("!second%d:example.org", j)) }
	table := audienceTable(duplicatesHead, "première \\ jointe", len(rooms))
	inWorld(t, func(w *world) {
		w.relays[0].From = nil
		for i := range rooms {
			w.relays[0].From = append(w.relays[0].From, string(first(i)), string(second(i)))
		}
		w.restart()
		// The narrowest room answers, so that every room may ask it.
		w.room(experts, "Experts", func(r *chat.Room) { *r = rooms[0]; r.ID = experts })
		for i, kind := range rooms {
			for _, id := range []chat.RoomID{first(i), second(i)} {
				w.room(id, "", func(r *chat.Room) { kind.ID = id; *r = kind })
			}
			w.say(first(i), camille, "!question Où ?")
			w.say(experts, bruno, fmt.Sprintf("!repondre %d Réponse %d.", i+1, i+1))
		}
		for i := range rooms {
			fmt.Fprintf(table, "| %d. %s |", i+1, names[i])
			for j := range rooms {
				w.say(second(j), alix, "!question Où donc ?")
				number := len(rooms) + i*len(rooms) + j + 1
				w.say(experts, bruno, fmt.Sprintf("!meme %d %d", number, i+1))
				cell := "="
				given := strings.Contains(w.texts(second(j)), fmt.Sprintf("Réponse %d.", i+1))
				if !given {
					cell = letters(w.lastIn(experts))
				}
				if wider := rooms[i].Encrypted && !rooms[j].Encrypted || j&^i&14 != 0; wider == given || cell == "" {
					t.Errorf("%s joined to %s: given: %t, %q", names[j], names[i], given, cell)
				}
				fmt.Fprintf(table, " %s |", cell)
			}
			table.WriteString("\n")
		}
	})
	goldenSection(t, "Une question jointe à une autre", table.String())
}
