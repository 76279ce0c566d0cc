package search

import (
	"cmp"
	"slices"
	"strings"

	"heraut/catalogue"
	"heraut/text"
)

// Organization is an administration with the software that it uses.
type Organization struct {
	Name string
	Uses []Use // the ones with most people first
	// Users counts the people who declared that they use one of them, Referents
	// those who agreed to answer questions.
	Users, Referents int
}

// Use says that an administration declared the use of a software: how many users there
// are, and how many people who can be asked.
type Use struct {
	Software         *catalogue.Software
	Users, Referents int
}

// maxNearOrganizations bounds the names that Organization proposes for an unknown
// one.
const maxNearOrganizations = 3

// minLikelyOrganization is the least likeness of a proposed name, from 0 to 1.
const minLikelyOrganization = 0.4

// Organization finds an administration by its name, its initials or some words of its
// name; upper or lower case and accents do not count. If none or several match, ok is
// false, and nearest holds at most 3 names to suggest; none if name has no word but
// articles or if no name resembles it.
func (e *Engine) Organization(name string) (o Organization, nearest []string, ok bool) {
	all := e.organizationNames()
	asked := contentWords(name)
	if len(asked) == 0 {
		return o, nil, false
	}
	whole := strings.Join(asked, "")
	var same, holding []string
	for _, n := range all {
		switch words := contentWords(n); {
		case strings.Join(words, "") == whole, initials(words) == whole, inParentheses(n) == whole:
			same = append(same, n)
		case !slices.ContainsFunc(asked, func(w string) bool { return !slices.Contains(words, w) }):
			holding = append(holding, n)
		}
	}
	found := cmp.Or(len(same), len(holding))
	if found == 1 {
		return e.organization(slices.Concat(same, holding)[0]), nil, true
	}
	if found > 1 {
		near := slices.Concat(same, holding)
		return o, near[:min(len(near), maxNearOrganizations)], false
	}
	return o, likeliest(whole, all), false
}

// organization returns the administration of that exact name with the software that it
// declared; the software with the most people comes first.
func (e *Engine) organization(name string) Organization {
	o := Organization{Name: name}
	for s := range e.All() {
		for _, used := range s.Organizations {
			if used.Name == name {
				o.Uses = append(o.Uses, Use{s, used.Users, used.Referents})
				o.Users += used.Users
				o.Referents += used.Referents
			}
		}
	}
	slices.SortStableFunc(o.Uses, func(a, b Use) int {
		return cmp.Or(cmp.Compare(b.Users+b.Referents, a.Users+a.Referents), cmp.Compare(b.Referents, a.Referents))
	})
	return o
}

// organizationNames returns the names of all administrations in the catalogue, in
// alphabetical order.
func (e *Engine) organizationNames() []string {
	names := map[string]bool{}
	for s := range e.All() {
		for _, o := range s.Organizations {
			names[o.Name] = true
		}
	}
	out := make([]string, 0, len(names))
	for n := range names {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// likeliest returns the names whose letters resemble those of whole most, the likeliest
// first, at most maxNearOrganizations; none if no name resembles it. whole is a text in
// lower case without spaces and accents. likeliest reorders names and deletes from it.
func likeliest(whole string, names []string) []string {
	pairs := pairsOf(whole[:min(len(whole), maxTypoLetters)])
	likeness := func(n string) float32 {
		words := contentWords(n)
		return max(pairs.likeness(strings.Join(words, "")), pairs.likeness(initials(words)))
	}
	names = slices.DeleteFunc(names, func(n string) bool { return likeness(n) <= minLikelyOrganization })
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(likeness(b), likeness(a)) })
	for i, n := range names {
		if i == maxNearOrganizations || likeness(n) < 0.75*likeness(names[0]) {
			return names[:i]
		}
	}
	return names
}

// contentWords returns the words of a name, folded, without «et» and the words of
// articles: articles, prepositions, and words such as «libre».
func contentWords(name string) []string {
	return slices.DeleteFunc(text.Words(name), func(w string) bool { return articles[w] || w == "et" })
}

// initials returns the first letters of the words, which must not be empty, as one
// text.
func initials(words []string) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteByte(w[0])
	}
	return b.String()
}

// inParentheses returns the text between the parentheses of a name, such as its
// initials, without spaces, case and accents; empty if there is none.
func inParentheses(name string) string {
	_, rest, _ := strings.Cut(name, "(")
	inside, _, _ := strings.Cut(rest, ")")
	return squash(inside)
}
