package calendar

import (
	"slices"
	"time"
)

// occurrence is the start of one occurrence of a recurring event, and its end if that
// differs from the usual length; nil: the usual length.
type occurrence struct {
	start moment
	end   *moment
}

// between returns the occurrences of the series that start within [from, to), with the
// changes of single occurrences applied. A few outside of that time may be among them.
// b limits the time spent; local is the readers' zone.
func (s *series) between(from, to time.Time, local *time.Location, b *budget) []Event {
	var events []Event
	used := make([]bool, len(s.overrides))
	if s.master != nil {
		by := s.replacements(local)
		for _, o := range s.master.occurrences(from.Add(-by.reach), to.Add(by.reach), local, b) {
			i := by.single.find(o.start)
			if i >= 0 {
				used[i] = true
				if !s.overrides[i].onwards {
					continue // its override adds it below
				}
			}
			events = append(events, s.event(o, by.onwardsFrom(o.start, local), local))
		}
	}
	deleted := s.deletions(local)
	for i, v := range s.overrides {
		// The series is newer than the override, and excludes the occurrence or no
		// longer has it: its owner changed it, then deleted it.
		if v.onwards && used[i] || s.master != nil && s.master.sequence > v.sequence &&
			(deleted.find(*v.id) >= 0 || !used[i] && !s.gives(*v.id, local, b)) {
			continue
		}
		events = append(events, v.event(occurrence{start: v.start}, v.id, local))
	}
	return events
}

// gives reports whether the rules of the recurring event produce the occurrence that
// starts at id. s.master must not be nil.
func (s *series) gives(id moment, local *time.Location, b *budget) bool {
	m, at := newMarks(s.master.start, local), id.instant(local)
	m.add(id, 0)
	near := s.master.occurrences(at.Add(-48*time.Hour), at.Add(48*time.Hour), local, b)
	return slices.ContainsFunc(near, func(o occurrence) bool { return m.find(o.start) >= 0 })
}

// deletions returns the dates that the recurring event excludes from its rules
// (EXDATE); none if the series has no master.
func (s *series) deletions(local *time.Location) *marks {
	if s.master == nil {
		return newMarks(moment{zone: local}, local)
	}
	return s.master.exclusions(local)
}

// exclusions returns the dates that the event excludes from its rules (EXDATE).
func (v *vevent) exclusions(local *time.Location) *marks {
	m := newMarks(v.start, local)
	for _, day := range v.exdates {
		m.add(day, 0)
	}
	return m
}

// occurrences returns the occurrences within [from, to] that the rules (RRULE) and the
// single dates (RDATE) of the event give, without the excluded ones. Single dates, and
// the start of an event without rules, come even if they are outside of that time.
func (v *vevent) occurrences(from, to time.Time, local *time.Location, b *budget) []occurrence {
	zone := v.start.zone
	if v.start.date {
		zone = local
	}
	wallFrom, wallTo := wallOf(from, zone), wallOf(to, zone)
	var all []occurrence
	for _, rule := range v.rules {
		for _, wall := range rule.between(v.start.wall, rule.end(v.start, local), wallFrom, wallTo, b) {
			all = append(all, occurrence{start: v.start.at(wall)})
		}
	}
	if len(v.rules) == 0 {
		all = append(all, occurrence{start: v.start})
	}
	for _, p := range v.rdates {
		if p.start.date && !v.start.date { // at the hour of the others
			p.start = v.start.at(p.start.wall.Add(v.start.wall.Sub(v.start.wall.Truncate(24 * time.Hour))))
		} else if v.start.date {
			p.start = v.start.at(p.start.wall.Truncate(24 * time.Hour))
		}
		all = append(all, occurrence(p))
	}
	excluded := v.exclusions(local)
	for _, rule := range v.exrules {
		for _, wall := range rule.between(v.start.wall, rule.end(v.start, local), wallFrom, wallTo, b) {
			excluded.add(v.start.at(wall), 0)
		}
	}
	seen := map[int64]bool{}
	return slices.DeleteFunc(all, func(o occurrence) bool {
		unix := o.start.instant(local).Unix()
		if seen[unix] || excluded.find(o.start) >= 0 {
			return true
		}
		seen[unix] = true
		return false
	})
}

// at returns a copy of the moment m with the local time wall in place of its own. The
// copy has the zone of m, and is a date without a time if m is one.
func (m moment) at(wall time.Time) moment {
	m.wall = wall
	return m
}

// end returns the last start that the rule's UNTIL allows, in the local time of the
// series; start is the first start of the series. The result is zero if the rule has no
// UNTIL, or one that cannot be parsed.
func (r recurrence) end(start moment, local *time.Location) time.Time {
	if r.until == "" {
		return time.Time{}
	}
	until, err := parseMoment(r.until, nil, &zones{resting: start.zone})
	switch {
	case err != nil:
		return time.Time{}
	case until.date: // the whole day counts
		return until.wall.Add(24*time.Hour - time.Second)
	case start.date && until.zone == time.UTC && !until.floating:
		return wallOf(until.instant(local), local)
	}
	return wallOf(until.instant(local), start.zone)
}

