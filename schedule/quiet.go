package schedule

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/fr"
)

// Quiet holds the quiet hours of a room: daily slots, weekends, French public holidays
// and single days. Posts that would go at once wait for their end; digests do not. The
// zero value has no quiet hours and no Zone, without which Until and Begins panic.
type Quiet struct {
	Zone *time.Location
	// Slots are the quiet hours of every day, at most maxSlots, which do not overlap.
	Slots    []Slot
	Weekends bool
	Holidays bool     // France's public holidays
	Days     []string // further days off, such as «2026-05-15», at most maxDays
}

// Slot is a part of every day. If To is before From, it lasts until the next day; they
// are never equal.
type Slot struct{ From, To Clock }

const (
	maxSlots = 2
	maxDays  = 30
)

// String returns the slot as «20:00-08:00».
func (s Slot) String() string { return s.From.String() + "-" + s.To.String() }

// holds reports whether clocks that show c are in the slot.
func (s Slot) holds(c Clock) bool {
	if s.From < s.To {
		return s.From <= c && c < s.To
	}
	return c >= s.From || c < s.To
}

// overlaps reports whether two slots share a minute.
func (s Slot) overlaps(other Slot) bool { return s.holds(other.From) || other.holds(s.From) }

// NewQuiet returns quiet hours in the time zone zone as the configuration has them by
// default: from 20:00 to 08:00, weekends and public holidays. Only tests call it.
func NewQuiet(zone *time.Location) Quiet {
	return Quiet{Zone: zone, Slots: []Slot{{From: 20 * 60, To: 8 * 60}}, Weekends: true, Holidays: true}
}

// ErrQuiet is the error for a text that does not parse as quiet hours.
var ErrQuiet = errors.New("not quiet hours")

// The names of the parts of quiet hours, folded; the first of each is canonical.
var (
	quietNever    = []string{"aucun", "aucune", "rien"}
	quietWeekends = []string{"weekends", "weekend", "week-ends", "week-end"}
	quietHolidays = []string{"feries", "ferie"}
)

// ParseQuiet parses «20:00-08:00 weekends feries», any part of it, and «aucun», in
// upper or lower case, with or without accents, in any language of the bot. There may
// be two slots, and days off by their dates, «2026-05-15» or «15/05/2026»; the result
// holds both sorted, and zone. The error is ErrQuiet: for an empty text, an unknown or
// repeated word, overlapping slots, slots that fill the whole day, and more than
// maxSlots or maxDays.
func ParseQuiet(typed string, zone *time.Location) (Quiet, error) {
	q := Quiet{Zone: zone}
	words := canonical(typed)
	if len(words) == 0 {
		return q, ErrQuiet
	}
	if len(words) == 1 && slices.Contains(quietNever, words[0]) {
		return q, nil
	}
	for _, word := range words {
		day, isDay := parseDay(word)
		slot, isSlot := parseSlot(word)
		switch {
		case slices.Contains(quietWeekends, word) && !q.Weekends:
			q.Weekends = true
		case slices.Contains(quietHolidays, word) && !q.Holidays:
			q.Holidays = true
		case isDay && !slices.Contains(q.Days, day) && len(q.Days) < maxDays:
			q.Days = append(q.Days, day)
		case isSlot && len(q.Slots) < maxSlots && !slices.ContainsFunc(q.Slots, slot.overlaps):
			q.Slots = append(q.Slots, slot)
		default:
			return Quiet{Zone: zone}, ErrQuiet
		}
	}
	if len(q.Slots) == 2 && q.Slots[0].To == q.Slots[1].From && q.Slots[1].To == q.Slots[0].From { // all day
		return Quiet{Zone: zone}, ErrQuiet
	}
	slices.Sort(q.Days)
	slices.SortFunc(q.Slots, func(a, b Slot) int { return int(a.From - b.From) })
	return q, nil
}

