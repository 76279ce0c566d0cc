package locale

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"heraut/text"
)

// grammar is the way in which a language writes numbers, dates, lists and articles.
type grammar struct {
	words
	// forms are the plural categories of whole numbers in the language, in the order in
	// which a template gives count its nouns.
	forms []plural.Form
	tag   language.Tag
}

// everyForm lists the plural categories in the order of Unicode's CLDR.
var everyForm = []plural.Form{plural.Zero, plural.One, plural.Two, plural.Few, plural.Many, plural.Other}

// newGrammar returns the rules of a language with the words w. The plural rule is that
// of Unicode's CLDR for the language w.Plural.
func newGrammar(w words) grammar {
	g := grammar{words: w, tag: language.Make(w.Plural)}
	used := map[plural.Form]bool{}
	for n := range 200 { // the rules look at the last two digits
		used[g.form(n)] = true
	}
	for _, f := range everyForm {
		if used[f] {
			g.forms = append(g.forms, f)
		}
	}
	return g
}

// form returns the plural category of n.
func (g grammar) form(n int) plural.Form {
	return plural.Cardinal.MatchPlural(g.tag, max(n, -n)%10_000_000, 0, 0, 0, 0)
}

// functions returns the functions that the templates of a language can call, by the
// names that templates use.
func (l *spoken) functions() template.FuncMap {
	g := sync.OnceValue(func() grammar { return newGrammar(l.words()) })
	return template.FuncMap{
		"lang":      l.dataLanguage,
		"language":  nameOf,
		"languages": Languages,
		"rhythm":    func(s string) string { return g().rhythm(s) },
		"date":      func(t time.Time) string { return g().date(t) },
		"weekday":   func(t time.Time) string { return g().Weekdays[t.Weekday()] },
		"number":    func(n int) string { return g().number(n) },
		"count":     func(n int, nouns ...string) string { return g().count(n, nouns...) },
		"sep":       func(i, n int) string { return g().sep(i, n) },
		"list":      func(limit int, names []string) string { return g().list(limit, names) },
		"by":        func(limit int, name string) string { return g().by(limit, name) },
		"short":     short,
		"id":        func(id any) string { return short(maxID, fmt.Sprint(id)) },
		"sentence":  sentence,
		"phrase":    phrase,
		"link":      link,
		"purpose":   purpose,
		"given":     given,
		"license":   license,
	}
}

// date returns the day of t in its own time zone: « 3 septembre 2026 ».
func (g grammar) date(t time.Time) string {
	day := strconv.Itoa(t.Day())
	if t.Day() == 1 && g.First != "" {
		day = g.First
	}
	return strings.NewReplacer("{day}", day, "{month}", g.Months[t.Month()-1], "{year}", strconv.Itoa(t.Year())).Replace(g.Date)
}

// number returns n in decimal, with the digits grouped by three as the language does:
// « 1 234 ».
func (g grammar) number(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + g.Thousands + digits[i:]
	}
	return digits
}

// count returns the number n, a no-break space and its noun: « 1 référent », « 3
// référents ». nouns holds one form of the noun for each plural category of the
// language, in the language's order; the last form serves for the categories without
// one.
func (g grammar) count(n int, nouns ...string) string {
	noun, form := "", g.form(n)
	for i, f := range g.forms {
		if i < len(nouns) {
			noun = nouns[i]
		}
		if f == form {
			break
		}
	}
	return g.number(n) + "\u00A0" + noun
}

// rhythm returns s, a rhythm in the bot's own words, in the words of the language;
// words that it does not know stay.
func (g grammar) rhythm(s string) string {
	fields := strings.Fields(s)
	for i, w := range fields {
		if said, ok := g.Says[w]; ok {
			fields[i] = said
		}
		for day, own := range weekdays {
			if own == w {
				fields[i] = text.Fold(g.Weekdays[day])
			}
		}
	}
	return strings.Join(fields, " ")
}

// weekdays and months are the bot's own words, in which settings are kept, from Sunday
// and from January on.
var (
	weekdays = [7]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}
	months   = [12]string{"janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre"}
)

// sep returns the text before the i-th of n items in a list, counted from 0: nothing,
// a comma, or « et ».
func (g grammar) sep(i, n int) string {
	switch i {
	case 0:
		return ""
	case n - 1:
		return g.And
	}
	return ", "
}

// maxID is the length of the longest identifier, in characters, by the Matrix
// specification: an id that is cut names nobody.
const maxID = 255

// maxListed is the longest name in a list, in characters.
const maxListed = 40

// list returns at most limit of the names as a text, each cut to maxListed characters,
// and the number of the others: « a, b et 4 autres ».
func (g grammar) list(limit int, names []string) string {
	said := make([]string, 0, limit+1)
	for i, name := range names {
		if i == limit {
			said = append(said, g.others(len(names)-limit))
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

// others returns the words for n items that a list does not show.
func (g grammar) others(n int) string {
	if n == 1 {
		return g.Other
	}
	return strings.Replace(g.Others, "%s", g.number(n), 1)
}
