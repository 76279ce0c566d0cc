package rooms

import (
	"net/url"
	"strings"

	"heraut/chat"
)

// Links is the start of links to rooms: "https://matrix.to" or a web client's address.
// It is the setting links of the configuration.
type Links string

// Room returns a link to a room, for its members.
func (l Links) Room(id chat.RoomID) string { return l.fragment() + l.escape(string(id)) }

// Event returns a link to an event of a room.
func (l Links) Event(room chat.RoomID, id chat.EventID) string {
	return l.Room(room) + "/" + l.escape(string(id))
}

// escape returns id, the id of a room or an event, in the form in which a link holds it:
// percent-encoded, but for @ and :. In links to a web client, ! and # stay as they are
// too, since such clients compare the link with ids and show an empty pill for an
// encoded id.
func (l Links) escape(id string) string {
	escaped := url.PathEscape(id)
	if l.isMatrixTo() {
		return escaped
	}
	return signs.Replace(escaped)
}

var signs = strings.NewReplacer("%21", "!", "%23", "#", "%40", "@", "%3A", ":")

// fragment returns the beginning of every link, up to the id: «https://matrix.to/#/»,
// or the web client's address and «/#/room/».
func (l Links) fragment() string {
	base := strings.TrimRight(string(l), "/")
	if l.isMatrixTo() {
		return base + "/#/"
	}
	return base + "/#/room/"
}

func (l Links) isMatrixTo() bool {
	u, err := url.Parse(string(l))
	return err == nil && u.Hostname() == "matrix.to"
}

// Reference returns the room id («!abc:example.org») or alias that text is, or to which
// text leads as a link to matrix.to or a web client, also one to an event of the room.
// It returns "" for any other text, such as one with a space or an alias without a
// server.
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
