package commands

import (
	"strings"
	"unicode"

	"heraut/chat"
	"heraut/text"
)

// Line is a line that somebody typed, and its circumstances.
type Line struct {
	Text   string // anything; only its first line that is not blank counts
	Lang   string // of the answer: "fr" or "en"
	Prefix string // what starts a command here
	// Direct: the line is spoken to the bot, in a direct message or after a mention. It
	// needs no prefix, is searched in the catalogue if it holds no command, and gets an
	// answer if its command is unknown.
	Direct bool

	// Room, Sender and Level are the place, the person and the person's rights there.
	// The command line has no room.
	Room   chat.RoomID
	Sender chat.UserID
	Level  chat.Level
	Edited bool // it is the new text of a message
	// ReplyTo is the message that the line replies to, Thread the root of its thread;
	// both may be empty.
	ReplyTo, Thread chat.EventID
	// Event is the whole event, for commands that need more of it.
	Event chat.Event
	// Casual: Direct follows from the bot's name alone, which a sentence about the bot
	// starts with, too. Only commands and names of software get an answer.
	Casual bool
	// Private: the room is a direct message.
	Private   bool
	Encrypted bool // the room is
	// Unverified: the room is encrypted and the device is not verified.
	Unverified bool
}

// maxLine is the length, in characters, up to which a line is read.
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
