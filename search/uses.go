package search

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// usesText says what well-known free programs are used for, in the words of people
// who do not know the program. An entry of the catalogue often says no more than
// «logiciel informatique». Each line holds the names of programs that serve the same
// uses, a colon, and the uses, separated by commas. A name may stand in several
// lines. The search finds an entry by these words too, but never shows them.
//
//go:embed uses.txt
var usesText string

// knownUses holds the uses of programs, from the list usesText in the source, and finds
// them by the programs' names.
type knownUses struct {
	lines []useLine
	at    map[string][]int // the lines of a squashed name
}

// useLine is a line of the list usesText: names of programs, and what they are used
// for, each separated by commas.
type useLine struct{ names, uses string }

// parseUses parses the list usesText. Parsing takes some hundred microseconds, so each
// index parses the list while it is built and drops it afterwards.
func parseUses() *knownUses {
	u := &knownUses{at: map[string][]int{}}
	for line := range strings.Lines(usesText) {
		names, what, found := strings.Cut(strings.TrimSpace(line), ": ")
		if !found {
			continue
		}
		l := useLine{names, what}
		for name := range strings.SplitSeq(names, ", ") {
			key := squash(name)
			u.at[key] = append(u.at[key], len(u.lines))
		}
		u.lines = append(u.lines, l)
	}
	return u
}

// of returns what the program with one of these names is used for, such as
// "visioconférence"; nil if the list has none of them. The names are without spaces,
// case and accents.
func (u *knownUses) of(keys ...string) []string {
	var out []string
	for _, key := range keys {
		for _, i := range u.at[key] {
			for use := range strings.SplitSeq(u.lines[i].uses, ", ") {
				if !slices.Contains(out, use) {
					out = append(out, use)
				}
			}
		}
	}
	return out
}

const (
	// maxNameWords bounds the words of a program's name in a text.
	maxNameWords = 3
	// maxPrograms bounds the programs of one text.
	maxPrograms = 3
)

// allUses is parsed at the first use.
var allUses = sync.OnceValue(parseUses)

// UsesIn finds the well-known free programs that a text names, and returns what people
// use them for, in the words of people who do not know the programs ("fusionner des
// pdf"); nil if the text names none. It takes only the first three programs, and only
// names with a capital letter or a digit, in full, as in «Essayez PDFsam Basic».
func UsesIn(text string) (uses []string) {
	words := strings.Fields(text)
	programs := 0
	for i := 0; i < len(words) && programs < maxPrograms; i++ {
		for n := min(maxNameWords, len(words)-i); n > 0; n-- {
			name := strings.TrimFunc(strings.Join(words[i:i+n], " "), unicode.IsPunct)
			if !strings.ContainsFunc(name, func(r rune) bool { return unicode.IsUpper(r) || unicode.IsDigit(r) }) {
				continue
			}
			if found := allUses().of(squash(name)); found != nil {
				uses = append(uses, found...)
				programs++
				i += n - 1
				break
			}
		}
	}
	return uses
}
