package sources

import (
	"context"
	"strings"
	"time"

	"heraut/feed"
	"heraut/fetch"
)

// FeedTrial is a feed as it is read before it is watched.
type FeedTrial struct {
	Title   string
	Entries int
	Newest  Item // zero if there is none; without a date if the feed says none
}

// TryFeed reads the feed at an address that somebody named.
func TryFeed(ctx context.Context, getter *fetch.Getter, turn *Turn, url string, now time.Time) (FeedTrial, error) {
	var trial FeedTrial
	f := feedSource{getter: getter, url: url, turn: turn}
	_, err := f.read(ctx, feedState{}, now, true, func(parsed *feed.Feed) error {
		trial = FeedTrial{Title: parsed.Title, Entries: len(parsed.Entries)}
		if trial.Entries > 0 {
			trial.Newest = EntryItem(parsed, parsed.Entries[0], now)
		}
		return nil
	})
	return trial, err
}

// IsFeedAddress tells a feed that a room gave from a source's name.
func IsFeedAddress(source string) bool {
	return strings.Contains(source, "://") && !IsCalendarAddress(source)
}

// CalendarPrefix begins the source of a watch of a calendar that a room gave: the
// calendar's address follows.
const CalendarPrefix = "calendar:"

// IsCalendarAddress tells a calendar that a room gave from other sources.
func IsCalendarAddress(source string) bool { return strings.HasPrefix(source, CalendarPrefix) }
