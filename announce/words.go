package announce

import (
	"slices"
	"strings"
	"unicode"

	"heraut/catalogue"
)

// fold makes texts comparable.
func fold(s string) string { return catalogue.Fold(s) }

// valueStart stands before each value of a field among its words, so that no
// run of words goes from one value into the next.
const valueStart = "/"

// words are the runs of letters and digits of s, folded, each with the signs
// that end the name of a language: C++ and C# are no C.
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

// Words are the texts of an item, folded and cut into words, by field: what
// filters look at.
type Words struct {
	in    [numFields][]string
	rules []string
}

// WordsOf reads an item once, for any number of filters.
func WordsOf(item *Item) *Words {
	w := new(Words)
	r := item.Repository
	w.flag(Fork, r != nil && r.Fork)
	w.flag(Archived, r != nil && r.Archived)
	switch {
	case r != nil:
		w.repository(r)
	case item.Software != nil:
		w.software(item.Software)
	default:
		w.add(Name, item.Title)
		w.add(Description, item.Summary)
	}
	return w
}

// In returns the words of a field, separated by spaces, with a slash before
// each value. Other than letters and digits, they hold no sign but / + and #.
func (w *Words) In(f Field) string { return strings.Join(w.in[f], " ") }

// Rules are those by which the item is excluded by default.
func (w *Words) Rules() []string { return w.rules }

func (w *Words) repository(r *catalogue.Repository) {
	w.add(Organization, r.Organization, r.Owner)
	w.add(Ministry, r.Ministry)
	w.add(Platform, r.Host)
	w.add(Language, r.Language)
	w.add(License, r.License)
	w.add(Topic, r.Topics...)
	w.add(Name, r.Name)
	w.add(Description, r.Description)
	w.rules = rulesOf(r)
}

// software reads an entry of the catalogue: its organisations are those that use it.
func (w *Words) software(s *catalogue.Software) {
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
}

func (w *Words) add(f Field, values ...string) {
	for _, v := range values {
		if found := words(v); len(found) > 0 {
			w.in[f] = append(append(w.in[f], valueStart), found...)
		}
	}
}

func (w *Words) flag(f Field, set bool) {
	value := no
	if set {
		value = yes
	}
	w.in[f] = []string{valueStart, value}
}