// marks is an index of dates that refer to occurrences of a series, such as those to
// exclude. A date without a time refers to the whole day. A time without a zone is in
// the zone of the series or the readers.
type marks struct {
	series               moment
	local                *time.Location
	instants, days, wall map[int64]int // the index of the date, by Unix seconds
}

func newMarks(series moment, local *time.Location) *marks {
	return &marks{series, local, map[int64]int{}, map[int64]int{}, map[int64]int{}}
}

func dayOf(t time.Time) time.Time { return t.Truncate(24 * time.Hour) }

// add adds the date d to the index, so that find returns i for occurrences to which d
// refers.
func (m *marks) add(d moment, i int) {
	switch {
	case d.date, m.series.date && d.wall.Equal(dayOf(d.wall)): // Exchange writes midnight
		m.days[d.wall.Unix()] = i
	case m.series.date:
		m.days[dayOf(wallOf(d.instant(m.local), m.local)).Unix()] = i
	default:
		m.instants[d.instant(m.local).Unix()] = i
		if d.floating {
			m.wall[d.wall.Unix()] = i
		}
	}
}

// find returns the number i that the caller gave to add with a date which refers to the
// occurrence with that start; -1 if no date refers to it.
func (m *marks) find(start moment) int {
	wall := start.wall
	if !m.series.date {
		if i, ok := m.instants[start.instant(m.local).Unix()]; ok {
			return i
		}
		wall = wallOf(start.instant(m.local), m.series.zone)
		if i, ok := m.wall[wall.Unix()]; ok {
			return i
		}
	}
	if i, ok := m.days[dayOf(wall).Unix()]; ok {
		return i
	}
	return -1
}

// replacements holds the events that a calendar gives in place of occurrences of one
// series: of single ones, or of all from a start on (RECURRENCE-ID).
type replacements struct {
	single  *marks
	onwards []*vevent // by the replaced start, the latest first
	// reach is how far onwards moves occurrences, by which the searched window grows on
	// both sides.
	reach time.Duration
}

func (s *series) replacements(local *time.Location) replacements {
	r := replacements{single: newMarks(s.master.start, local)}
	for i, v := range s.overrides {
		r.single.add(*v.id, i)
		if v.onwards {
			r.onwards = append(r.onwards, v)
			moved := v.start.instant(local).Sub(v.id.instant(local)).Abs()
			r.reach = max(r.reach, min(moved, maxReach)+24*time.Hour)
		}
	}
	slices.SortStableFunc(r.onwards, func(a, b *vevent) int { return b.id.instant(local).Compare(a.id.instant(local)) })
	return r
}

const maxReach = 400 * 24 * time.Hour

// onwardsFrom returns the override that replaces the occurrence with that start and all
// later ones (RANGE=THISANDFUTURE in iCalendar). An override that begins at an earlier
// start counts too; of several, the one that begins last wins. The result is nil if
// there is none.
func (r replacements) onwardsFrom(start moment, local *time.Location) *vevent {
	for _, v := range r.onwards {
		if !v.id.instant(local).After(start.instant(local)) {
			return v
		}
	}
	return nil
}

// event returns the Event of the occurrence o. v is an override of all occurrences from
// some start on, which gives the fields and moves the start; if it is nil, the master
// of the series gives the fields.
func (s *series) event(o occurrence, v *vevent, local *time.Location) Event {
	id := o.start
	switch {
	case v == nil && len(s.master.rules)+len(s.master.rdates) == 0:
		return s.master.event(o, nil, local)
	case v == nil:
		return s.master.event(o, &id, local)
	}
	// The override moves later occurrences by the same amount as its own.
	was := wallOf(v.id.instant(local), v.start.zone)
	now := wallOf(o.start.instant(local), v.start.zone)
	moved := v.start.at(now.Add(v.start.wall.Sub(was)))
	return v.event(occurrence{start: moved}, &id, local)
}

// event returns the Event of the occurrence o, with the fields of v and with times in
// local. id is the start that the rules of the series give this occurrence, and becomes
// its Recurrence; id is nil if v does not recur.
func (v *vevent) event(o occurrence, id *moment, local *time.Location) Event {
	e := v.Event
	e.AllDay = o.start.date
	e.Start = o.start.instant(local).In(local)
	if o.end != nil && o.end.instant(local).After(e.Start) {
		e.End = o.end.instant(local).In(local)
	} else {
		e.End = v.duration().after(o.start).instant(local).In(local)
	}
	switch {
	case id == nil:
	case id.date:
		e.Recurrence = id.wall.Format("20060102")
	default:
		e.Recurrence = id.instant(local).UTC().Format("20060102T150405Z")
	}
	return e
}
