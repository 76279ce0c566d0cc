package filter

import (
	"slices"
	"strings"
	"unicode"

	"heraut/catalogue"
	"heraut/text"
)

// fold returns s in the form in which filters compare texts: lower case, without
// accents.
func fold(s string) string { return text.Fold(s) }

// slash separates two values of a field, so that a phrase never spans both, and starts
// a value of a whole field.
const slash = "/"

// words returns the runs of letters and digits of s, folded, each with the signs that
// end the name of a language: C++ and C# differ from C.
func words(s string) []string {
	var all []string
	s = fold(s)
	for start := 0; start < len(s); {
		i := strings.IndexFunc(s[start:], letterOrDigit)
		if i < 0 {
			break
		}
		start += i
		end := len(s)
		if i := strings.IndexFunc(s[start:], func(r rune) bool { return !letterOrDigit(r) }); i >= 0 {
			end = start + i
		}
		for end < len(s) && (s[end] == '+' || s[end] == '#') {
			end++
		}
		all = append(all, s[start:end])
		start = end
	}
	return all
}

func letterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// Words holds the words of an item, by field, in the form in which filters compare
// them, and the default rules that exclude the item. One Words serves any number of
// filters.
type Words struct {
	in    [numFields][]string
	rules []string
}

// OfRepository returns the words of a repository, against which filters are matched.
// They also hold the names of the default rules that exclude the repository, for
// example because it is a fork, unless a filter asks for such repositories.
func OfRepository(r *catalogue.Repository) *Words {
	w := newWords(r.Fork, r.Archived)
	publishers := []string{r.Organization, r.Owner}
	for _, group := range r.Groups() {
		if !slices.Contains(publishers, group) {
			publishers = append(publishers, group)
		}
	}
	w.add(Organization, publishers...)
	w.add(Ministry, r.Ministry)
	w.add(Platform, r.Host)
	w.add(Language, r.Language)
	w.add(License, r.License)
	w.add(Topic, r.Topics...)
	w.add(Name, r.Name)
	w.add(Description, r.Description)
	w.rules = RulesOf(r)
	return w
}

// OfSoftware returns the words of an entry of the catalogue. Its organisations are its
// users.
func OfSoftware(s *catalogue.Software) *Words {
	w := newWords(false, false)
	for _, o := range s.Organizations {
		w.add(Organization, o.Name)
	}
	for _, p := range s.Platforms {
		w.add(Platform, string(p))
	}
	w.add(License, s.License)
	w.add(Topic, slices.Concat(s.Keywords, s.Categories)...)
	w.add(Name, append([]string{s.Name}, s.OtherNames...)...)
	w.add(Description, s.Description.FR, s.Description.EN)
	return w
}

// OfText returns the words of an item with only a title and a summary, such as an entry
// of a feed. They count as its name and its description.
func OfText(title, summary string) *Words {
	w := newWords(false, false)
	w.add(Name, title)
	w.add(Description, summary)
	return w
}

// OfEvent returns the words of a calendar event by field: the words of title as those
// of the name, the words of text, which includes the place, as those of the
// description, categories as topics, and regions as regions.
func OfEvent(title, text string, categories, regions []string) *Words {
	w := OfText(title, text)
	w.add(Topic, categories...)
	w.add(Region, regions...)
	return w
}

func newWords(fork, archived bool) *Words {
	w := new(Words)
	w.flag(Fork, fork)
	w.flag(Archived, archived)
	return w
}

// In returns the words of a field, separated by spaces, with a / between two values and
// at the start of a language; "oui" or "non" for Fork and Archived; "" for Anywhere.
// The words hold letters, digits, and the signs + and #.
func (w *Words) In(f Field) string { return strings.Join(w.in[f], " ") }

// Rules returns the names of the default rules that exclude the item; none for most.
func (w *Words) Rules() []string { return w.rules }

func (w *Words) add(f Field, values ...string) {
	for _, v := range values {
		found := words(v)
		switch {
		case len(found) == 0:
			continue
		case fields[f].whole:
			found[0] = slash + found[0]
		case len(w.in[f]) > 0:
			w.in[f] = append(w.in[f], slash)
		}
		w.in[f] = append(w.in[f], found...)
	}
}

func (w *Words) flag(f Field, set bool) {
	value := no
	if set {
		value = yes
	}
	w.in[f] = []string{value}
}
