package matrix

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"maunium.net/go/mautrix/event"

	"heraut/chat"
)

// FuzzRelations: for any relation of a message, parsing ends, and every relation of
// the result stands inside the message.
func FuzzRelations(f *testing.F) {
	f.Add(`{"msgtype":"m.text","body":"a","m.relates_to":{"rel_type":"m.thread","event_id":"$root","is_falling_back":true,"m.in_reply_to":{"event_id":"$last"}}}`)
	f.Add(`{"msgtype":"m.text","body":"* b","m.new_content":{"msgtype":"m.text","body":"b"},"m.relates_to":{"rel_type":"m.replace","event_id":"$x"}}`)
	f.Add(`{"msgtype":"m.text","body":"> <@a:b> c\n\nd","m.relates_to":{"m.in_reply_to":{"event_id":"$x"}}}`)
	f.Add(`{"msgtype":"m.text","body":"a","m.relates_to":null}`)
	f.Add(`{"m.new_Content":{"msgtype":"0"},"m.relAtes_to":{"rel_type":"m.replace","event_id":"0"}}`)
	f.Add(`{"msgtype":"m.text","body":"a","m.relates_to":{"rel_type":5,"event_id":["$x"]},"m.mentions":{"user_ids":"@a:b"}}`)
	f.Add("{\"msgtype\":\"m.text\",\"body\":\"a\",\"m.relates_to\":{\"rel_type\":\"m.thread\",\"event_id\":\"$root\x98Z\"}}")
	f.Fuzz(func(t *testing.T, content string) {
		evt := &event.Event{ID: "$e", RoomID: "!r:x", Sender: "@a:x", Type: event.EventMessage}
		if json.Unmarshal([]byte(content), &evt.Content) != nil {
			return
		}
		evt.Mautrix.WasEncrypted = true
		e := named().understand(evt, false)
		if e == nil || e.Message == nil {
			return
		}
		m := e.Message
		for _, target := range []chat.EventID{m.Edits, m.Thread, m.ReplyTo} {
			if target == "" {
				continue
			}
			// encoding/json also accepts "m.relAtes_to" for the field; the relay
			// carries nothing for such a relation.
			if !m.RelationEncrypted && !strings.Contains(strings.ToLower(content), "relates_to") && !strings.Contains(content, `\u`) {
				t.Errorf("%q comes from nowhere", target)
			}
			// encoding/json replaces bytes that are not UTF-8.
			quoted, err := json.Marshal(target)
			if err != nil {
				t.Fatal(err)
			}
			if plain := strings.Trim(string(quoted), `"`); plain == string(target) && !strings.Contains(content, plain) && !strings.Contains(content, `\`) && utf8.ValidString(content) {
				t.Errorf("%q does not stand in %q", target, content)
			}
		}
		if len(m.Body) > maxBody || len(m.HTML) > maxBody || len(m.Mentions) > maxMentions {
			t.Errorf("the message is too large")
		}
	})
}
