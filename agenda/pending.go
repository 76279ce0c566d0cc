package agenda

import (
	"context"
	"slices"
	"time"

	"heraut/chat"
)

// Pending is a change of an event that waits to be posted in a room at the time Due.
// The change's field Was is the event as the room last heard of it.
type Pending struct {
	Room chat.RoomID
	Due  time.Time
	Change
}

// pendOne stores the pending change p. If waiting holds one of the same room and event,
// pendOne merges the two into one; if they cancel each other out, it deletes the stored
// one instead.
func (d *Calendars) pendOne(ctx context.Context, p Pending, waiting []Pending) error {
	i := slices.IndexFunc(waiting, func(w Pending) bool { return w.Room == p.Room && w.Event.ID == p.Event.ID })
	if i >= 0 {
		var any bool
		if p.Change, any = merged(waiting[i].Change, p.Change); !any {
			return d.Store.DeletePendingEvent(ctx, p.Room, p.Event.ID)
		}
	}
	return d.Store.SavePendingEvent(ctx, p)
}

// merged returns the one change c that replaces two changes of the same event: before,
// which waits and which the room has not heard of, and next, which follows it. any is
// false if both together change nothing for the room: the event is again as the room
// knows it.
func merged(before, next Change) (c Change, any bool) {
	c = next
	c.Was = before.Was // what the room knows
	switch {
	case before.What == New: // the room does not know the event
		c.What = New
		return c, next.What != Cancelled
	case before.What == Restored: // the room believes that the event is cancelled
		c.What = Restored
		return c, next.What != Cancelled
	case next.What == Cancelled:
		return c, true
	}
	c.What = Moved
	return c, hasMoved(c.Was, c.Event)
}

// hasMoved reports whether an event has another start or another place than before, or
// became an all-day event or ceased to be one. A new end alone does not count, nor a
// place that is missing on one side.
func hasMoved(was, now Event) bool {
	return !was.Start.Equal(now.Start) || was.AllDay != now.AllDay ||
		was.Location != now.Location && was.Location != "" && now.Location != ""
}
