package matrix

import (
	"testing"

	"maunium.net/go/mautrix"
)

// TestUnreadableStateIsKeptBare: a partly unreadable state event still replaces the
// room's earlier state.
func TestUnreadableStateIsKeptBare(t *testing.T) {
	const before, after = `{"next_batch":"n","rooms":{"join":{"!r":{"timeline":{"events":[`, `]}}}}}`
	for event, content := range map[string]string{
		`{"type":"m.room.power_levels","state_key":"","sender":"@a:x","event_id":"$e","content":5}`:                               "{}",
		`{"type":"m.room.power_levels","state_key":"","sender":"@a:x","event_id":"$e","content":{"users":{}},"redacts":7}`:        `{"users":{}}`,
		`{"type":"m.room.join_rules","state_key":"","sender":"@a:x","event_id":"$e","content":{},"origin_server_ts":"yesterday"}`: "{}",
		`{"type":"m.room.message","sender":"@a:x","event_id":"$e","content":5}`:                                                   "",
		`{"type":"m.room.power_levels","state_key":5,"sender":"@a:x","event_id":"$e","content":{}}`:                               "",
		`7`: "",
	} {
		var answer mautrix.RespSync
		dropped, err := parseReadable(before+event+after, &answer)
		if err != nil || dropped != 1 {
			t.Errorf("%s: %d dropped, %v", event, dropped, err)
		}
		events := answer.Rooms.Join["!r"].Timeline.Events
		switch {
		case content == "" && len(events) > 0:
			t.Errorf("%s: got %+v", event, events[0])
		case content != "" && (len(events) != 1 || string(events[0].Content.VeryRaw) != content || events[0].StateKey == nil):
			t.Errorf("%s: got %+v", event, events)
		}
	}
}
