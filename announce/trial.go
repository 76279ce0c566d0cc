package announce

import (
	"cmp"
	"context"
	"fmt"
	"time"
)

// Trial is what a watch would have told in the last 30 days.
type Trial struct {
	Total int
	HTML  string // a digest of it; empty when there is nothing
	// Since is when the source was first read, if that is less than 30 days ago;
	// Unread tells that it was not read yet.
	Since  time.Time
	Unread bool
}

// TryWatch says what a source and a filter would have given in the last 30 days,
// as far as that is known.
func (d *Desk) TryWatch(ctx context.Context, source, filter, lang string, now time.Time) (Trial, error) {
	f, err := ParseFilter(filter)
	if err != nil {
		return Trial{}, err
	}
	if !d.hasSource(source) {
		// Of a feed that no room watches nothing is known.
		watches, err := d.store.WatchesOf(ctx, source)
		if err != nil || len(watches) == 0 {
			return Trial{}, cmp.Or(err, ErrNoSource)
		}
	}
	state, err := d.store.Source(ctx, source)
	if err != nil {
		return Trial{}, err
	}
	t := Trial{Unread: state.Started.IsZero()}
	if state.Started.After(now.Add(-lately)) {
		t.Since = state.Started.In(d.Zone)
	}
	recent, err := d.store.RecentNews(ctx, source, now.Add(-lately))
	if err != nil {
		return Trial{}, err
	}
	var accepted []*News
	byID := map[int64]*News{}
	for i := range recent {
		n := &recent[i]
		if f.Match(n.Item) {
			n.PartOf = Alone
			accepted = append(accepted, n)
			byID[n.ID] = n
		}
	}
	if len(accepted) == 0 {
		return t, nil
	}
	layout := digestOf(unitsOf(accepted))
	t.Total = len(accepted)
	t.HTML, err = d.render(lang, layout, byID)
	return t, err
}

// FeedTrial is a feed as it is read before it is watched.
type FeedTrial struct {
	Title   string
	Entries int
	Newest  Item // zero if there is none; without a date if the feed says none
}

// TryFeed reads a feed that somebody named.
func (d *Desk) TryFeed(ctx context.Context, url string, now time.Time) (FeedTrial, error) {
	if d.Feeds == nil {
		return FeedTrial{}, ErrNoSource
	}
	body, _, err := (&feed{getter: d.Feeds, url: url}).get(ctx, feedState{})
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
		if t.Newest.At = t.Newest.At.In(d.Zone); t.Newest.At.Equal(now) {
			t.Newest.At = time.Time{}
		}
	}
	return t, nil
}
