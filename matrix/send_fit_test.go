package matrix

import (
	"strings"
	"testing"

	"heraut/chat"
)

// TestFitted: a post that is too large for an event is cut, whatever its characters
// take in JSON, and says so; one that fits is unchanged.
func TestFitted(t *testing.T) {
	for name, item := range map[string]string{
		"letters": "<li>logiciel libre</li>", "escapes": "<li>&amp;&quot;&lt;</li>", "wide": "<li>漢字</li>",
		"one long word": strings.Repeat("x", 100), "control": "<li>\u2028\u2028</li>",
	} {
		for _, edits := range []string{"", "$edited"} {
			p := chat.Post{HTML: "<p>Voici.</p><ul>" + strings.Repeat(item, 20_000) + "</ul>", Lang: "fr", Edits: chat.Target{Event: chat.EventID(edits)}}
			content := fitted(p)
			size := contentSize(content)
			if size > maxContent || size < maxContent/8 {
				t.Errorf("%s, edits %q: %d bytes", name, edits, size)
			}
			shown := content
			if content.NewContent != nil {
				shown = content.NewContent
			}
			if !strings.HasPrefix(shown.FormattedBody, "<p>Voici.</p>") || !strings.HasSuffix(shown.Body, "trop longue pour un seul message.)") {
				t.Errorf("%s, edits %q: the message starts with %.40q and its text ends with %q", name, edits, shown.FormattedBody, shown.Body[max(len(shown.Body)-80, 0):])
			}
		}
	}
	p := chat.Post{HTML: `<p>` + strings.Repeat("a", 15_000) + ` <a href="https://matrix.to/#/@a:example.org">A</a></p>`, Lang: "fr"}
	if got := fitted(p); got.FormattedBody != p.HTML {
		t.Error("a message that fits was changed")
	}
}
