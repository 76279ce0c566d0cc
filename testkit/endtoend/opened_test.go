package endtoend

import (
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// state sends a state event.
func state(t testing.TB, c *testkit.Client, room id.RoomID, kind event.Type, content any) {
	t.Helper()
	if _, err := c.SendStateEvent(t.Context(), room, kind, "", content); err != nil {
		t.Fatal(err)
	}
}

// open allows everybody to join and read a room.
func open(t testing.TB, c *testkit.Client, room id.RoomID) {
	t.Helper()
	state(t, c, room, event.StateJoinRules, map[string]any{"join_rule": "public"})
	state(t, c, room, event.StateHistoryVisibility, map[string]any{"history_visibility": "world_readable"})
}

// never fails the test if the bot has sent text in a room.
func (r *relayed) never(room id.RoomID, text string) {
	r.Helper()
	for _, evt := range r.viewer(room).Events(room) {
		if evt.Sender == r.me && evt.StateKey == nil && strings.Contains(spaces.Replace(act(evt)), text) {
			r.Errorf("the bot said %q in %s", act(evt), room)
		}
	}
}

// TestOpenedWhileItWaits: the homeserver delays an answer while its destination is
// opened to the public. The bot does not send the answer, and informs its author.
func TestOpenedWhileItWaits(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	proxy := testkit.NewProxy(t, hs.URL)
	sealed := testkit.Room{Encrypted: true}
	r := newRelayedAt(t, hs, proxy.URL, sealed, sealed, false)
	putOff := func(room id.RoomID) (release func()) {
		return proxy.Add(testkit.Rule{Name: "put off", Match: func(q *testkit.Request) bool {
			return testkit.Sends(q) && strings.Contains(q.Path, room.String())
		}, Do: testkit.RateLimited(testkit.RetryAfter{Body: time.Second})})
	}
	r.asker.Say(t, r.asks, "!question Une première ?")
	root := r.sees(r.answers, "Une première ?").ID
	r.sees(r.asks, "posée")

	release := putOff(r.asks)
	r.expert.Say(t, r.answers, "RÉSERVÉ", testkit.InThread(root))
	open(t, r.asker, r.asks)
	r.expert.Say(t, r.answers, "Une autre.", testkit.InThread(root))
	r.sees(r.answers, "Cette réponse n’est pas transmise") // the bot knows of the opening
	release()
	r.sees(r.answers, "Cette réponse n’est pas transmise")
	r.never(r.asks, "RÉSERVÉ")
	r.never(r.answers, "répondue")
}

// TestQuestionOpenedWhileItWaits does the same for a question.
func TestQuestionOpenedWhileItWaits(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	proxy := testkit.NewProxy(t, hs.URL)
	r := newRelayedAt(t, hs, proxy.URL, testkit.Room{}, testkit.Room{}, false)
	release := proxy.Add(testkit.Rule{Name: "put off", Match: func(q *testkit.Request) bool {
		return testkit.Sends(q) && strings.Contains(q.Path, r.answers.String())
	}, Do: testkit.RateLimited(testkit.RetryAfter{Body: time.Second})})
	r.asker.Say(t, r.asks, "!question RÉSERVÉ ?")
	r.sees(r.asks, "elle n’y est pas encore")
	open(t, r.expert, r.answers)
	r.asker.Say(t, r.asks, "!question Une autre ?")
	r.sees(r.asks, "La question n’est pas transmise") // the bot knows of the opening
	release()
	r.sees(r.asks, "annulée")
	r.never(r.answers, "RÉSERVÉ")
	r.never(r.asks, "posée")
}

// TestRestrictedToAPublicRoom: members of a public room may join the experts' room
// without an invitation, so that it counts as public.
func TestRestrictedToAPublicRoom(t *testing.T) {
	t.Parallel()
	r := newRelayed(t, testkit.StartHomeserver(t), testkit.Room{}, testkit.Room{}, false)
	gate := r.expert.Room(t, testkit.Room{Public: true})
	r.asker.Say(t, r.asks, "!question Une première ?")
	r.sees(r.answers, "Une première ?")
	r.sees(r.asks, "posée")
	state(t, r.expert, r.answers, event.StateJoinRules, map[string]any{
		"join_rule": "restricted", "allow": []any{map[string]any{"type": "m.room_membership", "room_id": gate}},
	})
	r.expert.Say(t, r.answers, "!questions")
	r.sees(r.answers, "Une première ?") // the bot has seen the rule
	r.asker.Say(t, r.asks, "!question RÉSERVÉ ?")
	r.sees(r.asks, "La question n’est pas transmise")
	r.never(r.answers, "RÉSERVÉ")
}

// speakFrom sets the power level required for messages in a room.
func speakFrom(t testing.TB, c *testkit.Client, room id.RoomID, level int) {
	t.Helper()
	levels := map[string]any{}
	if err := c.StateEvent(t.Context(), room, event.StatePowerLevels, "", &levels); err != nil {
		t.Fatal(err)
	}
	levels["events_default"] = level
	state(t, c, room, event.StatePowerLevels, levels)
}

// TestMuted: the bot loses the power to write among the experts. A question waits,
// its asker and the operators get a notice, and it arrives when the bot may write
// again.
func TestMuted(t *testing.T) {
	t.Parallel()
	r := newRelayed(t, testkit.StartHomeserver(t), testkit.Room{}, testkit.Room{}, false)
	direct := invited(t, r.other, r.me, testkit.Room{Direct: true})
	told := func(text string) {
		t.Helper()
		r.other.Await(t, direct, func(evt *event.Event) bool {
			return evt.Sender == r.me && evt.StateKey == nil && strings.Contains(act(evt), text)
		})
	}
	told("Bonjour")
	speakFrom(t, r.expert, r.answers, 50)
	r.asker.Say(t, r.asks, "!question Plus tard ?")
	r.sees(r.asks, "elle n’y est pas encore")
	told("Je n’ai plus le droit d’écrire dans")
	r.never(r.asks, "posée")
	speakFrom(t, r.expert, r.answers, 0)
	r.sees(r.answers, "Plus tard ?")
	r.sees(r.asks, "posée")
	told("Je peux de nouveau écrire dans")
}

// TestMovedToAWiderRoom replaces the asker's room by one that everybody can read:
// the bot posts there only the question's number and status.
func TestMovedToAWiderRoom(t *testing.T) {
	t.Parallel()
	r := newRelayed(t, testkit.StartHomeserver(t), testkit.Room{}, testkit.Room{}, false)
	r.asker.Say(t, r.asks, "!question RÉSERVÉ ?")
	root := r.sees(r.answers, "RÉSERVÉ ?").ID
	r.sees(r.asks, "posée")
	made, err := r.asker.CreateRoom(t.Context(), &mautrix.ReqCreateRoom{
		Preset: "public_chat", CreationContent: map[string]any{"predecessor": map[string]any{"room_id": r.asks}},
	})
	if err != nil {
		t.Fatal(err)
	}
	next := made.RoomID
	state(t, r.asker, next, event.StateHistoryVisibility, map[string]any{"history_visibility": "world_readable"})
	state(t, r.asker, r.asks, event.StateTombstone, map[string]any{"body": "ailleurs", "replacement_room": next})
	told := r.asker.Await(t, next, func(evt *event.Event) bool {
		return evt.Sender == r.me && evt.StateKey == nil && strings.Contains(spaces.Replace(act(evt)), "Question n° 1 : posée")
	})
	r.expert.Say(t, r.answers, "RÉSERVÉ aussi.", testkit.InThread(root))
	r.sees(r.answers, "Cette réponse n’est pas transmise")
	for _, evt := range append(r.asker.Events(next), told) {
		if evt.Sender == r.me && (strings.Contains(act(evt), "RÉSERVÉ") || strings.Contains(act(evt), "Experts")) {
			t.Errorf("told in the wider room: %q", act(evt))
		}
	}
}

// TestLargeAndOtherKinds carries messages of the largest size between encrypted
// rooms, edits them, and announces messages that are not texts.
func TestLargeAndOtherKinds(t *testing.T) {
	t.Parallel()
	sealed := testkit.Room{Encrypted: true}
	r := newRelayed(t, testkit.StartHomeserver(t), sealed, sealed, false)
	large := strings.Repeat(`&"<漢`, 980)
	r.asker.Say(t, r.asks, "!question Que faire ? "+large)
	root := r.sees(r.answers, "Que faire ?").ID
	r.sees(r.asks, "posée")
	r.expert.React(t, r.answers, root, "✋")
	r.sees(r.answers, "prise par Bruno")
	answer := r.expert.Say(t, r.answers, "Ceci : "+large, testkit.InThread(root))
	r.sees(r.asks, "Ceci :")
	r.expert.Edit(t, r.answers, answer, "Plutôt : "+large)
	r.sees(r.asks, "Plutôt :")
	relation := map[string]any{"rel_type": "m.thread", "event_id": root, "is_falling_back": true, "m.in_reply_to": map[string]any{"event_id": root}}
	r.expert.Send(t, r.answers, event.EventMessage, map[string]any{"msgtype": "m.emote", "body": "réfléchit", "m.relates_to": relation})
	r.sees(r.asks, "Bruno réfléchit")
	r.expert.Send(t, r.answers, event.EventSticker, map[string]any{"body": "pouce", "url": "mxc://heraut.test/a", "info": map[string]any{}, "m.relates_to": relation})
	r.sees(r.asks, "C’est un autocollant")
}
