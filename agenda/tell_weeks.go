package agenda

import (
	"context"
	"fmt"
	"slices"
	"time"

	"heraut/announce"
	"heraut/filter"
	"heraut/schedule"
)

// tellWeeks posts the weekly list of each room that has a weekly watch and whose list
// is due, and stores the time of the list. A list holds the events up to the time of
// the next list; an empty one is not posted. For a new watch, tellWeeks only stores the
// present time, so that the first list comes at the next time of the watch's rhythm. If
// an outage lasted beyond the time of the next list, it skips the lists before.
func (d *Calendars) tellWeeks(ctx context.Context, watches []announce.Watch, now time.Time) error {
	for _, w := range watches {
		rhythm, err := schedule.ParseRhythm(w.Rhythm)
		if err != nil || !rhythm.IsWeekly() {
			continue
		}
		last, err := d.Store.Digests(ctx, w.Room)
		if err != nil {
			return err
		}
		at, known := last[w.Key()]
		if !known { // the watch is new
			if err := d.Store.SaveDigest(ctx, w.Room, w.Key(), now); err != nil {
				return err
			}
			continue
		}
		if w.At.After(at) { // the watch was set again
			at = w.At
		}
		due := rhythm.Next(at, d.Zone)
		if due.After(now) {
			continue
		}
		for next := rhythm.Next(due, d.Zone); !next.After(now); next = rhythm.Next(due, d.Zone) {
			due = next // skip the lists of weeks that have passed
		}
		if err := d.Store.SaveDigest(ctx, w.Room, w.Key(), due); err != nil {
			return err
		}
		if err := d.tellWeek(ctx, w, due, rhythm.Next(due, d.Zone), now); err != nil {
			return err
		}
	}
	return nil
}

func (d *Calendars) tellWeek(ctx context.Context, w announce.Watch, due, until, now time.Time) error {
	f, err := filter.Parse(w.Filter)
	if err != nil {
		return nil //nolint:nilerr // it was checked when it was set: another version of the bot did
	}
	events, err := d.Store.EventsBetween(ctx, []string{w.Source}, now, until)
	if err != nil {
		return err
	}
	events = slices.DeleteFunc(d.here(events), func(e Event) bool {
		return e.Cancelled || e.past(now) || !e.Start.Before(until) || !f.Match(e.Words())
	})
	if len(events) == 0 {
		return nil
	}
	cause := fmt.Sprintf("agenda week %s %s %d", w.Room, w.Key(), due.Unix())
	return d.say(ctx, w.Room, cause, "agenda-week", d.viewList(events, now), events...)
}
