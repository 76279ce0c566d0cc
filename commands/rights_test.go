package commands_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/agenda"
	"heraut/announce"
	"heraut/chat"
	"heraut/commands"
	"heraut/commons"
	"heraut/queue"
	"heraut/relay"
	"heraut/thanks"
	"heraut/visio"
)

// The outcomes of a command, in the words of doc/droits.md.
const (
	followed   = "oui"
	moderators = "modérateurs"
	operators  = "exploitants"
	privately  = "en direct"
	silence    = "–"
)

// outcomes maps the beginnings of refusals to outcomes.
var outcomes = map[string]string{
	"Seuls les modérateurs": moderators, "Seuls les exploitants": operators,
	"La réponse ne concerne que vous": privately, "La réponse parle d’autres salons": privately,
}

// kinds lists the kinds of rooms, in the order of the columns. The bot never serves
// those without an id: their messages do not reach the handler (TestManage in
// testkit/endtoend).
var kinds = []struct {
	name  string
	room  chat.Room
	trust chat.Trust
}{
	{"public", chat.Room{ID: "!public:example.org", RoomFacts: chat.RoomFacts{Version: "11", JoinRule: "public"}}, chat.TrustServer},
	{"privé", chat.Room{ID: "!clear:example.org", RoomFacts: chat.RoomFacts{Version: "11", JoinRule: "invite"}}, chat.TrustServer},
	{"privé sécurisé", chat.Room{ID: "!secret:example.org", Encrypted: true, RoomFacts: chat.RoomFacts{Version: "11", JoinRule: "invite"}}, chat.TrustVerified},
	{"avec externes", chat.Room{ID: "!open:example.org", RoomFacts: chat.RoomFacts{Version: "11", JoinRule: "invite", AccessRule: "unrestricted"}}, chat.TrustServer},
	{"message direct", chat.Room{ID: direct, Direct: true, Members: 2, RoomFacts: chat.RoomFacts{Version: "11", JoinRule: "invite"}}, chat.TrustServer},
	{"espace", chat.Room{RoomFacts: chat.RoomFacts{Kind: "m.space"}}, chat.TrustServer},
	{"pas réglé", chat.Room{}, chat.TrustServer},
}

var levels = []struct {
	name  string
	level chat.Level
}{{"membre", chat.LevelMember}, {"modérateur", chat.LevelModerator}, {"exploitant", chat.LevelOperator}}

// outcome returns the outcome of a command according to the table.
func outcome(c commands.Row, level chat.Level, room chat.Room) string {
	stranger := room.JoinRule == "public" || room.AccessRule == "unrestricted"
	switch {
	case room.ID == "":
		return silence
	case level < c.Level && c.Level == chat.LevelOperator:
		return operators
	case level < c.Level:
		return moderators
	case c.Direct && !room.Direct, c.Closed && stranger:
		return privately
	}
	return followed
}

// TestRights gives every command as every person in every kind of room, and compares
// the outcomes with doc/droits.md.
func TestRights(t *testing.T) {
	var doc strings.Builder
	doc.WriteString(`# Qui peut quoi, et où

Ce que devient chaque commande selon la personne et le salon. Ce tableau est tiré de la table des commandes, et un test donne chaque commande pour vérifier chaque case.

- **oui** : la commande est suivie. Une commande qui agit sur une question ou un relais peut encore demander d’être donnée au bon endroit, et dit lequel.
- **modérateurs**, **exploitants** : refusée d’une phrase, qui dit qui peut la donner. Modérateur : niveau 50 dans le salon, ou celui choisi avec ` + "`!salon moderation`" + `. Exploitant : nommé par la configuration (` + "`operators`" + `), par son identifiant complet.
- **en direct** : la réponse ne concerne que la personne, ou parle d’autres salons ; une phrase invite à la demander en message direct.
- **–** : silence. Dans un espace, un salon d’avis du serveur ou un salon que personne n’a réglé, rien n’est lu.

Dans un salon sécurisé (chiffré), seul un appareil vérifié donne des droits : depuis un autre, tout le monde est membre. Un nom affiché n’en donne jamais.
`)
	for _, l := range levels {
		fmt.Fprintf(&doc, "\n## %s\n\n| Commande |", map[string]string{"membre": "Un membre", "modérateur": "Un modérateur", "exploitant": "Un exploitant"}[l.name])
		for _, k := range kinds {
			fmt.Fprintf(&doc, " %s |", k.name)
		}
		doc.WriteString("\n|---" + strings.Repeat("|---", len(kinds)) + "|\n")
		for _, c := range commands.Rows() {
			fmt.Fprintf(&doc, "| `!%s` |", c.Name)
			for _, k := range kinds {
				fmt.Fprintf(&doc, " %s |", outcome(c, l.level, k.room))
			}
			doc.WriteString("\n")
		}
	}
	path := filepath.Join("..", "doc", "droits.md")
	if *update {
		if err := os.WriteFile(path, []byte(doc.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if file, err := os.ReadFile(path); err != nil || string(file) != doc.String() {
		t.Errorf("%s is not what the table says: run with -update and read the difference (%v)", path, err)
	}
	for _, k := range kinds {
		if k.room.ID == "" {
			continue
		}
		t.Run(k.name, func(t *testing.T) {
			talkingWith(t, commands.Limits{}, allParts, func(t *testing.T, k2 *talk) {
				k2.in(k.room)
				for _, l := range levels {
					for _, c := range commands.Rows() {
						e := said(l.level, k.room.ID, "!"+c.Name)
						e.Trust = k.trust
						got := bare(k2.answer(k2.happen(e)).HTML)
						is := followed
						for begin, refusal := range outcomes {
							if strings.HasPrefix(got, begin) {
								is = refusal
							}
						}
						if want := outcome(c, l.level, k.room); is != want {
							t.Errorf("!%s, by a %s: %s, want %s: %s", c.Name, l.name, is, want, got)
						}
					}
				}
			})
		})
	}
}

// allParts gives the bot every optional part.
func allParts(k *talk, p *commands.Parts) {
	box := queue.NewOutbox(k.db)
	p.Watches = announce.NewAnnouncer(announce.Options{Store: k.db, Queue: box, Rooms: k.book, Zone: time.UTC, Log: zerolog.Nop()})
	p.Visio = visio.NewMeetings(visio.Options{
		Store: k.db, Queue: box, Rooms: k.book, Zone: time.UTC, Chosen: func(chat.RoomID) string { return "" }, Log: zerolog.Nop(),
	})
	p.Thanks = thanks.NewRegister(thanks.Options{Store: k.db, Queue: box, Rooms: k.book, Zone: time.UTC, Log: zerolog.Nop()})
	p.Agenda = agenda.NewCalendars(agenda.Options{
		Store: k.db, Queue: box, Rooms: k.book, Zone: time.UTC, Declared: func() []announce.Watch { return nil }, Log: zerolog.Nop(),
	}, nil)
	p.Relay = relay.NewCarrier(relay.Options{
		Store: k.db, Queue: box, Book: k.book, Room: k.db.Room, Ours: func(string) bool { return true }, Log: zerolog.Nop(),
	})
	p.Library = commons.NewLibrary(commons.Shelf{Name: commons.SILL, Current: p.Catalogue})
	p.FAQ = &relay.Knowledge{Store: k.db, Readers: func(ctx context.Context, room chat.RoomID) (chat.Readers, error) {
		r, err := k.db.Room(ctx, room)
		return chat.ReadersOf(r, chat.Surroundings{Ours: func(string) bool { return true }}), err
	}}
}
