package locale

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"

	"heraut/text"
)

// Default is the code of the first language, and the language of last resort.
const Default = "fr"

// Set is a set of languages with their folders. It does not change.
type Set struct {
	codes  []string // Default first
	byCode map[string]*spoken

	canonical func() map[string]string
	// The folded words of all languages: see words.
	placeholders, fillers, ignored, greetings, courtesy func() map[string]bool

	afterName func() *regexp.Regexp
}

// inForce holds the languages that every function of this package uses. Texts are made in
// all parts of the bot, so the languages are the process's, as its time zones are.
var inForce atomic.Pointer[Set]

// own returns the languages of the program itself, which it reads at its first call.
var own func() *Set

func init() { // in init, since the functions of templates refer to the languages
	own = sync.OnceValue(func() *Set {
		s, _, err := add(&Set{byCode: map[string]*spoken{}}, files)
		if err != nil {
			panic(err) // unreachable: the folders are compiled in, and a test reads them
		}
		return s
	})
}

// now returns the languages in force.
func now() *Set {
	if s := inForce.Load(); s != nil {
		return s
	}
	return own()
}

// Use makes s the languages in force: those that all functions of this package use, in
// the whole process. Without a call, the program's own languages are in force.
func Use(s *Set) { inForce.Store(s) }

// InForce returns the languages in force.
func InForce() *Set { return now() }

// failures gets the errors of templates that failed, whose fallback served.
var failures atomic.Pointer[func(error)]

// Report sets the function that gets the error of each template that fails when it is
// rendered and whose fallback is rendered instead, and that of a folder whose templates
// no longer parse. f replaces the function of an earlier call. Without a call of
// Report, nobody gets these errors.
func Report(f func(error)) { failures.Store(&f) }

func report(err error) {
	if f := failures.Load(); f != nil {
		(*f)(err)
	}
}

// Open returns the program's own languages and those in the directory dir, which has
// one folder for each language; if dir is empty, only the program's. Call Use to put
// them in force. Open leaves out a language whose folder has a fault. The Problems say
// which faults there are, and also which texts a language lacks and which of its
// templates nothing uses; a language with only these is not left out. The error is that
// of reading dir; the Set is then nil.
func Open(dir string) (*Set, []Problem, error) {
	if dir == "" {
		return own(), nil, nil
	}
	return add(own(), os.DirFS(dir))
}

// add returns a new Set with the languages of s, which stays as it is, and those of the
// folders in root. A language with a fault is left out, and the problems say why. The
// error is that of reading root.
func add(s *Set, root fs.FS) (*Set, []Problem, error) {
	codes, err := folders(root)
	if err != nil {
		return nil, nil, err
	}
	all := &Set{codes: slices.Clone(s.codes), byCode: maps.Clone(s.byCode)}
	var problems []Problem
	// A language whose fallback comes later in the alphabet waits for it.
	for waiting := codes; len(waiting) > 0; {
		var later []string
		for _, code := range waiting {
			l, err := all.open(root, code)
			switch fallback := fallbackOf(root, code); {
			case err != nil && all.byCode[fallback] == nil && fallback != code && slices.Contains(waiting, fallback):
				later = append(later, code)
			case err != nil:
				problems = append(problems, Problem{Language: code, Fault: true, Text: err.Error()})
			default:
				found := l.examine(all.byCode)
				problems = append(problems, found...)
				if !slices.ContainsFunc(found, func(p Problem) bool { return p.Fault }) {
					all.codes, all.byCode[code] = append(all.codes, code), l
				}
			}
		}
		if len(later) == len(waiting) { // two languages that wait for each other
			for _, code := range later {
				problems = append(problems, Problem{Language: code, Fault: true, Text: "its fallbacks lead back to itself"})
			}
			break
		}
		waiting = later
	}
	slices.SortFunc(all.codes, byCode)
	all.canonical = sync.OnceValue(all.readCanonical)
	all.afterName = sync.OnceValue(all.readAfterName)
	for into, of := range map[*func() map[string]bool]func(words) []string{
		&all.placeholders: func(w words) []string { return w.Placeholders }, &all.fillers: func(w words) []string { return w.Fillers },
		&all.ignored: func(w words) []string { return w.Ignored }, &all.greetings: func(w words) []string { return w.Greetings },
		&all.courtesy: func(w words) []string { return w.Courtesy },
	} {
		*into = sync.OnceValue(func() map[string]bool { return all.collect(of) })
	}
	return all, problems, nil
}

// open reads the folder of the language code in root. The language's fallback must be
// in s. A language of the program reads its words at their first use; a language of the
// operators reads them now, to check them. The error says why the folder cannot be
// used: s has a language of that code already, s lacks the fallback, or the data file
// is wrong.
func (s *Set) open(root fs.FS, code string) (*spoken, error) {
	if s.byCode[code] != nil {
		return nil, fmt.Errorf("%s is a language of the program: choose another name, such as %s-x-local with fallback: %s", code, code, code)
	}
	folder, err := fs.Sub(root, code)
	if err != nil {
		return nil, err
	}
	l := &spoken{code: code, folder: folder}
	l.set = l.once()
	read := func() (words, error) {
		return readWords(folder, code, func(fallback string) (words, bool) {
			if fallback == "" {
				return words{}, root == fs.FS(files)
			}
			l.fallback = s.byCode[fallback]
			if l.fallback == nil {
				return words{}, false
			}
			return l.fallback.words(), true
		})
	}
	if root == fs.FS(files) && fallbackOf(root, code) == "" {
		l.words = sync.OnceValue(func() words {
			w, err := read()
			if err != nil {
				panic(err) // unreachable: the file is compiled in, and a test reads it
			}
			return w
		})
		return l, nil
	}
	w, err := read()
	l.words = func() words { return w }
	return l, err
}

