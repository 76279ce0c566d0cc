package matrix

import (
	"encoding/json"

	"maunium.net/go/mautrix/event"

	"heraut/chat"
	"heraut/locale"
)

// maxContent limits the content of a message, in bytes of JSON. Matrix allows 65,536
// bytes for an event (client-server API, section «Size limits»); encryption adds a
// third to the content, and the event's other fields take up to 4 kB.
const maxContent = 45_000

// fitted returns the post p as the content of a Matrix message that fits into one event
// (maxContent). A text that is too large is cut, with a sentence at its end that says
// so; mentions and links of people in the text then lose their effect.
func fitted(p chat.Post) *event.MessageEventContent {
	content := message(p)
	source := p.HTML
	if isShort(content) {
		return content
	}
	for limit := maxContent / 2; contentSize(content) > maxContent && limit > 0; limit = limit * 3 / 4 {
		end, _ := locale.Render(p.Lang, "plain shortened", nil) // a test reads it in every language
		p.HTML, _ = locale.Quote(source, "", limit)
		p.HTML += end
		content = message(p)
	}
	return content
}

// largestByte is the size in JSON of the byte that takes most, such as «<» as \u003c.
const largestByte = 6

// isShort reports whether the texts of content are so short that it fits into one event
// whatever they hold: most need no measuring. It returns false for an edit and for a
// message that mentions people, whose sizes it does not estimate.
func isShort(content *event.MessageEventContent) bool {
	return content.NewContent == nil && len(content.Mentions.UserIDs) == 0 &&
		largestByte*(len(content.Body)+len(content.FormattedBody)) < maxContent/2
}

// contentSize returns the size of a message's content, in bytes of JSON; 0 if it cannot
// be encoded.
func contentSize(content *event.MessageEventContent) int {
	encoded, err := json.Marshal(content)
	if err != nil {
		return 0 // the homeserver's answer will tell
	}
	return len(encoded)
}
