package main

import (
	"fmt"
	"testing"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

const (
	me                           = id.UserID("@heraut:example.org")
	asks, answers, twins, others = id.RoomID("!asks"), id.RoomID("!answers"), id.RoomID("!twins"), id.RoomID("!others")
	closed                       = "Question n° 7 : transmise à un autre salon d’experts"
	askedTwice                   = "La question n° 8 est la même que la n° 7 : répondez"
)

// seen is an event of the bot in a room: a message with that text or, with edits or
// deletes, an edit or a deletion of that event.
type seen struct {
	room           id.RoomID
	text           string
	edits, replies id.EventID
	deletes        id.EventID
}

// histories returns the histories that hold these events, which are called $0, $1 and so
// on.
func histories(all ...seen) map[id.RoomID][]*event.Event {
	rooms := map[id.RoomID][]*event.Event{}
	for i, s := range all {
		evt := &event.Event{ID: id.EventID(fmt.Sprintf("$%d", i)), Sender: me, RoomID: s.room, Type: event.EventMessage}
		content := &event.MessageEventContent{MsgType: event.MsgText, Body: s.text}
		evt.Content.Parsed = content
		switch {
		case s.deletes != "":
			evt.Type, evt.Redacts = event.EventRedaction, s.deletes
			evt.Content.Parsed = &event.RedactionEventContent{}
		case s.edits != "":
			content.SetEdit(s.edits)
		case s.replies != "":
			content.RelatesTo = (&event.RelatesTo{}).SetReplyTo(s.replies)
		}
		rooms[s.room] = append(rooms[s.room], evt)
	}
	return rooms
}

// TestCounts: what the bot does wrong about a question of a story is counted as lost or
// as too much, and what it does right as neither.
func TestCounts(t *testing.T) {
	handed := []*carried{{mark: "mot", from: asks, to: others, former: answers, event: "$q"}}
	crossing := []*carried{{mark: "mot", from: asks, to: others, former: answers, event: "$m", question: "$q"}}
	answer := &carried{mark: "mot", from: answers, to: asks, event: "$a", question: "$0"}
	shared := []*carried{answer, {mark: "mot", from: answers, to: twins, event: "$a", question: "$0", shares: answer}}
	gone := &carried{mark: "mot", from: answers, to: asks, event: "$a", question: "$0", deleted: true}
	taken := []*carried{gone, {mark: "mot", from: answers, to: twins, event: "$a", question: "$0", shares: gone}}
	changed := &carried{mark: "mot", from: answers, to: asks, event: "$a", question: "$0", edited: true}
	edited := []*carried{changed, {mark: "mot", from: answers, to: twins, event: "$a", question: "$0", shares: changed}}
	slip := []*carried{{mark: "mot", from: answers, event: "$s", question: "$0"}}
	link := []expected{{room: answers, words: askedTwice, joins: true}}
	reply := []expected{{cause: "$c", room: answers, words: "C’est noté", reply: true}}
	for _, c := range []struct {
		name               string
		messages           []*carried
		expected           []expected
		seen               []seen
		losses, duplicates int
	}{
		{name: "handed over", messages: handed, seen: []seen{{room: answers, text: "mot"}, {room: answers, text: closed, edits: "$0"}, {room: others, text: "mot"}}},
		{name: "handed over, lost", messages: handed, losses: 1, seen: []seen{{room: answers, text: "mot"}, {room: answers, text: closed, edits: "$0"}}},
		{name: "handed over twice", messages: handed, duplicates: 1, seen: []seen{{room: answers, text: "mot"}, {room: answers, text: closed, edits: "$0"}, {room: others, text: "mot"}, {room: others, text: "mot"}}},
		{name: "shown to the former experts afterwards", messages: handed, duplicates: 1, seen: []seen{{room: answers, text: "mot"}, {room: answers, text: closed, edits: "$0"}, {room: others, text: "mot"}, {room: answers, text: "mot", edits: "$0"}}},
		{name: "crossing, to the new experts", messages: crossing, seen: []seen{{room: others, text: "mot"}}},
		{name: "crossing, to the former experts", messages: crossing, seen: []seen{{room: answers, text: "mot"}}},
		{name: "crossing, refused", messages: crossing, seen: []seen{{room: asks, text: "vient de passer", replies: "$m"}}},
		{name: "crossing, lost", messages: crossing, losses: 1},
		{name: "crossing, refused and carried", messages: crossing, duplicates: 1, seen: []seen{{room: answers, text: "mot"}, {room: asks, text: "vient de passer", replies: "$m"}}},
		{name: "shared", messages: shared, seen: []seen{{room: asks, text: "mot"}, {room: twins, text: "mot"}}},
		{name: "shared with nobody", messages: shared, losses: 1, seen: []seen{{room: asks, text: "mot"}}},
		{name: "shared twice", messages: shared, duplicates: 1, seen: []seen{{room: asks, text: "mot"}, {room: twins, text: "mot"}, {room: twins, text: "mot"}}},
		{name: "in a room of nobody concerned", messages: shared, duplicates: 1, seen: []seen{{room: asks, text: "mot"}, {room: twins, text: "mot"}, {room: others, text: "mot"}}},
		{name: "edited", messages: edited, seen: []seen{{room: asks, text: "mot corrigé"}, {room: twins, text: "mot"}, {room: twins, text: "mot corrigé", edits: "$1"}}},
		{name: "edited for one alone", messages: edited, losses: 1, seen: []seen{{room: asks, text: "mot corrigé"}, {room: twins, text: "mot"}}},
		{name: "deleted", messages: taken, seen: []seen{{room: asks, text: "mot"}, {room: asks, deletes: "$0"}, {room: twins, text: "mot"}, {room: twins, deletes: "$2"}}},
		{name: "deleted for one alone", messages: taken, losses: 1, seen: []seen{{room: asks, text: "mot"}, {room: asks, deletes: "$0"}, {room: twins, text: "mot"}}},
		{name: "deleted, and there twice before", messages: taken, duplicates: 1, seen: []seen{{room: asks, text: "mot"}, {room: asks, deletes: "$0"}, {room: twins, text: "mot"}, {room: twins, deletes: "$2"}, {room: twins, text: "mot"}, {room: twins, deletes: "$4"}}},
		{name: "not carried", messages: slip},
		{name: "carried by mistake", messages: slip, duplicates: 1, seen: []seen{{room: asks, text: "mot"}}},
		{name: "joined", expected: link, seen: []seen{{room: answers, text: askedTwice}}},
		{name: "joined without a word", expected: link, losses: 1, seen: []seen{{room: answers, text: askedTwice, edits: "$0"}}},
		{name: "joined, and said twice", expected: link, duplicates: 1, seen: []seen{{room: answers, text: askedTwice}, {room: answers, text: askedTwice}}},
		{name: "replied", expected: reply, seen: []seen{{room: answers, text: "C’est noté", replies: "$c"}}},
		{name: "refused", expected: reply, losses: 1, seen: []seen{{room: answers, text: "Non", replies: "$c"}}},
		{name: "replied and refused", expected: reply, duplicates: 1, seen: []seen{{room: answers, text: "C’est noté", replies: "$c"}, {room: answers, text: "Non", replies: "$c"}}},
	} {
		for _, m := range c.messages {
			m.number = 7
		}
		r := &relay{bot: me, messages: c.messages, expected: c.expected}
		var got tally
		r.countIn(histories(c.seen...), &got)
		if got.losses != c.losses || got.duplicates != c.duplicates {
			t.Errorf("%s: %d lost, %d too many, want %d and %d: %v", c.name, got.losses, got.duplicates, c.losses, c.duplicates, got.faults)
		}
	}
}
