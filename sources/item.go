package sources

import (
	"time"

	"heraut/catalogue"
	"heraut/filter"
)

// ItemKind tells what an Item is about.
type ItemKind string

// The kinds of items.
const (
	KindRepository ItemKind = "repository" // Item.Repository is set
	KindSoftware   ItemKind = "software"   // Item.Software is set
	KindEntry      ItemKind = "entry"      // an entry of a feed: Title, URL and Summary are all there is
)

// Item is one thing that a source publishes and that rooms may be told of.
type Item struct {
	Source string // the source's name in the configuration
	// Key identifies the item within its source, for ever.
	Key  string
	Kind ItemKind

	Repository *catalogue.Repository
	Software   *catalogue.Software

	From    string // what a feed calls itself
	Title   string
	URL     string
	Summary string
	At      time.Time // when it was published, as far as the source says
}

// Words returns what filters look at.
func (i *Item) Words() *filter.Words {
	switch {
	case i.Repository != nil:
		return filter.OfRepository(i.Repository)
	case i.Software != nil:
		return filter.OfSoftware(i.Software)
	}
	return filter.OfText(i.Title, i.Summary)
}
