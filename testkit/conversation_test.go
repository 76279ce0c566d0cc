package testkit

import (
	"context"
	"slices"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

func TestConversation(t *testing.T) {
	h := StartHomeserver(t)
	camille := h.Person(t, "camille", ClientOptions{CrossSigned: true})
	dominique := h.Person(t, "dominique", ClientOptions{CrossSigned: true})
	room := camille.Room(t, Room{Encrypted: true, Invite: []id.UserID{dominique.UserID}})
	dominique.Join(t, room.String())
	ctx, cancel := context.WithTimeout(t.Context(), awaitTimeout)
	defer cancel()
	view := camille.Conversation(room)
	if err := view.WaitMember(ctx, dominique.UserID); err != nil {
		t.Fatal(err)
	}
	// next returns the next act of the other person, without its id.
	next := func() Act {
		t.Helper()
		for {
			news, changed := view.News()
			if len(news) > 1 {
				t.Fatalf("more than one act: %+v", news)
			}
			if len(news) == 1 {
				news[0].ID = ""
				return news[0]
			}
			select {
			case <-changed:
			case <-time.After(awaitTimeout):
				t.Fatal("nothing was done")
			}
		}
	}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}

	first, err := view.Say(ctx, "un", "")
	check(err)
	inThread, err := view.Say(ctx, "deux", first)
	check(err)
	check(view.Edit(ctx, first, "trois"))
	check(view.React(ctx, first, "1️⃣"))
	check(view.Delete(ctx, inThread))

	// News returns none of the person's own acts.
	answer := dominique.Say(t, room, "à un", ReplyingTo(id.EventID(first)), AsNotice)
	sender := dominique.UserID.String()
	if got, want := next(), (Act{Sender: sender, Body: "à un", Notice: true, ReplyTo: first}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	dominique.Edit(t, room, answer, "autre", AsNotice)
	if got, want := next(), (Act{Sender: sender, Body: "autre", Notice: true, Edits: answer.String()}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	dominique.Say(t, room, "fil", InThread(id.EventID(first)))
	if got, want := next(), (Act{Sender: sender, Body: "fil", ReplyTo: first, Thread: first}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	dominique.React(t, room, id.EventID(first), "👀")
	if got, want := next(), (Act{Sender: sender, ReactsTo: first, Reaction: "👀"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	dominique.Redact(t, room, answer)
	if got, want := next(), (Act{Sender: sender, Deletes: answer.String()}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}

	// The other person saw all acts through the conversation.
	dominique.Await(t, room, func(evt *event.Event) bool {
		act, ok := actOf(evt)
		return ok && act.Deletes == inThread
	})
	var seen []Act
	for _, evt := range dominique.Events(room) {
		if act, ok := actOf(evt); ok && evt.Sender == camille.UserID {
			seen = append(seen, Act{Body: act.Body, Thread: act.Thread, Edits: act.Edits, ReactsTo: act.ReactsTo, Deletes: act.Deletes})
		}
	}
	want := []Act{{Body: "un"}, {Body: "deux", Thread: first}, {Body: "trois", Edits: first}, {ReactsTo: first}, {Deletes: inThread}}
	if !slices.Equal(seen, want) {
		t.Errorf("the other person saw %+v, want %+v", seen, want)
	}
}

// TestRecoveryKey: the recovery key makes a further device trusted.
func TestRecoveryKey(t *testing.T) {
	h := StartHomeserver(t)
	first := h.Person(t, "camille", ClientOptions{CrossSigned: true})
	second, err := h.Login(t.Context(), first.Account, ClientOptions{Encrypted: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(second.Close)
	if trust := first.DeviceTrust(t, first.UserID)[second.DeviceID]; trust >= id.TrustStateCrossSignedTOFU {
		t.Fatalf("the second device is trusted before: %s", trust)
	}
	if err := second.Machine().VerifyWithRecoveryKey(t.Context(), first.RecoveryKey); err != nil {
		t.Fatal(err)
	}
	if trust := first.DeviceTrust(t, first.UserID)[second.DeviceID]; trust < id.TrustStateCrossSignedTOFU {
		t.Errorf("the second device is not trusted: %s", trust)
	}
}
