package relay_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heraut/chat"
	"heraut/relay"
)

func ours(server string) bool { return server == "example.org" }

// Two rooms of one foreign server are not elsewhere from each other.
func TestElsewhere(t *testing.T) {
	room := func(server string) chat.Room {
		return chat.Room{Joined: true, RoomFacts: chat.RoomFacts{Version: "11", Server: server, JoinRule: "invite"}}
	}
	for name, test := range map[string]struct {
		from, to string
		want     bool
	}{
		"here":               {"example.org", "example.org", false},
		"there":              {"example.org", "ailleurs.org", true},
		"back":               {"ailleurs.org", "example.org", false},
		"the same elsewhere": {"ailleurs.org", "ailleurs.org", false},
		"one and the other":  {"ailleurs.org", "autre.org", true},
	} {
		t.Run(name, func(t *testing.T) {
			got := relay.Widening(chat.Everybody, room(test.from), room(test.to), chat.Surroundings{Ours: ours})
			if got != (chat.Audience{Elsewhere: test.want}) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// kindsOfRooms returns every kind of room that the comparison distinguishes.
func kindsOfRooms() (rooms []chat.Room, names []string) {
	for i := range 16 {
		r := chat.Room{Joined: true, Members: 5, RoomFacts: chat.RoomFacts{Version: "11", Server: "example.org", JoinRule: "invite", AccessRule: "restricted"}}
		words := []string{"chiffré", "privé", "agents", "ici"}
		if r.Encrypted = i&1 == 0; !r.Encrypted {
			words[0] = "clair"
		}
		if i&2 != 0 {
			r.JoinRule, words[1] = "public", "public"
		}
		if i&4 != 0 {
			r.AccessRule, words[2] = "unrestricted", "externes"
		}
		if i&8 != 0 {
			r.Server, words[3] = "ailleurs.org", "ailleurs"
		}
		rooms, names = append(rooms, r), append(names, strings.Join(words, ", "))
	}
	return rooms, names
}

// audienceTable begins a section of doc/audiences.md: what stands before the table, and
// its head, with the name of the corner and a column for each of n kinds of room.
func audienceTable(before, corner string, n int) *strings.Builder {
	table := &strings.Builder{}
	fmt.Fprintf(table, "%s| %s |", before, corner)
	for i := range n {
		fmt.Fprintf(table, " %d |", i+1)
	}
	table.WriteString("\n|" + strings.Repeat("---|", n+1) + "\n")
	return table
}

const questionsHead = `Ce tableau vient du test ` + "`TestEveryPairOfAudiences`" + `, qui pose une question de chaque sorte de salon (ligne) à chaque autre (colonne).

- **=** : la question est transmise aussitôt ;
- des lettres : le public serait plus large. Sans ` + "`may_widen`" + `, la question est refusée par une phrase ; avec ` + "`may_widen`" + `, rien ne part avant l’accord de son auteur, à qui est montré exactement ce qui serait publié. **C** : le salon des experts n’est pas chiffré ; **P** : il est public ; **E** : il est ouvert aux externes ; **A** : il est sur un autre serveur ;
- **📎** : une pièce jointe à un message du fil suit aussi, dans les deux sens, si ` + "`questions.files`" + ` le permet : les deux salons ont alors exactement le même public et la même protection. Partout ailleurs, elle est seulement annoncée, même avec l’accord de l’auteur.

Les réponses reviennent toujours dans le salon de la question, dont le public est écrit dans le message que lisent les experts ; s’il s’élargit ensuite, elles sont retenues. Un salon « public » se rejoint sans invitation ou se lit sans y entrer.

`

// Every kind of room asks every other, with and without may_widen; doc/audiences.md
// holds the outcomes.
func TestEveryPairOfAudiences(t *testing.T) {
	rooms, names := kindsOfRooms()
	from := func(i int) chat.RoomID { return chat.RoomID(fmt.Sprintf("!de%d:example.org", i)) }
	to := func(i int) chat.RoomID { return chat.RoomID(fmt.Sprintf("!vers%d:example.org", i)) }
	table := audienceTable(questionsHead, "de \\ vers", len(rooms))
	inWorld(t, func(w *world) {
		w.withFiles()
		w.relays = nil
		for i := range rooms {
			for _, widen := range []bool{false, true} {
				r := relay.Declaration{Name: fmt.Sprintf("r%d-%t", i, widen), To: string(to(i)), Themes: []string{fmt.Sprintf("%d-%t", i, widen)}, MayWiden: widen}
				for j := range rooms {
					r.From = append(r.From, string(from(j)))
				}
				w.relays = append(w.relays, r)
			}
		}
		w.restart()
		for i, r := range rooms {
			for _, id := range []chat.RoomID{from(i), to(i)} {
				w.room(id, "", func(kept *chat.Room) { r.ID = id; *kept = r })
			}
		}
		for i := range rooms {
			fmt.Fprintf(table, "| %d. %s |", i+1, names[i])
			for j := range rooms {
				strict, asked := w.outcome(from(i), to(j), fmt.Sprintf("!question #%d-false Où ?", j))
				widening, consent := w.outcome(from(i), to(j), fmt.Sprintf("!question #%d-true Où ?", j))
				cell := "="
				if strict && w.fileFollows(from(i), to(j)) {
					cell = "= 📎"
				}
				if strict && (cell != "=") != (i == j) {
					t.Errorf("%s to %s: a file goes along: %t", names[i], names[j], cell != "=")
				}
				if !strict {
					cell = letters(asked)
				}
				switch {
				case strict && !widening:
					t.Errorf("%s to %s: may_widen makes it stricter", names[i], names[j])
				case !strict && (widening || !strings.Contains(asked, "pas transmise") || !strings.Contains(consent, "pas encore transmise")):
					t.Errorf("%s to %s: refused with %q, and %t with %q", names[i], names[j], asked, widening, consent)
				case !strict && letters(consent) != cell:
					t.Errorf("%s to %s: refused for %s, and consent asked for %s", names[i], names[j], cell, letters(consent))
				}
				if wider := rooms[j].Encrypted != rooms[i].Encrypted && rooms[i].Encrypted || j&^i&14 != 0; wider == strict {
					t.Errorf("%s to %s: asked at once: %t", names[i], names[j], strict)
				}
				fmt.Fprintf(table, " %s |", cell)
			}
			table.WriteString("\n")
		}
	})
	goldenSection(t, "Une question", table.String())
}

// goldenSection compares the section with that title of doc/audiences.md with want.
func goldenSection(t *testing.T, title, want string) {
	t.Helper()
	path := filepath.Join("..", "doc", "audiences.md")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head := "## " + title + "\n\n"
	before, rest, _ := strings.Cut(string(content), head)
	kept, after, followed := strings.Cut(rest, "\n## ")
	if *update {
		whole := strings.TrimRight(before, "\n") + "\n\n" + head + want
		if followed {
			whole += "\n## " + after
		}
		if err := os.WriteFile(path, []byte(whole), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if kept != want {
		t.Errorf("«%s» in doc/audiences.md is not what happens: run with -update and read the difference\n%s", title, want)
	}
}

// outcome asks a question, and returns whether it reached the experts at once and the
// messages that its asker got.
func (w *world) outcome(from, to chat.RoomID, question string) (reached bool, told string) {
	w.Helper()
	before := len(w.own(to))
	w.asked = w.say(from, camille, question)
	own := w.own(from)
	return len(w.own(to)) > before, plainOf(own[len(own)-1])
}

// fileFollows sends a file each way in the thread of the last question, and reports
// whether both followed; one alone is an error.
func (w *world) fileFollows(from, to chat.RoomID) bool {
	w.Helper()
	q := w.last(to, "Question n°")
	there, back := len(w.filesIn(to)), len(w.filesIn(from))
	w.attach(to, bruno, q, w.document(to, "avis.pdf"))
	w.attach(from, camille, w.asked, w.document(from, "statuts.pdf"))
	followed, returned := len(w.filesIn(to)) > there, len(w.filesIn(from)) > back
	if followed != returned {
		w.Errorf("%s to %s: a file goes along: %t, and back: %t", from, to, followed, returned)
	}
	return followed
}

// letters returns the ways in which a message says that an audience is wider.
func letters(told string) (ways string) {
	for _, way := range []struct{ letter, words string }{
		{"C", "n’est pas chiffré"}, {"P", "tout le monde peut le lire"}, {"E", "des externes peuvent y être"}, {"A", "sur un autre serveur"},
	} {
		if strings.Contains(strings.SplitN(told, "exactement", 2)[0], way.words) {
			ways += way.letter
		}
	}
	return ways
}
