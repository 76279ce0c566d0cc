package announce

import (
	"context"
	"slices"
	"time"

	"heraut/chat"
	"heraut/locale"
	"heraut/sources"
)

// Render returns the HTML of the message that announces one item in a room, in the
// language lang, with dates in zone. The parameter what gives the kind of news, such as a
// new version. The error is that of the template.
func Render(lang string, item sources.Item, what sources.What, zone *time.Location) (html string, err error) {
	n := &News{ID: 1, Item: item, What: what}
	layout := messageOf(unit{items: []*News{n}})
	return locale.Render(lang, layout.template(map[int64]*News{1: n}), layout.view(map[int64]*News{1: n}, zone))
}

// Latest holds the newest items of a watch, with the watch and the name of its source.
type Latest struct {
	Watch Watch
	Name  string // the source's name, for people
	Items []sources.Item
}

// Latest returns the newest items of the source of a room's n-th watch, counted from 1,
// at most count, newest first. It reads a feed anew; for other sources it returns
// stored items that the bot first saw in the last 30 days. The watch must not be one of
// a calendar, whose events package agenda has. The error is chat.ErrNotFound if there
// is no such watch, otherwise that of the reading or of the store.
func (d *Announcer) Latest(ctx context.Context, room chat.RoomID, n, count int, now time.Time) (Latest, error) {
	all, err := d.WatchesIn(ctx, room)
	switch {
	case err != nil:
		return Latest{}, err
	case n < 1 || n > len(all):
		return Latest{}, chat.ErrNotFound
	}
	w := all[n-1]
	latest := Latest{Watch: w.Watch, Name: w.Name()}
	if source, ok := d.sourceOf(w.Source).(sources.Recent); ok {
		latest.Items, err = source.Recent(ctx, w.Health.State, now, count)
		if len(latest.Items) > 0 && w.Label == "" && latest.Items[0].From != "" {
			latest.Name = latest.Items[0].From
		}
	} else {
		var recent []News
		recent, err = d.store.RecentNews(ctx, w.Source, now.Add(-trialSpan))
		for _, news := range slices.Backward(recent) {
			if len(latest.Items) < count {
				latest.Items = append(latest.Items, news.Item)
			}
		}
	}
	for i := range latest.Items {
		latest.Items[i].At = latest.Items[i].At.In(d.Zone)
	}
	return latest, err
}

// sourceOf returns the source of the configuration with that name, else one that reads
// the feed at the address name; nil if it is not in the configuration and rooms may not
// add feeds.
func (d *Announcer) sourceOf(name string) sources.Source {
	for _, r := range d.runners() {
		if r.settings.Name == name {
			return r.source
		}
	}
	if d.Feeds == nil {
		return nil
	}
	return sources.NewFeed(d.Feeds, name, d.turn)
}
