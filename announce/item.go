package announce

import (
	"time"

	"heraut/catalogue"
)

// Kind tells what an Item is about.
type Kind string

// The kinds of items.
const (
	KindRepository Kind = "repository" // Item.Repository is set
	KindSoftware   Kind = "software"   // Item.Software is set
	KindEntry      Kind = "entry"      // an entry of a feed: Title, URL and Summary are all there is
)

// Item is one thing that a source publishes and that rooms may be told of.
type Item struct {
	Source string // the source's name in the configuration
	// Key identifies the item within its source, for ever.
	Key  string
	Kind Kind

	Repository *catalogue.Repository
	Software   *catalogue.Software

	From    string // what a feed calls itself
	Title   string
	URL     string
	Summary string
	At      time.Time // when it was published, as far as the source says
}
