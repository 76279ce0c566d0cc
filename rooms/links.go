package rooms

import (
	"net/url"
	"strings"

	"heraut/chat"
)

// Links is the address that links to rooms start with, such as
// "https://matrix.to" or a web client's: what the configuration calls links.
type Links string

// Room is the address of a room, for those who are in it.
func (l Links) Room(id chat.RoomID) string { return l.fragment() + url.PathEscape(string(id)) }

// Event is the address of an event of a room.
func (l Links) Event(room chat.RoomID, id chat.EventID) string {
	return l.Room(room) + "/" + url.PathEscape(string(id))
}

// fragment is what stands before an id: matrix.to has it without a word.
func (l Links) fragment() string {
	base := strings.TrimRight(string(l), "/")
	if u, err := url.Parse(base); err == nil && u.Hostname() == "matrix.to" {
		return base + "/#/"
	}
	return base + "/#/room/"
}

// Reference is the id or the alias of a room in what somebody wrote: itself, or a
// link to the room on matrix.to or a web client. Empty: there is none.
func Reference(text string) string {
	if at := strings.Index(text, "/#/"); at >= 0 && (strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://")) {
		text = strings.TrimPrefix(text[at+len("/#/"):], "room/")
		text, _, _ = strings.Cut(text, "?")
		text, _, _ = strings.Cut(text, "/") // an event of the room
		decoded, err := url.PathUnescape(text)
		if err != nil {
			return ""
		}
		text = decoded
	}
	if len(text) < 2 || text[0] != '!' && text[0] != '#' || strings.ContainsAny(text, " \t\r\n") {
		return ""
	}
	if text[0] == '#' && !strings.Contains(text, ":") {
		return ""
	}
	return text
}
