package calendar

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// vevent is a parsed VEVENT of an iCalendar file: an event, its repetition rules, and
// the occurrence of another event that it replaces, if any.
type vevent struct {
	Event
	sequence int
	modified string
	start    moment
	end      *moment
	length   *length
	rules    []recurrence
	exrules  []recurrence
	rdates   []period
	exdates  []moment
	id       *moment // RECURRENCE-ID: the occurrence of its series that it overrides
	onwards  bool    // and all later ones: RANGE=THISANDFUTURE
}

// series is an event together with the events that replace single occurrences of it.
// master is the event itself; nil if the file has only replacements.
type series struct {
	master    *vevent
	overrides []*vevent
}

// parseEvent parses the VEVENT component c, with the zones z of its calendar.
// allCancelled marks a calendar that cancels all its events. It returns false if the
// event has no readable start.
func parseEvent(c *component, z *zones, allCancelled bool) (*vevent, bool) {
	p := c.find("DTSTART")
	if p == nil {
		return nil, false
	}
	if zone := c.text("TZID"); zone != "" { // Apple writes it as a property
		own := *z
		own.resting = z.named(zone)
		z = &own
	}
	start, err := parseMoment(p.value, p.params, z)
	if err != nil {
		return nil, false
	}
	v := &vevent{start: start, modified: c.get("LAST-MODIFIED")}
	v.UID = c.text("UID")
	v.Title = oneLine(c.text("SUMMARY"))
	v.Location = oneLine(c.text("LOCATION"))
	v.Text = plain(c.text("DESCRIPTION"))
	v.URL = linkOf(c.text("URL"), v.Location)
	v.Cancelled = allCancelled || strings.EqualFold(c.text("STATUS"), "CANCELLED") || strings.EqualFold(c.text("STATUS"), "CANCELED")
	v.sequence, _ = strconv.Atoi(c.text("SEQUENCE"))
	for _, p := range c.props {
		v.readTimes(p, z)
		if p.name == "CATEGORIES" {
			for category := range strings.SplitSeq(p.value, ",") {
				if category = oneLine(unescape(category)); category != "" {
					v.Categories = append(v.Categories, category)
				}
			}
		}
	}
	return v, true
}

// readTimes stores in v the value of a property about the event's times: its end,
// length, repetition, extra and excluded dates, and the occurrence that it replaces. It
// ignores other properties and unreadable values.
func (v *vevent) readTimes(p property, z *zones) {
	switch p.name {
	case "DTEND":
		if end, err := parseMoment(p.value, p.params, z); err == nil && v.end == nil {
			v.end = &end
		}
	case "DURATION":
		if l, ok := parseLength(p.value); ok {
			v.length = &l
		}
	case "RRULE":
		if rule, ok := parseRule(p.value); ok && len(v.rules) < maxRules {
			v.rules = append(v.rules, rule)
		}
	case "EXRULE":
		if rule, ok := parseRule(p.value); ok && len(v.exrules) < maxRules {
			v.exrules = append(v.exrules, rule)
		}
	case "RDATE":
		v.rdates = append(v.rdates, parsePeriods(p, z)...)
	case "EXDATE":
		for _, day := range parsePeriods(p, z) {
			v.exdates = append(v.exdates, day.start)
		}
	case "RECURRENCE-ID":
		if id, err := parseMoment(p.value, p.params, z); err == nil {
			v.id = &id
			v.onwards = strings.EqualFold(p.params["RANGE"], "THISANDFUTURE")
		}
	}
}

// maxRules bounds the number of rules of one event.
const maxRules = 10

// duration returns how long an occurrence of the event lasts, from its end or, if that
// is missing or not after the start, from its stated length, if that is positive. An
// event without a usable one of them lasts a day if its start is a date, and no time if
// its start has a time of day.
func (v *vevent) duration() length {
	if v.end != nil {
		if l := v.untilEnd(); l.positive() {
			return l
		}
	}
	if v.length != nil && v.length.positive() {
		return *v.length
	}
	if v.start.date {
		return length{days: 1}
	}
	return length{}
}

// untilEnd returns the time from the event's start to its end, negative or zero if the
// end is not after the start. v.end must not be nil.
func (v *vevent) untilEnd() length {
	if v.start.date {
		return length{days: int(v.end.wall.Truncate(24*time.Hour).Sub(v.start.wall) / (24 * time.Hour))}
	}
	end := v.end.instant(v.start.zone)
	d := end.Sub(v.start.instant(nil))
	// A whole day stays a day when clocks change within a series.
	days := int(d / (24 * time.Hour))
	if d > 0 && wallOf(end, v.start.zone).Sub(v.start.wall) == time.Duration(days)*24*time.Hour {
		return length{days: days}
	}
	return length{exact: d}
}

// group returns a series for each event in all, with the events that replace its
// occurrences (by UID). Of several versions of one event, the latest stays.
// Replacements whose event is missing form a series without a master.
func group(all []*vevent) []*series {
	var list []*series
	byUID := map[string][]*series{}
	add := func(s *series, uid string) {
		list = append(list, s)
		if uid != "" {
			byUID[uid] = append(byUID[uid], s)
		}
	}
	for _, v := range all {
		if v.id != nil {
			continue
		}
		same := slices.IndexFunc(byUID[v.UID], func(s *series) bool { return replaces(s.master, v) || replaces(v, s.master) })
		switch {
		case v.UID == "" || same < 0:
			add(&series{master: v}, v.UID)
		case replaces(v, byUID[v.UID][same].master):
			byUID[v.UID][same].master = v
		}
	}
	for _, v := range all {
		if v.id == nil {
			continue
		}
		of := byUID[v.UID]
		if v.UID == "" || len(of) == 0 {
			add(&series{}, v.UID)
			of = list[len(list)-1:]
		}
		of[0].override(v)
	}
	return list
}

// override adds v, which replaces an occurrence, to the series. Of two versions of the
// same replacement, the newer one stays. v.id must not be nil.
func (s *series) override(v *vevent) {
	for i, other := range s.overrides {
		if other.id.wall.Equal(v.id.wall) && other.id.date == v.id.date && other.id.zone == v.id.zone {
			if newer(v, other) {
				s.overrides[i] = v
			}
			return
		}
	}
	s.overrides = append(s.overrides, v)
}

// replaces reports whether a is a later version of the event b and so takes its place.
// Both must have the same UID. If the sequence numbers differ, the higher one wins. If
// they are equal, two events with different titles are different events. If the titles
// are equal too, the later date of change wins. If these dates are equal or one is
// missing, a takes the place of b if it has the same start, and is a different event if
// not.
func replaces(a, b *vevent) bool {
	if a.sequence != b.sequence {
		return a.sequence > b.sequence
	}
	same := a.Title == b.Title
	if same && a.modified != "" && b.modified != "" && a.modified != b.modified {
		return a.modified > b.modified
	}
	return same && a.start.wall.Equal(b.start.wall) && a.start.date == b.start.date
}

func newer(a, b *vevent) bool {
	if a.sequence != b.sequence {
		return a.sequence > b.sequence
	}
	return a.modified >= b.modified
}
