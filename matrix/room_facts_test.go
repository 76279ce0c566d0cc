package matrix

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"maunium.net/go/mautrix/event"

	"heraut/chat"
)

func TestFacts(t *testing.T) {
	const create = `{"type":"m.room.create","state_key":"","sender":"@a:agent.example.org","content":{"room_version":"12"}}`
	for name, test := range map[string]struct {
		events []string
		want   chat.RoomFacts
	}{
		"nothing":      {nil, chat.RoomFacts{}},
		"creation":     {[]string{create}, chat.RoomFacts{Server: "agent.example.org", Version: "12"}},
		"old creation": {[]string{`{"type":"m.room.create","state_key":"","sender":"@a:x","content":{"creator":"@a:x"}}`}, chat.RoomFacts{Server: "x", Version: "1"}},
		"space":        {[]string{`{"type":"m.room.create","state_key":"","sender":"@a:x","content":{"room_version":"11","type":"m.space"}}`}, chat.RoomFacts{Server: "x", Version: "11", Kind: "m.space"}},
		"public": {[]string{
			`{"type":"m.room.join_rules","state_key":"","content":{"join_rule":"public"}}`,
			`{"type":"m.room.history_visibility","state_key":"","content":{"history_visibility":"world_readable"}}`,
			`{"type":"m.room.guest_access","state_key":"","content":{"guest_access":"can_join"}}`,
			`{"type":"m.room.name","state_key":"","content":{"name":" Le\u202e \n salon "}}`,
		}, chat.RoomFacts{JoinRule: "public", History: "world_readable", Guests: true, Name: "Le salon"}},
		"closed again": {[]string{
			`{"type":"m.room.guest_access","state_key":"","content":{"guest_access":"can_join"}}`,
			`{"type":"m.room.guest_access","state_key":"","content":{}}`,
			`{"type":"m.room.name","state_key":"","content":{"name":"a"}}`, `{"type":"m.room.name","state_key":"","content":{}}`,
		}, chat.RoomFacts{}},
		"restricted": {[]string{
			`{"type":"m.room.join_rules","state_key":"","content":{"join_rule":"restricted","allow":[
				{"type":"m.room_membership","room_id":"!space"},{"type":"m.room_membership","room_id":"!other"},{"type":"m.room_membership","room_id":"!space"}]}}`,
		}, chat.RoomFacts{JoinRule: "restricted", Allow: []chat.RoomID{"!space", "!other"}}},
		"restricted by conditions that cannot be read": {[]string{
			`{"type":"m.room.join_rules","state_key":"","content":{"join_rule":"knock_restricted","allow":[
				{"type":"m.room_membership","room_id":5},{"type":"org.example.badge"},7]}}`,
		}, chat.RoomFacts{JoinRule: "knock_restricted", Allow: []chat.RoomID{""}}},
		"restricted by nothing": {[]string{
			`{"type":"m.room.join_rules","state_key":"","content":{"join_rule":"restricted","allow":{}}}`,
		}, chat.RoomFacts{JoinRule: "restricted"}},
		"closed, with what another rule allowed": {[]string{
			`{"type":"m.room.join_rules","state_key":"","content":{"join_rule":"restricted","allow":[{"type":"m.room_membership","room_id":"!space"}]}}`,
			`{"type":"m.room.join_rules","state_key":"","content":{"join_rule":"invite","allow":[{"type":"m.room_membership","room_id":"!space"}]}}`,
		}, chat.RoomFacts{JoinRule: "invite"}},
		"join rules that cannot be read": {[]string{
			`{"type":"m.room.join_rules","state_key":"","content":{"join_rule":"invite"}}`,
			`{"type":"m.room.join_rules","state_key":"","content":{"join_rule":["invite"]}}`,
		}, chat.RoomFacts{JoinRule: chat.UnreadableRule}},
		"history visibility that cannot be read": {[]string{
			`{"type":"m.room.history_visibility","state_key":"","content":{"history_visibility":"joined"}}`,
			`{"type":"m.room.history_visibility","state_key":"","content":{"history_visibility":1}}`,
		}, chat.RoomFacts{History: chat.UnreadableRule}},
		"Tchap's rule that cannot be read": {[]string{
			`{"type":"im.vector.room.access_rules","state_key":"","content":{"rule":"restricted"}}`,
			`{"type":"im.vector.room.access_rules","state_key":"","content":{"rule":7}}`,
		}, chat.RoomFacts{AccessRule: chat.UnreadableRule}},
		"Tchap":         {[]string{`{"type":"im.vector.room.access_rules","state_key":"","content":{"rule":"unrestricted","visibility":"private"}}`}, chat.RoomFacts{AccessRule: "unrestricted", Visibility: "private"}},
		"upgraded":      {[]string{`{"type":"m.room.tombstone","state_key":"","content":{"replacement_room":"!new"}}`}, chat.RoomFacts{Successor: "!new"}},
		"not the rooms": {[]string{`{"type":"m.room.name","state_key":"other","content":{"name":"a"}}`}, chat.RoomFacts{}},
		"odd types":     {[]string{`{"type":"m.room.name","state_key":"","content":{"name":{}}}`, `{"type":"m.room.tombstone","state_key":"","content":{"replacement_room":1}}`}, chat.RoomFacts{}},
	} {
		t.Run(name, func(t *testing.T) {
			var got chat.RoomFacts
			for _, raw := range test.events {
				var evt event.Event
				if err := json.Unmarshal([]byte(raw), &evt); err != nil {
					t.Fatal(err)
				}
				noteFact(&got, &evt)
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestNoticeTag(t *testing.T) {
	var f chat.RoomFacts
	for _, step := range []struct {
		content string
		want    bool
	}{{`{"tags":{"m.server_notice":{}}}`, true}, {`{"tags":{"m.favourite":{}}}`, false}, {`{}`, false}} {
		evt := &event.Event{Type: event.AccountDataRoomTags}
		if err := json.Unmarshal([]byte(step.content), &evt.Content); err != nil {
			t.Fatal(err)
		}
		if noteTags(&f, []*event.Event{evt}); f.Notices != step.want {
			t.Errorf("%s: %t", step.content, f.Notices)
		}
	}
}

func TestCleanName(t *testing.T) {
	for name, want := range map[string]string{
		"Camille Martin":              "Camille Martin",
		" Camille\n\tMartin\u2028":    "Camille Martin",
		"Camille\u202e\u2066\u200b\a": "Camille",
		"\u200b\u2060":                "",
		strings.Repeat("é", 200):      strings.Repeat("é", maxName),
		"a\xffb":                      "ab",
	} {
		if got := cleanName(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