// fallbackOf returns the code that the data file of the folder code in root names as
// its fallback; empty if it names none or cannot be read.
func fallbackOf(root fs.FS, code string) string {
	data, err := fs.ReadFile(root, code+"/"+dataFile)
	if err != nil {
		return ""
	}
	return fallbackIn(data)
}

// find returns the language with that code; Default if there is none.
func (s *Set) find(code string) *spoken {
	if l := s.byCode[code]; l != nil {
		return l
	}
	return s.byCode[Default]
}

// Codes returns the codes of the languages, Default first.
func (s *Set) Codes() []string { return slices.Clone(s.codes) }

// Languages returns the codes of the languages in force, Default first.
func Languages() []string { return now().Codes() }

// Called returns the code of the language in force that people call name, and true; ""
// and false if there is none. name may be the code of the language, its own name for
// itself or another name for it; upper or lower case and accents do not count.
func Called(name string) (code string, ok bool) {
	name = text.Fold(name)
	for _, code := range now().codes {
		w := now().byCode[code].words()
		if name == text.Fold(code) || name == text.Fold(w.Name) || slices.Contains(w.Called, name) {
			return code, true
		}
	}
	return "", false
}

// nameOf returns a language's name in itself; the code of an unknown one.
func nameOf(code string) string {
	if l := now().byCode[code]; l != nil {
		return l.words().Name
	}
	return code
}

// File returns the file called name in the folder of the language lang, which is in
// force; ok is false if there is no such language or file. It does not look into
// fallbacks.
func File(lang, name string) (data []byte, ok bool) { return now().File(lang, name) }

// File returns the file called name in the folder of the language lang of s; ok is
// false if there is no such language or file. It does not look into fallbacks.
func (s *Set) File(lang, name string) (data []byte, ok bool) {
	l := s.byCode[lang]
	if l == nil {
		return nil, false
	}
	data, err := fs.ReadFile(l.folder, name)
	return data, err == nil
}

// Fallbacks returns the code of a language and, in order, those of the languages that
// serve where it has no text. For a lang that is no language of the bot, it begins with
// Default.
func Fallbacks(lang string) (codes []string) {
	for l := now().find(lang); l != nil; l = l.fallback {
		codes = append(codes, l.code)
	}
	return codes
}

// DataLanguage returns the language in which a room of the language lang sees texts
// that catalogues give in several languages. It is the last of lang's Fallbacks.
func DataLanguage(lang string) string { return now().find(lang).dataLanguage() }

// IsFiller reports whether a folded word does not count in a question about the
// services, in any language in force.
func IsFiller(word string) bool { return now().fillers()[word] }

// IsGreeting reports whether a folded word greets, at the beginning of a line, in any
// language in force.
func IsGreeting(word string) bool { return now().greetings()[word] }

// IsCourtesy reports whether a folded word may stand in a line that asks for nothing,
// such as «merci», in any language in force.
func IsCourtesy(word string) bool { return now().courtesy()[word] }

// IsIgnored reports whether at least one language that the bot uses lists the folded
// word under «ignored», as a word that says nothing about what a search looks for. The
// program's own languages list none: the stop words of French and English are in
// package search.
func IsIgnored(word string) bool { return now().ignored()[word] }

// Canonical returns the bot's own word for a word that people type in a setting or an
// argument: "jeudi" for "Thursday". A word that no language knows comes back folded.
func Canonical(word string) string {
	folded := text.Fold(word)
	if own, ok := now().canonical()[folded]; ok {
		return own
	}
	return folded
}

// MonthNamed returns the month, from 1, that a word names in any language; 0 if none.
func MonthNamed(word string) int { return 1 + slices.Index(months[:], Canonical(word)) }

// readCanonical returns a map from the words for days, months and settings in all
// languages, folded, to the bot's own words for them. If a word means different things
// in two languages, the first language counts.
func (s *Set) readCanonical() map[string]string {
	all := map[string]string{}
	note := func(word, own string) {
		if word = text.Fold(word); word != "" && all[word] == "" {
			all[word] = own
		}
	}
	for _, code := range s.codes {
		w := s.byCode[code].words()
		for i, name := range w.Weekdays {
			note(name, weekdays[i])
		}
		for i, name := range w.Months {
			note(name, months[i])
		}
		for _, own := range slices.Sorted(maps.Keys(w.Says)) {
			note(w.Says[own], own)
		}
		for _, word := range slices.Sorted(maps.Keys(w.Typed)) {
			note(word, w.Typed[word])
		}
	}
	return all
}

func (s *Set) all(of func(words) []string) (list []string) {
	for _, code := range s.codes {
		list = append(list, of(s.byCode[code].words())...)
	}
	return list
}

func (s *Set) collect(of func(words) []string) map[string]bool {
	set := map[string]bool{}
	for _, w := range s.all(of) {
		set[w] = true
	}
	return set
}
