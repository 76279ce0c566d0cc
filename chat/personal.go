package chat

import "time"

// Datum is one thing that is kept about a person, as that person is told of it.
type Datum struct {
	// Kind names the template "datum <Kind>", which says what it is.
	Kind string
	Room RoomID // where it comes from; may be empty
	At   time.Time
	// Text is what is kept, if it is more than ids.
	Text string
}
