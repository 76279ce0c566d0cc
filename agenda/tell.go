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

// pend stores the changes of a source for each room that has a watch which matches
// them, each change with the earliest due time of these watches. It logs and skips a
// watch whose filter or rhythm cannot be parsed.
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

// dueFor returns the time due at which the room of the watch w hears of the change c:
// the next time of its rhythm. For an immediate watch, that is now or the end of the
// room's quiet hours; so it is for a weekly watch if the event's old or new start is
// before the next list. ok is false if the room gets no message about it: the filter of
// w matches the event neither before nor after the change, or w is weekly and the next
// list comes before the event. The error means that the filter or the rhythm of w
// cannot be parsed.
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
// All of it is one transaction.
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

// tellChanges posts the pending changes that are due, and deletes them. It only deletes
// a change that is no longer true, whose event is past, or whose calendar the room no
// longer watches.
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

// holds reports whether the change c, which waits to be posted, is still true and
// useful: the event is not past, and it is still cancelled if c says so, or not
// cancelled otherwise; an event that moved must still have another time or place than
// the room knows. The caller has set c.Event to the event's present row.
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
		var events []Event
		for _, c := range changes {
			events = append(events, c.Event)
		}
		return d.say(ctx, room, cause, "agenda-changes", d.viewChanges(changes), events...)
	}
	for _, c := range changes {
		cause := fmt.Sprintf("agenda %s %s %d %d", c.What, room, c.Event.ID, c.Event.Revision)
		if err := d.say(ctx, room, cause, "agenda-change", d.viewChange(c), c.Event); err != nil {
			return err
		}
	}
	return nil
}

// say renders a template and posts the result, a message about the given events, in a
// room. A second call with the same cause posts nothing.
func (d *Calendars) say(ctx context.Context, room chat.RoomID, cause, template string, data any, about ...Event) error {
	lang := d.Rooms.Of(room).Language
	html, err := locale.Render(lang, template, data)
	if err != nil {
		return errors.Join(fmt.Errorf("say %s", template), err)
	}
	post := chat.Post{Room: room, Priority: chat.Announcement, HTML: html, Lang: lang}
	if d.Guard != nil {
		var locations []string
		for _, e := range about {
			locations = append(locations, d.locationOf(e.Source))
		}
		if post.Guard, err = d.Guard(ctx, room, locations); err != nil {
			return err
		}
	}
	return d.Queue.Post(ctx, chat.Cause(cause), post)
}
