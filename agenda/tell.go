package agenda

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"heraut/announce"
	"heraut/chat"
	"heraut/filter"
	"heraut/locale"
	"heraut/schedule"
)

// atOnce is the number of changes that a room gets as separate messages in a round;
// more become one list.
const atOnce = 5

// pend stores the changes that rooms' watches match, each with its due time.
func (d *Calendars) pend(ctx context.Context, source string, changes []Change, now time.Time) error {
	if len(changes) == 0 {
		return nil
	}
	watches, err := d.watches(ctx)
	if err != nil {
		return err
	}
	waiting, err := d.Store.PendingEvents(ctx)
	if err != nil {
		return err
	}
	for _, c := range changes {
		due := map[chat.RoomID]time.Time{}
		for _, w := range watches {
			if w.Source != source {
				continue
			}
			at, ok, err := d.dueFor(w, c, now)
			if err != nil {
				d.Log.Error().Err(err).Msg("A watch cannot be read any more: it tells nothing")
				continue
			}
			if before, has := due[w.Room]; ok && (!has || at.Before(before)) {
				due[w.Room] = at
			}
		}
		for room, at := range due {
			if err := d.pendOne(ctx, Pending{Room: room, Due: at, Change: c}, waiting); err != nil {
				return err
			}
		}
	}
	return nil
}

// dueFor returns when a watch announces a change; ok is false when its filter does
// not match or its weekly list covers the change. A weekly watch announces at once a
// change whose event starts, or started before the change, ahead of the next list.
func (d *Calendars) dueFor(w announce.Watch, c Change, now time.Time) (due time.Time, ok bool, err error) {
	f, err := filter.Parse(w.Filter)
	if err != nil {
		return due, false, err
	}
	if !f.Match(c.Event.Words()) && (c.Was.ID == 0 || !f.Match(c.Was.Words())) {
		return due, false, nil
	}
	rhythm, err := schedule.ParseRhythm(w.Rhythm)
	if err != nil {
		return due, false, err
	}
	quietEnd, _ := d.Quiet(w.Room).Until(now)
	switch {
	case rhythm.IsImmediate():
		return quietEnd, true, nil
	case rhythm.IsWeekly():
		next := rhythm.Next(now, d.Zone)
		soon := c.Event.Start.Before(next) || c.Was.ID != 0 && c.Was.Start.Before(next)
		return quietEnd, soon, nil
	}
	return rhythm.Next(now, d.Zone), true, nil
}

// tell posts everything that is due by now: changes, reminders and weekly lists. It
// then deletes old events and the calendars that are neither configured nor watched.
func (d *Calendars) tell(ctx context.Context, now time.Time) error {
	return d.Queue.Do(ctx, func(ctx context.Context) error {
		watches, err := d.watches(ctx)
		if err != nil {
			return err
		}
		for _, step := range []struct {
			what string
			do   func(context.Context, []announce.Watch, time.Time) error
		}{
			{"tell changes", d.tellChanges}, {"remind", d.remind}, {"tell the week", d.tellWeeks},
		} {
			if err := step.do(ctx, watches, now); err != nil {
				return fmt.Errorf("%s: %w", step.what, err)
			}
		}
		all, err := d.watched(ctx)
		if err != nil {
			return err
		}
		var names []string
		for _, s := range all {
			names = append(names, s.Name)
		}
		if err := d.Store.ForgetCalendars(ctx, names); err != nil {
			return err
		}
		return d.Store.PurgeEvents(ctx, now.Add(-keepEvents))
	})
}

// tellChanges posts the pending changes that are due.
func (d *Calendars) tellChanges(ctx context.Context, watches []announce.Watch, now time.Time) error {
	all, err := d.Store.PendingEvents(ctx)
	if err != nil {
		return err
	}
	byRoom := map[chat.RoomID][]Change{}
	var order []chat.RoomID
	for _, p := range all {
		if p.Due.After(now) {
			continue
		}
		if err := d.Store.DeletePendingEvent(ctx, p.Room, p.Event.ID); err != nil {
			return err
		}
		watched := slices.ContainsFunc(watches, func(w announce.Watch) bool { return w.Room == p.Room && w.Source == p.Event.Source })
		if !watched || !p.holds(now) {
			continue
		}
		if byRoom[p.Room] == nil {
			order = append(order, p.Room)
		}
		byRoom[p.Room] = append(byRoom[p.Room], p.Change)
	}
	for _, room := range order {
		if err := d.sayChanges(ctx, room, byRoom[room]); err != nil {
			return err
		}
	}
	return nil
}

