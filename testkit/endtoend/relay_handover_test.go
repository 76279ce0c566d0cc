package endtoend

import (
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// lawyers makes a second room of experts, which takes the theme «licences» from the
// asker's room.
func (r *relayed) lawyers(room testkit.Room, widen string) {
	r.Helper()
	r.thirdRoom("Juristes", room, "!relais ajouter droit de #bluehats:"+r.me.Homeserver()+" vers ici licences"+widen)
}

// thirdRoom makes a room with that name, of Bruno, Dora and the bot, and opens a relay by
// a command in it.
func (r *relayed) thirdRoom(name string, room testkit.Room, command string) {
	r.Helper()
	r.thirdName, room.Name, room.Invite = name, name, []id.UserID{r.other.UserID}
	r.third = r.expert.Room(r, room)
	r.other.Join(r, r.third.String())
	r.expert.AwaitMember(r, r.third, r.other.UserID, event.MembershipJoin)
	r.expert.Invite(r, r.third, r.me)
	r.sees(r.third, "Bonjour")
	r.other.Await(r, r.third, func(evt *event.Event) bool { return evt.Sender == r.me && act(evt) != "" })
	r.other.Say(r, r.third, command)
	r.sees(r.third, "relais")
}

// handedStory hands a question over to other experts; sealed: from encrypted rooms to one
// in clear, so that its asker is asked first.
func (r *relayed) handedStory(sealed bool) {
	t := r.TB
	widen := ""
	if sealed {
		widen = " elargir"
	}
	r.lawyers(testkit.Room{}, widen)
	r.step()
	question := r.asker.Say(t, r.asks, "!question Quelle licence ?")
	root := r.sees(r.answers, "Question n° 1").ID
	r.sees(r.asks, "posée")

	r.step()
	r.expert.Say(t, r.answers, "Voyez les juristes.", testkit.InThread(root))
	r.sees(r.asks, "Voyez les juristes.")
	r.sees(r.answers, "répondue")
	r.sees(r.asks, "répondue")

	r.step()
	r.expert.Say(t, r.answers, "!transmettre licences", testkit.InThread(root))
	if sealed {
		r.sees(r.answers, "J’ai demandé son accord")
		ask := r.sees(r.asks, "proposent de transmettre").ID
		r.step()
		r.asker.React(t, r.asks, ask, "✅") // nobody knows who put it there
		r.step()
		r.asker.Say(t, r.asks, "oui 1", testkit.ReplyingTo(ask))
		r.sees(r.asks, "(deletion)")
	} else {
		r.sees(r.answers, "passe au salon")
	}
	next := r.sees(r.third, "Suite de la question n° 1").ID
	r.sees(r.asks, "passe à d’autres experts")
	r.sees(r.asks, "posée")
	r.sees(r.answers, "transmise à un autre salon")
	r.sees(r.answers, "la suite est ici")

	r.step()
	r.expert.Say(t, r.answers, "Un oubli.", testkit.InThread(root))
	r.sees(r.answers, "est passée à un autre salon")

	r.step()
	r.other.Await(t, r.third, func(evt *event.Event) bool { return evt.ID == next })
	r.other.Say(t, r.third, "La LGPL.", testkit.InThread(next))
	r.sees(r.asks, "La LGPL.")
	r.sees(r.third, "répondue")
	r.sees(r.asks, "répondue")

	r.step()
	r.asker.Say(t, r.asks, "Merci.", testkit.InThread(question))
	r.sees(r.third, "Merci.")
	r.step()
}
