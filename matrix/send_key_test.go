package matrix

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"maunium.net/go/mautrix/event"

	"heraut/chat"
)

// An event's content with its key is what mautrix makes of both.
func TestWithKey(t *testing.T) {
	for name, content := range map[string]any{
		"message": message(chat.Post{HTML: "<p>é &amp; «\u2028»</p>", Lang: "fr", Thread: chat.Target{Event: "$root"}}),
		"edit":    message(chat.Post{HTML: "<b>x</b>", Lang: "fr", Edits: chat.Target{Event: "$1"}}),
		"reaction": &event.ReactionEventContent{
			RelatesTo: *(&event.RelatesTo{}).SetAnnotation("$1", "👍"),
		},
		"encrypted": &event.EncryptedEventContent{Algorithm: "m.megolm.v1.aes-sha2", MegolmCiphertext: []byte("abc")},
		"empty":     map[string]any{},
	} {
		got, err := withKey(content, "KEY")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want, err := json.Marshal(&event.Content{Parsed: content, Raw: map[string]any{postKey: "KEY"}})
		if err != nil {
			t.Fatal(err)
		}
		var a, b map[string]any
		if json.Unmarshal(got, &a) != nil || json.Unmarshal(want, &b) != nil || !reflect.DeepEqual(a, b) {
			t.Errorf("%s: %s\nwant %s", name, got, want)
		}
	}
	if got, err := withKey([]int{1}, "KEY"); err == nil {
		t.Errorf("a list became %s", got)
	}
}

// A text that is not measured fits, even where its JSON is the most wasteful.
func TestShortTextsFit(t *testing.T) {
	p := chat.Post{Lang: "fr", Thread: chat.Target{Event: "$root"}}
	longest := 0
	for ; isShort(message(p)); p.HTML += strings.Repeat("&lt;\x01", 50) {
		content := message(p)
		content.FormattedBody, content.Body = strings.Repeat("<", len(content.FormattedBody)), strings.Repeat("\x01", len(content.Body))
		longest = contentSize(content)
	}
	if longest > maxContent || longest < maxContent/4 {
		t.Errorf("the longest text that is not measured takes %d bytes", longest)
	}
}
