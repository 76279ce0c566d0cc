package commands

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"heraut/catalogue"
	"heraut/commons"
	"heraut/locale"
	"heraut/search"
)

// The data of the catalogue's templates.

// entry is a software as the templates show it, with the product of the question that
// it replaces.
type entry struct {
	*catalogue.Software
	// product is the replaced or comparable product in the question, if any; answers
	// name it first.
	product string
}

func entries(all []*catalogue.Software) []entry {
	out := make([]entry, len(all))
	for i, s := range all {
		out[i] = entry{Software: s}
	}
	return out
}

// HasStatus reports whether the catalogue says more about the software than that it is
// listed, such as that it is recommended.
func (e entry) HasStatus() bool {
	return e.Withdrawn != nil || e.Recommended || e.Observed || e.InSupport || e.FromState || e.RespectsRGAA()
}

// ReplacedNames returns the names of the products that the software replaces.
func (e entry) ReplacedNames() []string { return e.names(e.Replaces) }

// SimilarNames returns the names of programs that are comparable to the software.
func (e entry) SimilarNames() []string { return e.names(e.Similar) }

// names returns the names of the programs in all: the product that was asked for first,
// then those that are entries of the catalogue, then the others.
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

// RespectsRGAA reports whether the software is known to follow the RGAA, the French
// rules of accessibility.
func (e entry) RespectsRGAA() bool { return e.RGAA == catalogue.Yes }

// year is how long a repository must be inactive before a card says so.
const year = 365 * 24 * time.Hour

// Called returns the software's name in lower case, as people type it in commands.
func (e entry) Called() string { return strings.ToLower(e.Name) }

// YearsAsleep returns the number of whole years since the last change of the code; 0
// if that is unknown or less than a year ago.
func (e entry) YearsAsleep() int {
	if e.Activity == nil || e.Activity.Commit.IsZero() {
		return 0
	}
	return int(time.Since(e.Activity.Commit) / year)
}

// HasVersion reports whether the card says something about the software's versions: the
// latest one, the lowest one that the catalogue recommends, or that the code has not
// changed for a year or more.
func (e entry) HasVersion() bool {
	return e.Latest != nil || locale.Given(e.MinVersion) || e.YearsAsleep() > 0
}

// maxCardLink bounds the addresses of a card, in bytes.
const maxCardLink = 500

// cardLink is a link on a software's card. Its Label is the name of the template with
// the link's text.
type cardLink struct{ Label, URL string }

// Links returns the web pages about the software for its card: that in its catalogue
// first, those in other catalogues last. It leaves out addresses to which a message may
// not link.
func (e entry) Links() []cardLink {
	page := "page"
	if e.Catalogue != "" {
		page = "listing"
	}
	links := []cardLink{{page, e.Page()}, {"site", e.Website}, {"code", e.Code}, {"documentation", e.Documentation}}
	for label, source := range map[string]string{"comptoir": catalogue.SourceComptoir, "framalibre": catalogue.SourceFramalibre} {
		if id, found := e.Identifier(source); found {
			links = append(links, cardLink{label, id.URL})
		}
	}
	slices.SortStableFunc(links[4:], func(a, b cardLink) int { return strings.Compare(a.Label, b.Label) })
	return slices.DeleteFunc(links, func(l cardLink) bool { return locale.Link(l.URL, maxCardLink) == "" })
}

// source is the date and the origin of the catalogue's data, which every answer about
// software states.
type source struct {
	AsOf  time.Time // when the source last confirmed the data
	Dated time.Time // the newest change in the data; zero if they hold no date
	Old   bool      // the last refresh is too long ago
	// Catalogues are the labels of the catalogues; none for the SILL alone.
	Catalogues []string
}

func (a *Answerer) source(s catalogue.State) source {
	out := source{
		AsOf: s.Catalogue.AsOf().In(a.zone), Dated: s.Catalogue.Dated(), Old: s.Every > 0 && s.Stale(time.Now()),
		Catalogues: s.Catalogue.Labels(),
	}
	if !out.Dated.IsZero() {
		out.Dated = out.Dated.In(a.zone)
	}
	return out
}

// card, users and providers are the data of messages about one software.
type (
	card struct {
		entry
		source
		Others []string // names of further matches
		Open   []int64  // the numbers of open questions about it that the room may read
		// Also are the listings of the same software in other catalogues, and Credits the
		// lines that the licences of the catalogues ask for.
		Also    []commons.Listing
		Credits []string
		Ask     string // the prefix of commands, where people may ask experts; empty elsewhere
	}
	users struct {
		card
		Shown []catalogue.Organization
		More  int
		// Unrecorded means that the catalogue does not say who uses anything.
		Unrecorded bool
	}
	providers struct {
		card
		Shown []catalogue.Provider
		More  int
	}
)

// instead is the data of the message with software that replaces a product; it shows
// the first of Total.
type instead struct {
	search.Result
	Asked bool   // the command asked for substitutes
	Query string // the query
	Items []entry
	Total int
	source
}

// choice is the data of the message with a numbered list of software; it shows the
// first of Total.
type choice struct {
	Query string
	Items []entry
	Total int
	source
}

// comparison is the data of the message that compares software; More counts those that
// were asked for but left out.
type comparison struct {
	Items []entry
	More  int
	source
}

// criteria lists the criteria of a comparison, in the order in which people read
// them. Each names the templates "criterion …" and "compare …". Its value
// distinguishes an entry from others; empty if the entry does not give it.
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

// split returns the criteria by which the items differ, and those on which all items
// agree. It leaves out a criterion for which no item has a value.
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

// Criteria returns the criteria by which the items differ.
func (c comparison) Criteria() []string { differ, _ := c.split(); return differ }

// Same returns the criteria on which all items agree, without those of which no item
// says anything.
func (c comparison) Same() []string { _, same := c.split(); return same }

// news is the data of the message with the software that the room's catalogue last
// added and withdrew.
type news struct {
	Referenced, Withdrawn []entry
	source
}

// first returns the first n elements of a list, or all if there are fewer, and the
// number of elements that it leaves out. The result shares the memory of the list.
func first[T any](all []T, n int) (shown []T, more int) {
	n = min(n, len(all))
	return all[:n], len(all) - n
}
