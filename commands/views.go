package commands

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"heraut/catalogue"
	"heraut/locale"
	"heraut/search"
)

// What the templates of the catalogue are given.

// entry is a software as templates show it.
type entry struct {
	*catalogue.Software
	// product is the replaced or comparable one that was asked for, if any; it
	// is named first.
	product string
}

func entries(all []*catalogue.Software) []entry {
	out := make([]entry, len(all))
	for i, s := range all {
		out[i] = entry{Software: s}
	}
	return out
}

// HasStatus tells that the State says something of it beyond listing it.
func (e entry) HasStatus() bool {
	return e.Withdrawn != nil || e.Recommended || e.Observed || e.InSupport || e.FromState || e.RespectsRGAA()
}

// ReplacedNames are the names of the products it replaces.
func (e entry) ReplacedNames() []string { return e.names(e.Replaces) }

// SimilarNames are the names of comparable programs.
func (e entry) SimilarNames() []string { return e.names(e.Similar) }

// names puts what was asked for first, then what is in the catalogue.
func (e entry) names(all []catalogue.Similar) []string {
	rank := func(s catalogue.Similar) int {
		switch {
		case s.Name == e.product:
			return 0
		case s.ID != "":
			return 1
		}
		return 2
	}
	sorted := slices.SortedStableFunc(slices.Values(all), func(a, b catalogue.Similar) int { return rank(a) - rank(b) })
	out := make([]string, len(all))
	for i, s := range sorted {
		out[i] = s.Name
	}
	return out
}

// RespectsRGAA reports whether it is known to follow the French rules of accessibility.
func (e entry) RespectsRGAA() bool { return e.RGAA == catalogue.Yes }

// year is how long nothing has to happen in a repository before a card says so.
const year = 365 * 24 * time.Hour

// YearsAsleep is how many whole years ago the code last changed; 0 if it is not
// known or less than a year ago.
func (e entry) YearsAsleep() int {
	if e.Activity == nil || e.Activity.Commit.IsZero() {
		return 0
	}
	return int(time.Since(e.Activity.Commit) / year)
}

// HasVersion reports whether there is anything to say of versions.
func (e entry) HasVersion() bool {
	return e.Latest != nil || locale.Given(e.MinVersion) || e.YearsAsleep() > 0
}

// maxCardLink bounds the addresses of a card, in bytes.
const maxCardLink = 500

// cardLink is a link of a card. Label names a template, "link page".
type cardLink struct{ Label, URL string }

// Links are the pages about it, the SILL's first. Pages of other catalogues
// stand last.
func (e entry) Links() []cardLink {
	links := []cardLink{{"page", e.Page()}, {"site", e.Website}, {"code", e.Code}, {"documentation", e.Documentation}}
	for label, source := range map[string]string{"comptoir": catalogue.SourceComptoir, "framalibre": catalogue.SourceFramalibre} {
		if id, found := e.Identifier(source); found {
			links = append(links, cardLink{label, id.URL})
		}
	}
	slices.SortStableFunc(links[4:], func(a, b cardLink) int { return strings.Compare(a.Label, b.Label) })
	return slices.DeleteFunc(links, func(l cardLink) bool { return locale.Link(l.URL, maxCardLink) == "" })
}

// source is the age of the data, which every answer says.
type source struct {
	AsOf  time.Time // when the source last confirmed it
	Dated time.Time // the newest change in it; zero if it holds no date
	Old   bool      // it could not be refreshed for long
}

func (a *Answerer) source(s catalogue.State) source {
	out := source{AsOf: s.Catalogue.AsOf().In(a.zone), Dated: s.Catalogue.Dated(), Old: s.Every > 0 && s.Stale(time.Now())}
	if !out.Dated.IsZero() {
		out.Dated = out.Dated.In(a.zone)
	}
	return out
}

// card, users and providers are about one software.
type (
	card struct {
		entry
		source
		Others []string // names of what else was found
	}
	users struct {
		card
		Shown []catalogue.Organization
		More  int
		// Untold means that the catalogue does not say who uses anything.
		Untold bool
	}
	providers struct {
		card
		Shown []catalogue.Provider
		More  int
	}
)

// instead is what takes the place of a product: the first of Total.
type instead struct {
	search.Result
	Asked bool   // what takes its place was asked for by the command
	Query string // what was asked for
	Items []entry
	Total int
	source
}

// choice is a numbered list: the first of Total matches.
type choice struct {
	Query string
	Items []entry
	Total int
	source
}

// comparison is of Items; More were asked for too.
type comparison struct {
	Items []entry
	More  int
	source
}

// criteria are what software are compared by, in the order in which people read
// them. Each names the templates "criterion …" and "compare …", and says of an
// entry what tells it from others; empty when the entry does not say it.
var criteria = []struct {
	name  string
	value func(entry) string
}{
	{"description", func(e entry) string { return e.Description.In("fr") }},
	{"status", func(e entry) string {
		return fmt.Sprint(e.Withdrawn != nil, e.Recommended, e.Observed, e.InSupport, e.FromState, e.RespectsRGAA())
	}},
	{"license", func(e entry) string { return e.License }},
	{"version", func(e entry) string {
		if e.Latest == nil {
			return e.MinVersion
		}
		return e.Latest.Number + " " + e.MinVersion
	}},
	{"platforms", func(e entry) string {
		if len(e.Platforms) == 0 {
			return ""
		}
		return fmt.Sprint(e.Platforms)
	}},
	{"use", func(e entry) string {
		if len(e.Organizations) == 0 {
			return ""
		}
		return fmt.Sprint(len(e.Organizations), e.Referents())
	}},
	{"replaces", func(e entry) string { return strings.Join(append(e.ReplacedNames(), e.SimilarNames()...), ", ") }},
}

// split returns the criteria by which the items differ, and those on which all
// agree. A criterion of which no item says anything is in neither.
func (c comparison) split() (differ, same []string) {
	for _, criterion := range criteria {
		values := map[string]bool{}
		for _, item := range c.Items {
			values[criterion.value(item)] = true
		}
		switch {
		case len(values) > 1:
			differ = append(differ, criterion.name)
		case !values[""] && (criterion.name != "status" || c.Items[0].HasStatus()):
			same = append(same, criterion.name)
		}
	}
	return differ, same
}

// Criteria are those by which the items differ.
func (c comparison) Criteria() []string { differ, _ := c.split(); return differ }

// Same are those on which all items agree.
func (c comparison) Same() []string { _, same := c.split(); return same }

// news are the entries that came and went last.
type news struct {
	Referenced, Withdrawn []entry
	source
}

// first cuts a list and tells how many are left out.
func first[T any](all []T, n int) (shown []T, more int) {
	n = min(n, len(all))
	return all[:n], len(all) - n
}
