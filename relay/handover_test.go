package relay_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"heraut/chat"
	"heraut/queue"
	"heraut/relay"
)

const (
	lawyers = chat.RoomID("!juristes:example.org") // other experts
	emma    = chat.UserID("@emma:example.org")     // answers there
)

// handing plays a scenario in which the experts may hand questions over to lawyers; more
// people may read the lawyers' room if open is set, and the relay allows it.
func handing(t *testing.T, open bool, play func(w *world)) {
	t.Helper()
	inWorld(t, func(w *world) {
		w.relays = append(w.relays, relay.Declaration{Name: "droit", From: []string{string(salon)}, To: string(lawyers), Themes: []string{"licences"}, MayWiden: open})
		w.restart()
		w.room(lawyers, "Juristes", func(r *chat.Room) {
			if open {
				r.JoinRule = "public"
			}
		})
		play(w)
	})
}

func TestHandOver(t *testing.T) {
	for name, play := range map[string]func(w *world){
		"handed over": func(w *world) {
			q := w.say(salon, camille, "!question Quelle licence ?")
			root := w.root()
			w.react(experts, bruno, root, "✋")
			a := w.inThread(experts, bruno, root, "Je passe aux juristes.")
			more := w.inThread(salon, camille, q, "C’est pour une bibliothèque.")
			w.inThread(experts, bruno, root, "!transmettre licences")
			w.restart()
			w.inThread(experts, bruno, root, "Un oubli.")
			w.inThread(experts, bruno, root, "Un autre oubli.")
			w.edit(experts, bruno, a, "Je passe aux juristes, donc.")
			next := w.last(lawyers, "question n°")
			w.inThread(lawyers, emma, next, "La LGPL.")
			w.edit(salon, camille, more, "C’est pour une bibliothèque en C.")
			w.react(salon, camille, w.last(salon, "Je passe aux juristes"), "👍")
			w.edit(salon, camille, q, "!question Quelle licence choisir ?")
			w.inThread(lawyers, emma, next, "!transmettre libre")
			w.say(lawyers, emma, "!transmettre 1 licences")
			w.inThread(experts, bruno, w.root(), "Me revoilà.")
			w.remove(salon, camille, q)
		},
		"not handed over": func(w *world) {
			w.say(salon, camille, "!question Quelle licence ?")
			root := w.root()
			w.inThread(experts, bruno, root, "!transmettre cuisine")
			w.inThread(experts, bruno, root, "!transmettre libre")
			w.inThread(experts, bruno, root, "!transmettre")
			w.say(salon, camille, "!transmettre 1 licences")
			w.react(experts, bruno, root, "✋")
			w.inThread(experts, dora, root, "!transmettre licences")
			w.room(lawyers, "Juristes", public)
			w.inThread(experts, bruno, root, "!transmettre licences")
			w.room(lawyers, "Juristes", nil)
			w.room(salon, "Bluehats", public)
			w.inThread(experts, bruno, root, "!transmettre licences")
			w.room(salon, "Bluehats", nil)
			w.inThread(experts, bruno, root, "!resolu")
			w.inThread(experts, bruno, root, "!transmettre licences")
			w.neverSays(lawyers, "licence")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			handing(t, false, func(w *world) {
				play(w)
				w.golden(strings.ReplaceAll(name, " ", "-"))
			})
		})
	}
}

func TestHandOverWithConsent(t *testing.T) {
	handing(t, true, func(w *world) {
		q := w.say(salon, camille, "!question Quelle licence ?")
		root := w.root()
		w.inThread(experts, bruno, root, "!transmettre licences")
		ask := w.last(salon, "proposent de transmettre")
		w.react(salon, alix, ask, "✅")
		w.reply(salon, alix, ask, "oui")
		w.restart()
		w.reply(salon, camille, ask, "non")
		w.inThread(experts, bruno, root, "!transmettre licences")
		w.edit(salon, camille, q, "!question Quelle licence choisir ?")
		w.restart()
		w.neverSays(lawyers, "licence")
		w.react(salon, camille, w.last(salon, "proposent de transmettre"), "✅")
		w.inThread(lawyers, emma, w.last(lawyers, "question n°"), "La LGPL.")
		w.inThread(salon, alix, q, "Moi, je n’ai rien accepté.")
		w.inThread(salon, camille, q, "Merci.")
		w.golden("handed-over-with-consent")
	})
}

