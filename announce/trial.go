package announce

import (
	"cmp"
	"context"
	"time"

	"heraut/filter"
	"heraut/sources"
)

// trialSpan is how far back a dry run looks.
const trialSpan = 30 * 24 * time.Hour

// Trial is the result of a dry run: the announcements that a watch would have made in
// the last 30 days.
type Trial struct {
	Total int
	HTML  string // as a digest; empty: no announcement
	// Since is the time of the source's first reading, if less than 30 days ago; Unread
	// is true when the source was never read.
	Since  time.Time
	Unread bool
}

// TryWatch returns the announcements that a watch of source with the filter accepting
// would have made in the last 30 days, in the language lang, as far as the items are
// still stored. The error is ErrNoSource for a source that is neither in the
// configuration nor watched, a *filter.Error or that of the store.
func (d *Announcer) TryWatch(ctx context.Context, source, accepting, lang string, now time.Time) (Trial, error) {
	f, err := filter.Parse(accepting)
	if err != nil {
		return Trial{}, err
	}
	if !d.hasSource(source) {
		// A feed that no room watches has no stored items.
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
	if state.Started.After(now.Add(-trialSpan)) {
		t.Since = state.Started.In(d.Zone)
	}
	recent, err := d.store.RecentNews(ctx, source, now.Add(-trialSpan))
	if err != nil {
		return Trial{}, err
	}
	var accepted []*News
	byID := map[int64]*News{}
	for i := range recent {
		n := &recent[i]
		if accepts(f, n) {
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

// TryFeed reads the feed at an address that a person typed, or the feed of the web page
// there, without storing anything. The error is ErrNoSource if rooms may add no feeds,
// or says why the feed could not be read.
func (d *Announcer) TryFeed(ctx context.Context, url string, now time.Time) (sources.FeedTrial, error) {
	if d.Feeds == nil {
		return sources.FeedTrial{}, ErrNoSource
	}
	trial, err := sources.TryFeed(ctx, d.Feeds, d.turn, url, now)
	trial.Newest.At = trial.Newest.At.In(d.Zone)
	return trial, err
}
