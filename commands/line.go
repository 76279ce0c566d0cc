package commands

import (
	"strings"
	"unicode"

	"heraut/chat"
	"heraut/text"
)

// Line is a line that a person typed, with the room, the sender's rights and the
// language in which to answer.
type Line struct {
	Text   string // any text; only its first non-blank line counts
	Lang   string // the code of the answer's language
	Prefix string // the prefix of commands in the room
	// Direct: the line addresses the bot, in a direct message or after a mention. It
	// needs no prefix, gets an answer even if its command is unknown, and without a
	// command it is a search.
	Direct bool

	// Room, Sender and Level are the place, the person and the person's rights
	// there. The command line has no room.
	Room   chat.RoomID
	Sender chat.UserID
	Level  chat.Level
	Edited bool // the line is the new text of a message
	// ReplyTo is the message that the line replies to, Thread the root of its thread;
	// both may be empty.
	ReplyTo, Thread chat.EventID
	// Event is the whole event, for commands that need more of it.
	Event chat.Event
	// Casual: Direct follows from the bot's name alone, which may also start a
	// sentence about the bot. Only commands and names of software get an answer.
	Casual bool
	// Private: the room is a direct message.
	Private   bool
	Encrypted bool // the line came encrypted; false for one in clear in an encrypted room
	// Unverified: the room is encrypted and the device is not verified.
	Unverified bool
}

// maxLine is the number of characters that the bot reads of a line.
const maxLine = 300

// firstLine returns the first line of s that is not blank, trimmed and cut to maxLine
// characters; empty if all lines are blank.
func firstLine(s string) string {
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			return strings.TrimSpace(text.Truncate(line, maxLine))
		}
	}
	return ""
}

// cutWord splits s into its first word and the rest. It drops colons and spaces between
// the two parts, since people write « !sill : gimp », but keeps a colon at the end of
// rest, so that the caller can report it as a fault of a filter. rest is empty if s is
// one word, which loses colons at its end; word and rest are empty if s is empty.
func cutWord(s string) (word, rest string) {
	word, rest = s, ""
	if i := strings.IndexFunc(s, unicode.IsSpace); i >= 0 {
		word, rest = s[:i], s[i:]
	}
	return strings.TrimRight(word, ":"), strings.TrimSpace(strings.TrimLeftFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || r == ':' }))
}
