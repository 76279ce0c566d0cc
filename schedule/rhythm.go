package schedule

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"heraut/locale"
	"heraut/text"
)

// ErrRhythm is the error for a text that does not parse as a rhythm. The template
// rhythm-fault is its message for people.
var ErrRhythm = errors.New("not a rhythm")

// Rhythm is the times at which a watch posts. The zero Rhythm is «immediat».
type Rhythm struct {
	every period
	day   time.Weekday // of a weekly rhythm
	at    Clock
}

type period int

const (
	immediate period = iota
	daily
	weekly
)

// The names of the periods and the days, folded; the first of each is canonical. Package
// locale knows those of the other languages.
var (
	periods = [...][]string{
		immediate: {"immediat", "immediatement"},
		daily:     {"quotidien", "quotidienne"},
		weekly:    {"hebdo", "hebdomadaire"},
	}
	weekdays = [...]string{
		time.Sunday: "dimanche", time.Monday: "lundi", time.Tuesday: "mardi", time.Wednesday: "mercredi",
		time.Thursday: "jeudi", time.Friday: "vendredi", time.Saturday: "samedi",
	}
)

// small are the folded words that ParseRhythm skips, such as «à» in «jeudi à 11:00».
var small = []string{"a", "at", "le", "on"}

// ParseRhythm parses «immediat», «quotidien 09:00» and «hebdo jeudi 11:00», in upper or
// lower case, with or without accents, in any language of the bot; it skips small words
// such as «à». For any other text, also a daily or weekly rhythm without its time, it
// returns the zero Rhythm and ErrRhythm.
func ParseRhythm(typed string) (Rhythm, error) {
	words := slices.DeleteFunc(canonical(typed), func(w string) bool { return slices.Contains(small, w) })
	if len(words) == 0 {
		return Rhythm{}, ErrRhythm
	}
	every := slices.IndexFunc(periods[:], func(names []string) bool { return slices.Contains(names, words[0]) })
	r := Rhythm{every: period(every)}
	if words = words[1:]; r.every == weekly && len(words) > 0 {
		day := slices.Index(weekdays[:], words[0])
		if day < 0 {
			return Rhythm{}, ErrRhythm
		}
		r.day, words = time.Weekday(day), words[1:]
	}
	switch {
	case r.every == immediate && len(words) == 0:
		return r, nil
	case every <= 0 || len(words) != 1:
		return Rhythm{}, ErrRhythm
	}
	var ok bool
	if r.at, ok = parseClock(words[0]); !ok {
		return Rhythm{}, ErrRhythm
	}
	return r, nil
}

// canonical returns the words of typed, each as the bot's own word for it («jeudi» for
// «Thursday»); a word that no language knows is folded.
func canonical(typed string) []string {
	words := strings.Fields(typed)
	for i, w := range words {
		words[i] = locale.Canonical(w)
	}
	return words
}

// String returns the rhythm in canonical form, which ParseRhythm accepts.
func (r Rhythm) String() string {
	switch r.every {
	case daily:
		return fmt.Sprintf("%s %v", periods[daily][0], r.at)
	case weekly:
		return fmt.Sprintf("%s %s %v", periods[weekly][0], weekdays[r.day], r.at)
	}
	return periods[immediate][0]
}

// IsImmediate reports whether the rhythm is «immediat»: posts then wait only for the
// end of quiet hours.
func (r Rhythm) IsImmediate() bool { return r.every == immediate }

// IsWeekly reports whether the watch posts once a week.
func (r Rhythm) IsWeekly() bool { return r.every == weekly }

// Next returns the first time later than after at which a watch with this rhythm posts,
// by the clocks of zone. For an immediate rhythm, the result is after itself. If clocks
// show the rhythm's time of day twice on a day, the first of the two counts; if they
// skip it, the instant of the jump counts.
func (r Rhythm) Next(after time.Time, zone *time.Location) time.Time {
	if r.every == immediate {
		return after
	}
	here := after.In(zone)
	for days := 0; ; days++ {
		t := r.at.on(here, days)
		year, month, day := here.Date()
		weekday := time.Date(year, month, day+days, 0, 0, 0, 0, time.UTC).Weekday()
		if t.After(after) && (r.every == daily || weekday == r.day) {
			return t
		}
	}
}

// CutRhythm splits typed, the text that a person typed after a source, into a filter
// and a rhythm. The rhythm begins at the last word that can begin a rhythm; it may
// still be invalid. Without such a word, a time of day at the end is the rhythm, since
// it cannot be meant otherwise. Without both, the rhythm is empty and the filter is
// typed, unchanged.
func CutRhythm(typed string) (filter, rhythm string) {
	words := strings.Fields(typed)
	for i := len(words) - 1; i >= 0; i-- {
		if slices.ContainsFunc(periods[:], func(names []string) bool { return slices.Contains(names, locale.Canonical(words[i])) }) {
			return strings.Join(words[:i], " "), strings.Join(words[i:], " ")
		}
	}
	if last := len(words) - 1; last >= 0 {
		if _, ok := parseClock(text.Fold(words[last])); ok {
			return strings.Join(words[:last], " "), words[last]
		}
	}
	return typed, ""
}
