package sources

import (
	"context"
	"fmt"
	"strings"
	"time"

	"heraut/fetch"
)

// FeedTrial is a feed as it is read before it is watched.
type FeedTrial struct {
	Title   string
	Entries int
	Newest  Item // zero if there is none; without a date if the feed says none
}

// TryFeed reads the feed at an address that somebody named.
func TryFeed(ctx context.Context, getter *fetch.Getter, url string, now time.Time) (FeedTrial, error) {
	body, _, err := (&feed{getter: getter, url: url}).get(ctx, feedState{})
	if err != nil {
		return FeedTrial{}, err
	}
	parsed, err := parseFeed(body, url, now)
	if err != nil {
		return FeedTrial{}, fmt.Errorf("read %s: %w", url, err)
	}
	t := FeedTrial{Title: parsed.Title, Entries: len(parsed.Entries)}
	if t.Entries > 0 {
		t.Newest = parsed.Entries[t.Entries-1].Item
		if t.Newest.At.Equal(now) {
			t.Newest.At = time.Time{}
		}
	}
	return t, nil
}

// FeedTitle returns what a feed calls itself, from the state of its last batch;
// empty when the state is none of a feed.
func FeedTitle(state []byte) string {
	var s feedState
	if err := readState(state, &s); err != nil {
		return ""
	}
	return s.Title
}

// IsFeedAddress tells a feed that a room gave from a source's name.
func IsFeedAddress(source string) bool { return strings.Contains(source, "://") }