// What was allowed when the experts handed the question over is compared again when it is
// sent, and when the asker agrees.
func TestHandOverIsCheckedWhenItIsSent(t *testing.T) {
	for name, play := range map[string]func(w *world){
		"the other room opens before the question arrives": func(w *world) {
			w.say(salon, camille, "!question Un secret ?")
			release := w.holding(lawyers)
			w.inThread(experts, bruno, w.root(), "!transmettre licences")
			w.room(lawyers, "Juristes", public)
			release()
			w.neverSays(lawyers, "secret")
			w.says(salon, "annulée")
		},
		"a further message is on its way to the former experts": func(w *world) {
			q := w.say(salon, camille, "!question Rien ?")
			root := w.root()
			release := w.holding(experts)
			added := w.inThread(salon, camille, q, "Un secret.")
			w.inThread(experts, bruno, root, "!transmettre licences")
			release()
			w.neverSays(experts, "secret")
			w.says(salon, "vient de passer à un autre salon")
			w.edit(salon, camille, added, "Un secret, corrigé.")
			w.says(lawyers, "Un secret, corrigé.")
		},
		"the other room refuses the question": func(w *world) {
			w.say(salon, camille, "!question Un secret ?")
			root := w.root()
			w.refuse = func(p chat.Post) error {
				if p.Room == lawyers {
					return &queue.Refused{Cause: errors.New("no")}
				}
				return nil
			}
			w.inThread(experts, bruno, root, "!transmettre licences")
			w.says(salon, "annulée")
			if want := "Héraut supprime " + strings.TrimPrefix(string(root), "$") + "\n"; !strings.Contains(w.log(), want) {
				t.Errorf("the former experts still have the question:\n%s", w.log())
			}
		},
		"a file is on its way to the former experts": func(w *world) {
			w.withFiles()
			ready, copied := w.prepare, make(chan struct{})
			w.prepare = func(p chat.Post) (chat.Media, error) {
				select {
				case <-copied:
					return ready(p)
				default:
					return chat.Media{}, &queue.NotNow{Lane: true, After: time.Second, Cause: errors.New("busy")}
				}
			}
			q := w.say(salon, camille, "!question Rien ?")
			root := w.root()
			w.attach(salon, camille, q, w.document(salon, "secret.pdf"))
			w.says(experts, "secret.pdf")
			w.inThread(experts, bruno, root, "!transmettre licences")
			close(copied)
			w.pass(10 * time.Minute)
			w.expectFiles(experts)
			w.says(salon, "vient de passer à un autre salon")
		},
		"the asker's room opens while an answer of the former experts waits": func(w *world) {
			w.say(salon, camille, "!question Rien ?")
			root := w.root()
			release := w.holding(salon)
			w.inThread(experts, bruno, root, "Un secret.")
			w.inThread(experts, bruno, root, "!transmettre licences")
			w.room(salon, "Bluehats", public)
			release()
			w.neverSays(salon, "secret")
		},
		"a colleague edits what the former experts said": func(w *world) {
			w.say(salon, camille, "!question Rien ?")
			root := w.root()
			a := w.inThread(experts, bruno, root, "Ceci.")
			w.inThread(experts, bruno, root, "!transmettre licences")
			w.edit(experts, dora, a, "Forgé.")
			w.edit(experts, bruno, a, "Cela.")
			w.neverSays(salon, "Forgé")
			w.neverSays(salon, "Cela.")
			w.neverSays(lawyers, "Cela.")
			w.remove(experts, bruno, a)
			w.says(experts, "est passée à un autre salon")
		},
		"what the former experts kept in their room, or said by the question's number, is edited": func(w *world) {
			w.say(salon, camille, "!question Rien ?")
			root := w.root()
			note := w.inThread(experts, bruno, root, "!note Une remarque.")
			a := w.say(experts, bruno, "!repondre 1 Ceci.")
			w.says(salon, "Ceci.")
			w.inThread(experts, bruno, root, "!transmettre licences")
			w.edit(experts, bruno, note, "Un secret.")
			w.edit(experts, bruno, a, "!repondre 1 Un autre secret.")
			w.neverSays(lawyers, "secret")
			w.neverSays(salon, "secret")
			w.says(experts, "est passée à un autre salon")
			if strings.Contains(w.log(), "Héraut supprime 6\n") {
				t.Error("the answer is withdrawn")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			handing(t, false, play)
		})
	}
}