// parseDay parses a date such as «2026-05-15» or «15/05/2026», and returns it in the
// first form; false for other texts.
func parseDay(word string) (string, bool) {
	for _, layout := range []string{time.DateOnly, "02/01/2006"} {
		if day, err := time.Parse(layout, word); err == nil {
			return day.Format(time.DateOnly), true
		}
	}
	return "", false
}

func parseSlot(word string) (Slot, bool) {
	from, to, ok := ParseNight(word)
	return Slot{from, to}, ok && from != to
}

// ParseNight parses the hours of a night, for example «20:00-08:00», into its start and
// its end, which may be equal. The empty text means no night: both are 0, and ok is
// true. ok is false for any other text.
func ParseNight(typed string) (from, to Clock, ok bool) {
	if typed == "" {
		return 0, 0, true
	}
	evening, morning, _ := strings.Cut(typed, "-")
	if from, ok = parseClock(strings.TrimSpace(evening)); ok {
		to, ok = parseClock(strings.TrimSpace(morning))
	}
	return from, to, ok
}

// String returns the quiet hours in canonical form, which ParseQuiet accepts; «aucun»
// if there are none. It leaves out the zone.
func (q Quiet) String() string {
	var words []string
	for _, slot := range q.Slots {
		words = append(words, slot.String())
	}
	if q.Weekends {
		words = append(words, quietWeekends[0])
	}
	if q.Holidays {
		words = append(words, quietHolidays[0])
	}
	words = append(words, q.Days...)
	if words == nil {
		return quietNever[0]
	}
	return strings.Join(words, " ")
}

// Until reports whether now is in quiet hours, and returns the end of the unbroken run
// of them, such as a night before a holiday. Outside quiet hours it returns now itself
// and false. It panics if q has no Zone.
func (q Quiet) Until(now time.Time) (time.Time, bool) {
	t := now
	for range 200 { // longer than any run of nights, holidays and days off
		end, quiet := q.until(t.In(q.Zone))
		if !quiet {
			break
		}
		t = end
	}
	return t, t.After(now)
}

// until reports whether t, a time in q.Zone, is in a day off or in a slot of q, and
// returns when that day or slot ends. Another one may follow at once. If t is in none,
// end is t.
func (q Quiet) until(t time.Time) (end time.Time, quiet bool) {
	if q.isOff(t) {
		return Clock(0).on(t, 1), true
	}
	for _, slot := range q.Slots {
		length := 0 // in days
		if slot.To < slot.From {
			length = 1
		}
		for _, day := range []int{-length, 0} {
			end := slot.To.on(t, day+length)
			if !t.Before(slot.From.on(t, day)) && t.Before(end) {
				return end, true
			}
		}
	}
	return t, false
}

// isOff reports whether all of the day of t, a local time, is quiet.
func (q Quiet) isOff(t time.Time) bool {
	return q.Weekends && cal.IsWeekend(t) || q.Holidays && isHoliday(t) || slices.Contains(q.Days, t.Format(time.DateOnly))
}

// maxSearchDays bounds the search of Begins, in days: no two holidays are further apart.
const maxSearchDays = 366

// Begins returns the start of the next quiet hours after t, in q.Zone; zero if there
// are none within a year. t must not be in quiet hours itself, and q needs a Zone.
func (q Quiet) Begins(t time.Time) time.Time {
	local := t.In(q.Zone)
	var first time.Time
	for _, slot := range q.Slots {
		at := slot.From.on(local, 0)
		if !at.After(t) {
			at = slot.From.on(local, 1)
		}
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	for day := 1; day <= maxSearchDays; day++ {
		midnight := Clock(0).on(local, day)
		if !first.IsZero() && !midnight.Before(first) {
			break
		}
		if q.isOff(midnight) {
			return midnight
		}
	}
	return first
}

var france = cal.Calendar{Holidays: fr.Holidays}

func isHoliday(t time.Time) bool {
	holiday, _, _ := france.IsHoliday(t)
	return holiday
}
