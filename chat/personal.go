package chat

import "time"

// Datum is one stored piece of data about a person, in the form in which the bot
// shows it to that person.
type Datum struct {
	// Kind names the template «datum <Kind>», which describes the datum.
	Kind string
	Room RoomID // the room that it comes from; may be empty
	At   time.Time
	// Text is the stored text, if there is more than ids.
	Text string
}
