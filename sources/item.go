package sources

import (
	"time"

	"heraut/catalogue"
	"heraut/filter"
)

// ItemKind says what an Item is: a repository, a software, or an entry of a feed. An
// event of a calendar is no Item; package agenda handles it.
type ItemKind string

// The kinds of items.
const (
	KindRepository ItemKind = "repository" // Item.Repository is set
	KindSoftware   ItemKind = "software"   // Item.Software is set
	KindEntry      ItemKind = "entry"      // an entry of a feed, with Title, URL and Summary
)

// Item is one thing that a source publishes and that the bot may announce: a
// repository, a software or an entry of a feed.
type Item struct {
	Source string // the source's name in the configuration
	// Key identifies the item within its source, for ever.
	Key  string
	Kind ItemKind

	Repository *catalogue.Repository
	Software   *catalogue.Software

	From    string // the feed's own title
	Title   string
	URL     string
	Summary string
	At      time.Time // publication date, if the source gives one
}

// Words returns the words of the item against which a room's filter is matched: those
// of its repository or software, or else of its title and summary.
func (i *Item) Words() *filter.Words {
	switch {
	case i.Repository != nil:
		return filter.OfRepository(i.Repository)
	case i.Software != nil:
		return filter.OfSoftware(i.Software)
	}
	return filter.OfText(i.Title, i.Summary)
}
