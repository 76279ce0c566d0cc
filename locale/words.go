package locale

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"
)

// grammar holds how a language writes numbers, dates, lists and articles.
type grammar struct {
	and       string // before the last item of a list
	others    string // ends a truncated list, with the number of the other items
	other     string // the same for one other item
	thousands string
	months    [12]string
	weekdays  [7]string // from Sunday on
	// one reports whether n takes the singular.
	one func(n int) bool
	day func(d int) string
	// article returns the article that a service's name takes after "by", with its
	// space; empty if it takes none, or has one.
	article func(name string) string
}

var grammars = map[string]grammar{
	"fr": {
		and:       " et ",
		others:    "%s autres",
		other:     "1 autre",
		thousands: "\u202F",
		months: [12]string{"janvier", "février", "mars", "avril", "mai", "juin",
			"juillet", "août", "septembre", "octobre", "novembre", "décembre"},
		weekdays: [7]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
		one:      func(n int) bool { return n < 2 },
		day: func(d int) string {
			if d == 1 {
				return "1er"
			}
			return strconv.Itoa(d)
		},
		article: frenchArticle,
	},
	"en": {
		and:       " and ",
		others:    "%s others",
		other:     "1 other",
		thousands: ",",
		months: [12]string{"January", "February", "March", "April", "May", "June",
			"July", "August", "September", "October", "November", "December"},
		weekdays: [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		one:      func(n int) bool { return n == 1 },
		day:      strconv.Itoa,
		article:  englishArticle,
	},
}

// functions returns the functions that the templates of a language can call.
func functions(lang string) template.FuncMap {
	g := grammars[lang]
	return template.FuncMap{
		"lang":     func() string { return lang },
		"date":     g.date,
		"weekday":  func(t time.Time) string { return g.weekdays[t.Weekday()] },
		"number":   g.number,
		"count":    g.count,
		"sep":      g.sep,
		"list":     g.list,
		"by":       g.by,
		"short":    short,
		"id":       func(id any) string { return short(maxID, fmt.Sprint(id)) },
		"sentence": sentence,
		"phrase":   phrase,
		"link":     link,
		"purpose":  purpose,
		"given":    given,
		"license":  license,
	}
}

// date returns the day of t in its own time zone: « 3 septembre 2026 ».
func (g grammar) date(t time.Time) string {
	return fmt.Sprintf("%s %s %d", g.day(t.Day()), g.months[t.Month()-1], t.Year())
}

// number returns n in decimal, with the digits grouped by three as the language does:
// « 1 234 ».
func (g grammar) number(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + g.thousands + digits[i:]
	}
	return digits
}

// count returns a number with its noun: « 1 référent », « 3 référents ».
func (g grammar) count(n int, one, many string) string {
	if g.one(n) {
		many = one
	}
	return g.number(n) + "\u00A0" + many
}

// sep returns the text before the i-th of n items in a list, counted from 0: nothing,
// a comma, or « et ».
func (g grammar) sep(i, n int) string {
	switch i {
	case 0:
		return ""
	case n - 1:
		return g.and
	}
	return ", "
}

// maxID is the length of the longest identifier, in characters, by the Matrix
// specification: an id that is cut names nobody.
const maxID = 255

// maxListed is the longest name in a list, in characters.
const maxListed = 40

// list returns at most limit of the names as a text, and the number of the others: «
// a, b et 4 autres ».
func (g grammar) list(limit int, names []string) string {
	said := make([]string, 0, limit+1)
	for i, name := range names {
		if i == limit {
			if rest := len(names) - limit; rest == 1 {
				said = append(said, g.other)
			} else {
				said = append(said, fmt.Sprintf(g.others, g.number(rest)))
			}
			break
		}
		said = append(said, short(maxListed, name))
	}
	var b strings.Builder
	for i, name := range said {
		b.WriteString(g.sep(i, len(said)))
		b.WriteString(name)
	}
	return b.String()
}