// The asker agrees to one relay, also if a theme of another one has its name.
func TestHandOverGoesWhereTheAskerAgreed(t *testing.T) {
	handing(t, true, func(w *world) {
		w.relays = []relay.Declaration{w.relays[0], {Name: "ailleurs", From: []string{string(salon)}, To: string(other), Themes: []string{"droit"}, MayWiden: true}, w.relays[1]}
		w.restart()
		w.room(other, "Ailleurs", public)
		w.say(salon, camille, "!question Un secret ?")
		w.inThread(experts, bruno, w.root(), "!transmettre licences")
		w.reply(salon, camille, w.last(salon, "proposent de transmettre"), "oui")
		w.says(lawyers, "Un secret ?")
		w.neverSays(other, "secret")
	})
}

// A message that is edited after the question was handed over takes its file along.
func TestHandOverTakesFilesAlong(t *testing.T) {
	handing(t, false, func(w *world) {
		w.withFiles()
		q := w.say(salon, camille, "!question Rien ?")
		root := w.root()
		added := w.attach(salon, camille, q, w.document(salon, "statuts.pdf"))
		w.expectFiles(experts, "statuts.pdf")
		w.inThread(experts, bruno, root, "!transmettre licences")
		w.do(salon, camille, chat.Event{Message: &chat.Message{Body: "Voir cela.", Edits: added, File: w.document(salon, "statuts.pdf")}})
		w.expectFiles(experts)
		w.expectFiles(lawyers, "statuts.pdf")
		w.do(salon, camille, chat.Event{Message: &chat.Message{Body: "Voir tout.", Edits: added, File: w.document(salon, "statuts.pdf")}})
		w.expectFiles(lawyers, "statuts.pdf")
	})
}

// In an encrypted room the asker's consent to hand over is written, and the homeserver
// cannot choose what a «oui» answers.
func TestHandOverFromAnEncryptedRoom(t *testing.T) {
	handing(t, true, func(w *world) {
		w.room(salon, "Bluehats", encrypted)
		w.room(experts, "Experts", encrypted)
		q := w.say(salon, camille, "!question Un secret ?")
		w.do(experts, bruno, chat.Event{Trust: chat.TrustMember, Message: &chat.Message{Body: "!transmettre licences", Thread: w.root(), RelationEncrypted: true}})
		ask := w.last(salon, "proposent de transmettre")
		w.react(salon, camille, ask, "✅")
		w.do(salon, camille, chat.Event{Message: &chat.Message{Body: "oui 1", ReplyTo: ask}}) // forged in clear
		w.related(salon, camille, chat.Message{ReplyTo: ask, Body: "oui"})                    // perhaps an answer to another person
		w.says(salon, "écrivez oui 1 dans ce fil")
		w.neverSays(lawyers, "secret")
		w.room(lawyers, "Juristes", func(r *chat.Room) { r.JoinRule, r.AccessRule = "public", "unrestricted" })
		w.inThread(salon, camille, q, "oui 1")
		w.neverSays(lawyers, "secret") // more people than were told of: the asker is asked anew
		w.inThread(salon, camille, q, "oui 1")
		w.says(lawyers, "Un secret ?")
	})
}
