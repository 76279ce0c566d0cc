package agenda

import (
	"context"
	"fmt"
	"slices"
	"time"

	"heraut/announce"
	"heraut/chat"
	"heraut/filter"
)

// remind posts the reminders that are due by the given watches, one message for each
// room, and stores that they were sent. Cancelled events and those missing in their
// calendar get none. A reminder delayed by an outage still goes out until the event
// begins.
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
		if err := d.say(ctx, room, cause, "agenda-reminder", d.viewList(due[room], now), due[room]...); err != nil {
			return err
		}
	}
	return nil
}

// remindAhead bounds how far ahead an event may start to be checked for reminders:
// the longest lead plus the longest quiet time.
const remindAhead = 40 * 24 * time.Hour

// isDue reports whether a room gets a reminder of an event now. It gets none in its
// quiet hours. It also gets none if the bot first read the event, or its new start,
// after the reminder was due: the room has just heard of the event then.
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
