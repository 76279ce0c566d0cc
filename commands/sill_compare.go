package commands

import (
	"context"
	"regexp"
	"slices"

	"heraut/catalogue"
	"heraut/search"
	"heraut/text"
)

// These may stand between the names to compare; the surest comes first.
var (
	listComma = regexp.MustCompile(`\s*[,;]\s*`)
	listWord  = regexp.MustCompile(`(?i)\s+(?:et|and|ou|or|avec|with|vs\.?|versus|contre)\s+|\s+/\s+`)
	listSpace = regexp.MustCompile(`\s+`)
)

// versus matches a comparison without the command: « gimp vs krita ».
var versus = regexp.MustCompile(`(?i)\S\s+(?:vs\.?|versus|contre)\s+\S`)

// conjunction matches the word that begins the last name of a list after a comma:
// « gimp, inkscape, and krita ».
var conjunction = regexp.MustCompile(`(?i)^(?:et|and|ou|or)\s+`)

// split returns the names to compare in a text: any number of them with commas between,
// or «et» or the like before the last; any number with such words between; or two names
// with a space between. It returns nil for any other text, such as three names with
// spaces alone.
func split(s string) []string {
	if parts := nonEmpty(listComma.Split(s, -1)); len(parts) > 1 { // « gimp, inkscape et krita »
		last := len(parts) - 1
		return append(parts[:last], listWord.Split(conjunction.ReplaceAllString(parts[last], ""), -1)...)
	}
	if parts := nonEmpty(listWord.Split(s, -1)); len(parts) > 1 {
		return parts
	}
	if parts := nonEmpty(listSpace.Split(s, -1)); len(parts) == 2 {
		return parts
	}
	return nil
}

// nonEmpty returns the parts that are not empty, in place.
func nonEmpty(parts []string) []string {
	return slices.DeleteFunc(parts, func(part string) bool { return part == "" })
}

// compareWords begin a comparison without the command, folded: « comparer gimp et krita ».
var compareWords = map[string]bool{"compare": true, "comparer": true, "comparez": true, "comparaison": true, "comparatif": true, "comparison": true}

// betweenWords may follow compareWords in such a line: « comparaison entre gimp et
// krita ».
var betweenWords = map[string]bool{"entre": true, "de": true, "between": true, "of": true}

// implied returns the names in a line that asks for a comparison without the command,
// such as «gimp vs krita». It returns nil if the line asks for none, or if split finds
// no names in it.
func implied(line string) []string {
	word, rest := cutWord(line)
	if compareWords[text.Fold(word)] {
		if between, names := cutWord(rest); betweenWords[text.Fold(between)] {
			rest = names
		}
		return split(rest)
	}
	if versus.MatchString(line) {
		return split(line)
	}
	return nil
}

// impliedComparison answers a line that compares without the command, such as «gimp vs
// krita». found is false, and the line is a search, unless it has two names or more and
// the catalogue has one of them.
func (a *Answerer) impliedComparison(r request) (answer Answer, found bool, err error) {
	names, more := first(implied(r.args), maxCompared)
	if len(names) < 2 {
		return Answer{}, false, nil
	}
	all, absent := byNames(r.state.Catalogue, names)
	if len(all) == 0 || len(all)+len(absent) < 2 {
		return Answer{}, false, nil
	}
	answer, err = a.compared(r, all, absent, more)
	return answer, true, err
}

// compare answers with a comparison of the named software, the same facts for each; at
// most maxCompared. If the catalogue lacks one of the names, it answers with
// suggestions for that name instead, and with the usage of the command if split finds
// no two names.
func (a *Answerer) compare(ctx context.Context, r request) (Answer, error) {
	parts := split(r.args)
	if len(parts) < 2 {
		return a.explain(ctx, r, r.command)
	}
	c := r.state.Catalogue
	if c == nil {
		return a.loading(r)
	}
	parts, more := first(parts, maxCompared)
	all, absent := byNames(c, parts)
	if len(absent) > 0 {
		result := search.For(c).Search(absent[0])
		return a.none(r, absent[0], true, append(software(result.Matches), result.Nearest...))
	}
	return a.compared(r, all, absent, more)
}

// compared answers with a comparison of all software in all, or with a card if all
// holds only one. absent are the names that are not in the catalogue, which the answer
// lists. more is the number of software that were left out, which a comparison shows.
func (a *Answerer) compared(r request, all []*catalogue.Software, absent []string, more int) (answer Answer, err error) {
	if len(all) == 1 {
		answer, err = a.card(r, all[0])
		answer.Found = found(all)
	} else {
		answer, err = a.comparison(r, all, more)
	}
	if err != nil || len(absent) == 0 {
		return answer, err
	}
	note, err := a.message(r, "compare-absent", struct {
		Names      []string
		Catalogues []string
	}{absent, a.source(r.state).Catalogues})
	answer.HTML = note.HTML + answer.HTML
	return answer, err
}

// byNames returns the software with these names in the catalogue c, each once and in
// their order, and the names that no software has.
func byNames(c *catalogue.Catalogue, names []string) (all []*catalogue.Software, absent []string) {
	seen := map[string]bool{}
	for _, name := range names {
		result := search.For(c).Search(name)
		if len(result.Matches) == 0 || result.Matches[0].By != search.ByName {
			absent = append(absent, name)
			continue
		}
		if s := result.Matches[0].Software; !seen[s.ID] {
			seen[s.ID] = true
			all = append(all, s)
		}
	}
	return all, absent
}

func (a *Answerer) comparison(r request, all []*catalogue.Software, more int) (Answer, error) {
	answer, err := a.message(r, "compare", comparison{entries(all), more, a.source(r.state)})
	answer.Found = found(all)
	return answer, err
}