// holds reports whether a pending change is still true and useful. c.Event is the
// event's present row.
func (c Change) holds(now time.Time) bool {
	switch {
	case c.Event.past(now):
		return false
	case c.What == Cancelled:
		return c.Event.Cancelled
	case c.What == Moved:
		return !c.Event.Cancelled && hasMoved(c.Was, c.Event)
	}
	return !c.Event.Cancelled
}

func (d *Calendars) sayChanges(ctx context.Context, room chat.RoomID, changes []Change) error {
	if len(changes) > atOnce {
		c := changes[0]
		cause := fmt.Sprintf("agenda changes %s %d %d", room, c.Event.ID, c.Event.Revision)
		return d.say(ctx, room, cause, "agenda-changes", d.viewChanges(changes))
	}
	for _, c := range changes {
		cause := fmt.Sprintf("agenda %s %s %d %d", c.What, room, c.Event.ID, c.Event.Revision)
		if err := d.say(ctx, room, cause, "agenda-change", d.viewChange(c)); err != nil {
			return err
		}
	}
	return nil
}

// remind posts the reminders that are due. A reminder delayed by an outage still
// goes out until the event begins.
func (d *Calendars) remind(ctx context.Context, watches []announce.Watch, now time.Time) error {
	type reminder struct {
		room  chat.RoomID
		event int64
		lead  Lead
	}
	due := map[chat.RoomID][]Event{}
	done := map[reminder]bool{}
	var order []chat.RoomID
	for _, w := range watches {
		leads, err := ParseLeads(w.Remind)
		if err != nil {
			continue // the watch has no reminders
		}
		f, err := filter.Parse(w.Filter)
		if err != nil {
			continue
		}
		events, err := d.Store.EventsBetween(ctx, []string{w.Source}, now, now.Add(remindAhead))
		if err != nil {
			return err
		}
		for _, e := range d.here(events) {
			if e.Cancelled || !e.Missing.IsZero() || e.past(now) || !f.Match(e.Words()) {
				continue
			}
			for _, lead := range leads {
				if done[reminder{w.Room, e.ID, lead}] || !d.isDue(w.Room, e, lead, now) {
					continue
				}
				done[reminder{w.Room, e.ID, lead}] = true
				first, err := d.Store.Reminded(ctx, w.Room, e.ID, lead.String(), e.Start)
				if err != nil {
					return err
				}
				if !first {
					continue
				}
				if due[w.Room] == nil {
					order = append(order, w.Room)
				}
				if !slices.ContainsFunc(due[w.Room], func(o Event) bool { return o.ID == e.ID }) {
					due[w.Room] = append(due[w.Room], e)
				}
			}
		}
	}
	for _, room := range order {
		first := due[room][0]
		cause := fmt.Sprintf("agenda reminder %s %d %d", room, first.ID, now.UnixMilli())
		if err := d.say(ctx, room, cause, "agenda-reminder", d.viewList(due[room], now)); err != nil {
			return err
		}
	}
	return nil
}

// remindAhead bounds how far ahead an event may start to be checked for reminders:
// the longest lead plus the longest quiet time.
const remindAhead = 40 * 24 * time.Hour

// isDue reports whether a room gets a reminder of an event by now. It gets none when
// the bot read the event, or its new start, after the reminder was due: the room has
// just heard of it.
func (d *Calendars) isDue(room chat.RoomID, e Event, lead Lead, now time.Time) bool {
	at, ok := lead.at(e)
	if !ok || at.Before(e.Seen) || at.Before(e.Changed) {
		return false
	}
	at, ok = outsideQuiet(at, e, d.Quiet(room))
	if !ok || at.After(now) {
		return false
	}
	_, held := d.Quiet(room).Until(now)
	return !held
}

// tellWeeks posts the events up to the next list in the rooms that watch a calendar
// weekly.
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
	return d.say(ctx, w.Room, cause, "agenda-week", d.viewList(events, now))
}

// say renders a template and posts it in a room. A second call with the same cause
// posts nothing.
func (d *Calendars) say(ctx context.Context, room chat.RoomID, cause, template string, data any) error {
	lang := d.Rooms.Of(room).Language
	html, err := locale.Render(lang, template, data)
	if err != nil {
		return errors.Join(fmt.Errorf("say %s", template), err)
	}
	return d.Queue.Post(ctx, chat.Cause(cause), chat.Post{Room: room, Priority: chat.Announcement, HTML: html, Lang: lang})
}
