package matrix_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"maunium.net/go/mautrix/event"

	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// TestOddEvents sends events with unusual content: the bot still hears the events
// that come with them.
func TestOddEvents(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	owner := hs.Person(t, "owner", testkit.ClientOptions{})
	contents := []string{`{}`}
	for _, key := range []string{
		"msgtype", "body", "format", "formatted_body", "m.relates_to", "m.new_content", "m.mentions", "info", "file", "url",
		"algorithm", "ciphertext", "session_id", "sender_key", "device_id", "rule", "visibility", "heraut.post",
	} {
		for _, value := range []string{`7`, `[null]`, `{"rel_type": 1, "event_id": {}, "m.in_reply_to": 3, "key": []}`} {
			contents = append(contents, fmt.Sprintf(`{"msgtype": "m.text", "body": "!sill gimp", "algorithm": "m.megolm.v1.aes-sha2", %q: %s}`, key, value))
		}
	}
	room, other := bot.invited(t, owner, testkit.Room{}), bot.invited(t, owner, testkit.Room{})
	for n, content := range contents {
		raw := &event.Content{VeryRaw: json.RawMessage(content)}
		for _, kind := range []string{"m.room.message", "m.room.encrypted", "m.reaction"} {
			// The homeserver may refuse some.
			_, _ = owner.SendMessageEvent(t.Context(), room, event.Type{Type: kind, Class: event.MessageEventType}, raw)
		}
		if n%3 == 0 { // an event type that homeservers do not interpret
			_, _ = owner.SendStateEvent(t.Context(), room, event.Type{Type: "im.vector.room.access_rules", Class: event.StateEventType}, "", raw)
		}
	}
	hears(t, bot, owner.Say(t, other, "là"))
	hears(t, bot, owner.Say(t, room, "encore"))
}
