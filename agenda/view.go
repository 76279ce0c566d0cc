package agenda

import "time"

// EventView is an event as the templates render it.
type EventView struct {
	Event
	// Today and Tomorrow report whether the event starts on the day of the message
	// or on the next one; lists alone set them.
	Today, Tomorrow bool
}

// WholeDays reports whether the templates show the event without hours: it lasts all
// day, or runs from midnight to midnight, as some calendars write days.
func (v EventView) WholeDays() bool {
	midnight := func(t time.Time) bool { return t.Hour() == 0 && t.Minute() == 0 }
	return v.AllDay || midnight(v.Start) && midnight(v.End) && v.End.After(v.Start)
}

// SeveralDays reports whether the event ends on another day than it starts.
func (v EventView) SeveralDays() bool {
	last := v.Last()
	return last.YearDay() != v.Start.YearDay() || last.Year() != v.Start.Year()
}

// Last returns the end of the event as people say it: the last day of an event that is
// shown without hours, the time of the end of any other event. For an event without a
// duration, that is its start.
func (v EventView) Last() time.Time {
	if v.WholeDays() {
		return v.LastDay()
	}
	return v.End
}

// HasEnd reports whether the event ends after it starts; the templates show no end
// otherwise.
func (v EventView) HasEnd() bool { return v.End.After(v.Start) }

// maxURL bounds the addresses in a message, in bytes, so that a list of the longest
// ones still fits into one Matrix event.
const maxURL = 300

// Page returns the address of the event's page; empty if there is none or it is
// longer than maxURL.
func (v EventView) Page() string {
	if len(v.URL) > maxURL {
		return ""
	}
	return v.URL
}

// changeView is a Change with its times in the zone of messages, for the templates.
type changeView struct {
	What  What
	Event EventView
	Was   EventView
	More  int
}

// PlaceMoved reports whether the event moved to another place. A place that is missing
// before or after the change does not count.
func (c changeView) PlaceMoved() bool {
	return c.Was.Location != "" && c.Event.Location != "" && c.Was.Location != c.Event.Location
}

// TimeMoved reports whether the event starts at another time than before, or became an
// all-day event or ceased to be one.
func (c changeView) TimeMoved() bool {
	return !c.Event.Start.Equal(c.Was.Start) || c.Event.AllDay != c.Was.AllDay
}

func (d *Calendars) viewEvent(e Event) EventView {
	e.Start, e.End = e.Start.In(d.Zone), e.End.In(d.Zone)
	return EventView{Event: e}
}

func (d *Calendars) viewChange(c Change) changeView {
	return changeView{What: c.What, Event: d.viewEvent(c.Event), Was: d.viewEvent(c.Was), More: c.More}
}

// listed is how many events a list shows.
const listed = 15

// changesView is a list of changes for the templates; More counts those left out.
type changesView struct {
	Items []changeView
	More  int
}

func (d *Calendars) viewChanges(all []Change) changesView {
	v := changesView{More: max(0, len(all)-listed)}
	for _, c := range all[:min(len(all), listed)] {
		v.Items = append(v.Items, d.viewChange(c))
	}
	return v
}

// ListView is a list of events for the templates, which put one heading before the
// events of a day. More counts the events left out.
type ListView struct {
	Items []EventView
	More  int
}

// View returns events in the form in which the templates render them. It takes the
// first events, at most as many as the constant listed, and counts the others in More.
// The templates say today for the day of now, and tomorrow for the day after it.
func (d *Calendars) View(all []Event, now time.Time) ListView { return d.viewList(all, now) }

func (d *Calendars) viewList(all []Event, now time.Time) ListView {
	v := ListView{More: max(0, len(all)-listed)}
	day := func(t time.Time) string { return t.In(d.Zone).Format(time.DateOnly) }
	for _, e := range all[:min(len(all), listed)] {
		one := d.viewEvent(e)
		one.Today = day(e.Start) == day(now)
		one.Tomorrow = day(e.Start) == day(now.In(d.Zone).AddDate(0, 0, 1))
		v.Items = append(v.Items, one)
	}
	return v
}
