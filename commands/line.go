package commands

import (
	"strings"
	"unicode"

	"heraut/chat"
	"heraut/text"
)

// Line is what somebody typed.
type Line struct {
	Text   string // anything; only its first line that is not blank counts
	Lang   string // of the answer: "fr" or "en"
	Prefix string // what starts a command here
	// Direct tells that the line is meant for the bot, as in a direct message or
	// after a mention: the prefix may be left out, a line that is no command is
	// tried as "sill", and an unknown command is answered.
	Direct bool

	// Room, Sender and Level tell where it was typed and what whoever typed it
	// may do there. Without a room there is nothing to watch for.
	Room   chat.RoomID
	Sender chat.UserID
	Level  chat.Level
	Edited bool // it is the new text of a message
	// ReplyTo and Thread are the message it replies to and the root of the thread
	// it stands in, if any.
	ReplyTo, Thread chat.EventID
	// Event is what was said, for commands that depend on where it stands.
	Event chat.Event
	// Casual tells that Direct follows from the bot's name alone, which a sentence
	// about the bot starts with, too: only commands and names are answered.
	Casual bool
	// Private tells that the room is a direct message.
	Private   bool
	Encrypted bool // the room is
	// Unverified tells that the room is encrypted and the device not verified.
	Unverified bool
}

// maxLine bounds what is looked at, in runes: no name or need is longer.
const maxLine = 300

// firstLine returns the first line of s that is not blank, trimmed and bounded.
func firstLine(s string) string {
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			return strings.TrimSpace(text.Truncate(line, maxLine))
		}
	}
	return ""
}

// cutWord splits s after its first word. A colon between the two is dropped:
// people write « !sill : gimp ». One at the end stays: in a filter it is a fault.
func cutWord(s string) (word, rest string) {
	word, rest = s, ""
	if i := strings.IndexFunc(s, unicode.IsSpace); i >= 0 {
		word, rest = s[:i], s[i:]
	}
	return strings.TrimRight(word, ":"), strings.TrimSpace(strings.TrimLeftFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || r == ':' }))
}
