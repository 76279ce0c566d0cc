package testkit

import (
	"testing"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

func TestClientsTalk(t *testing.T) {
	h := StartHomeserver(t)
	for name, encrypted := range map[string]bool{"clear": false, "encrypted": true} {
		t.Run(name, func(t *testing.T) {
			options := ClientOptions{Encrypted: encrypted, CrossSigned: encrypted}
			camille := h.Person(t, "camille-"+name, options)
			dominique := h.Person(t, "dominique-"+name, options)
			room := camille.Room(t, Room{
				Direct: true, Encrypted: encrypted, Invite: []id.UserID{dominique.UserID},
			})
			early := camille.Say(t, room, "said before the other joined")
			dominique.AwaitMember(t, room, dominique.UserID, event.MembershipInvite)
			dominique.Join(t, string(room))
			camille.AwaitMember(t, room, dominique.UserID, event.MembershipJoin)
			if got := Body(dominique.AwaitEvent(t, room, early)); got != "said before the other joined" {
				t.Errorf("the early message reads %q", got)
			}

			question := camille.Say(t, room, "question", Mentioning(dominique.UserID))
			seen := dominique.AwaitEvent(t, room, question).Content.AsMessage()
			if !seen.Mentions.Has(dominique.UserID) || seen.Body != dominique.UserID.Localpart()+": question" {
				t.Errorf("the mention reads %+v", seen)
			}
			answer := dominique.Say(t, room, "answer", ReplyingTo(question), AsNotice)
			inThread := dominique.Say(t, room, "in thread", InThread(question))
			edit := dominique.Edit(t, room, answer, "better answer", AsNotice)
			reaction := camille.React(t, room, answer, "👍")
			redaction := dominique.Redact(t, room, inThread)

			if got := camille.AwaitAnswer(t, room, dominique.UserID, question); got.ID != answer {
				t.Errorf("the first answer is %s, want %s", got.ID, answer)
			}
			camille.AwaitEvent(t, room, edit)
			camille.AwaitEvent(t, room, redaction)
			for reader, events := range map[string][]*event.Event{
				"by sync":    camille.Events(room),
				"by history": camille.History(t, room),
			} {
				edits := Edits(events, answer)
				if len(edits) != 1 || Body(edits[0]) != "better answer" {
					t.Errorf("%s: edits:\n%s", reader, Transcript(edits))
				}
				if len(Answers(events, dominique.UserID, question)) == 0 {
					t.Errorf("%s: no answer in\n%s", reader, Transcript(events))
				}
				place := func(eventID id.EventID) int {
					for i, evt := range events {
						if evt.ID == eventID {
							return i
						}
					}
					t.Errorf("%s: no %s in\n%s", reader, eventID, Transcript(events))
					return -1
				}
				if place(question) > place(answer) || place(answer) > place(reaction) {
					t.Errorf("%s: not in order:\n%s", reader, Transcript(events))
				}
			}
		})
	}
}

func TestEncryptedMessagesAreCiphertextOnTheServer(t *testing.T) {
	h := StartHomeserver(t)
	camille := h.Person(t, "camille", ClientOptions{Encrypted: true})
	dominique := h.Person(t, "dominique", ClientOptions{Encrypted: true})
	noKeys := h.Person(t, "eve", ClientOptions{})
	room := camille.Room(t, Room{Encrypted: true, Invite: []id.UserID{dominique.UserID, noKeys.UserID}})
	dominique.Join(t, string(room))
	noKeys.Join(t, string(room))
	// Dominique has just joined and may not have synced the room yet.
	said := dominique.Say(t, room, "secret")
	camille.AwaitEvent(t, room, said)
	raw := noKeys.Await(t, room, func(evt *event.Event) bool { return evt.ID == said })
	if raw.Type != event.EventEncrypted || Body(raw) != "" {
		t.Errorf("the server holds %s", Transcript([]*event.Event{raw}))
	}
}

func TestDeviceTrust(t *testing.T) {
	h := StartHomeserver(t)
	reader := h.Person(t, "camille", ClientOptions{Encrypted: true})
	for name, test := range map[string]struct {
		options ClientOptions
		signed  bool
	}{
		"signed":   {ClientOptions{CrossSigned: true}, true},
		"unsigned": {ClientOptions{Encrypted: true}, false},
	} {
		t.Run(name, func(t *testing.T) {
			person := h.Person(t, name, test.options)
			if devices := person.Devices(t); len(devices) != 1 || devices[0].DeviceID != person.DeviceID {
				t.Errorf("devices %v, want only %s", devices, person.DeviceID)
			}
			if devices := h.Devices(t, person.Account); len(devices) != 1 || devices[0] != person.DeviceID {
				t.Errorf("devices of the account %v, want only %s", devices, person.DeviceID)
			}
			trust := reader.DeviceTrust(t, person.UserID)
			if got := trust[person.DeviceID] >= id.TrustStateCrossSignedTOFU; got != test.signed {
				t.Errorf("trust %v; signed %t, want %t", trust, got, test.signed)
			}
		})
	}
}

func TestClientSyncsOverRestartOfHomeserver(t *testing.T) {
	h := StartHomeserver(t)
	camille := h.Person(t, "camille", ClientOptions{Encrypted: true})
	room := camille.Room(t, Room{Encrypted: true})
	before := camille.Say(t, room, "before")
	camille.AwaitEvent(t, room, before)
	if err := h.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	after := camille.Say(t, room, "after")
	camille.AwaitEvent(t, room, after)
	if history := camille.History(t, room); len(history) == 0 || history[len(history)-1].ID != after {
		t.Errorf("history:\n%s", Transcript(history))
	}
}
