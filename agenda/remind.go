package agenda

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"heraut/schedule"
	"heraut/text"
)

// Lead is how long before an event its reminder comes: a number of calendar days, at
// eveHour in the morning, or an exact duration.
type Lead struct {
	// Days counts calendar days; the reminder comes at eveHour. Zero: Before
	// applies.
	Days   int
	Before time.Duration
}

// eveHour is the hour of the reminders that come days before.
const eveHour = 9

// ErrLeads reports a text that names no valid reminders.
var ErrLeads = errors.New("not reminders")

// maxLeads bounds the reminders of an event.
const maxLeads = 4

var leadForm = regexp.MustCompile(`^(\d{1,3})(min|mn|m|h|j|d)$`)

// ParseLeads parses a list such as «veille,1h» of at most maxLeads reminders: the day
// before, days (3j, up to 30), hours and minutes (30min, in steps of 5, up to 72
// hours), in French or English. It leaves out repetitions. The error is ErrLeads, also
// for an empty text.
func ParseLeads(s string) ([]Lead, error) {
	var all []Lead
	for word := range strings.SplitSeq(text.Fold(s), ",") {
		lead, ok := parseLead(strings.ReplaceAll(word, " ", ""))
		if !ok || len(all) == maxLeads {
			return nil, ErrLeads
		}
		if !slices.Contains(all, lead) {
			all = append(all, lead)
		}
	}
	return all, nil
}

func parseLead(word string) (Lead, bool) {
	switch word {
	case "veille", "jour", "eve", "day":
		return Lead{Days: 1}, true
	case "semaine", "week":
		return Lead{Days: 7}, true
	case "heure", "hour":
		return Lead{Before: time.Hour}, true
	}
	f := leadForm.FindStringSubmatch(word)
	if f == nil {
		return Lead{}, false
	}
	n, _ := strconv.Atoi(f[1])
	lead := Lead{}
	switch f[2] {
	case "j", "d":
		lead.Days = n
	case "h":
		lead.Before = time.Duration(n) * time.Hour
	default:
		lead.Before = time.Duration(n) * time.Minute
	}
	return lead, n > 0 && lead.Days <= 30 && lead.Before <= 72*time.Hour && lead.Before%(5*time.Minute) == 0
}

// String returns the lead in the form that ParseLeads reads.
func (l Lead) String() string {
	switch {
	case l.Days == 1:
		return "veille"
	case l.Days > 0:
		return fmt.Sprintf("%dj", l.Days)
	case l.Before%time.Hour == 0:
		return fmt.Sprintf("%dh", l.Before/time.Hour)
	}
	return fmt.Sprintf("%dmin", l.Before/time.Minute)
}

// LeadsText returns the leads in the form that ParseLeads reads: «veille,1h». It is
// empty for no leads, a text that ParseLeads refuses.
func LeadsText(all []Lead) string {
	words := make([]string, len(all))
	for i, l := range all {
		words[i] = l.String()
	}
	return strings.Join(words, ",")
}

// at returns when the reminder of the event e is due: the time l.Before ahead of its
// start or, if l.Days is set, at eveHour on the day that many days before. ok is false
// for an all-day event if the lead is in hours or minutes, since such an event has no
// start time.
func (l Lead) at(e Event) (at time.Time, ok bool) {
	if l.Days > 0 {
		y, m, d := e.Start.Date()
		return time.Date(y, m, d-l.Days, eveHour, 0, 0, 0, e.Start.Location()), true
	}
	return e.Start.Add(-l.Before), !e.AllDay
}

const (
	// tooLate is the time before an event after which a reminder that quiet hours
	// delay no longer helps.
	tooLate = 30 * time.Minute
	// earlier bounds how far outsideQuiet moves a reminder forward.
	earlier = 5 * 24 * time.Hour
)

// outsideQuiet returns when to send a reminder of e that is due at the time at. If at
// is not in the room's quiet hours, the result is at. If it is, the result is the end
// of the quiet hours or, if that is too close to the event, the last full hour before
// they begin. It returns false if that hour is more than the constant earlier before
// at.
func outsideQuiet(at time.Time, e Event, quiet schedule.Quiet) (time.Time, bool) {
	until, held := quiet.Until(at)
	if !held {
		return at, true
	}
	if !until.After(e.Start.Add(-tooLate)) || e.AllDay && until.Before(e.End) {
		return until, true
	}
	const step = time.Hour
	for t := at.Truncate(step).Add(-step); at.Sub(t) <= earlier; t = t.Add(-step) {
		if _, held := quiet.Until(t); !held {
			return t, true
		}
	}
	return time.Time{}, false
}
