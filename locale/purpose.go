package locale

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"heraut/text"
)

// readAfterName returns a pattern, from the words of all languages, that matches the
// text between a name and its definition: «GIMP (GNU Image Manipulation Program) est un
// …», «GIMP, …», «GIMP – …».
func (s *Set) readAfterName() *regexp.Regexp {
	forms := []string{`[,:–—-]\s*`}
	for _, d := range s.all(func(w words) []string { return w.Definitions }) {
		form := strings.Join(strings.Fields(regexp.QuoteMeta(d)), `\s+`)
		if elided, ok := strings.CutSuffix(form, "’"); ok {
			forms = append(forms, elided+`[’']\s*`)
		} else {
			forms = append(forms, form+`\s+`)
		}
	}
	return regexp.MustCompile(`(?i)^\s*(?:\([^)]{1,60}\)\s*)?(?:` + strings.Join(forms, "|") + `)`)
}

// purpose returns the first sentence of a software's description, at most limit
// characters, without name at its start; the name stays if it is part of the sentence
// («GIMP permet de…»). It is empty if the description adds nothing to the name.
func purpose(limit int, name, description string) string {
	said := sentence(limit, description)
	rest, repeats := cutName(said, clean(name))
	if !repeats {
		return said
	}
	if strings.Trim(rest, " .") == "" {
		return ""
	}
	gap := now().afterName().FindString(rest)
	if gap == "" || len(gap) == len(rest) {
		return said // the name is part of the sentence: «GIMP permet de …»
	}
	first, size := utf8.DecodeRuneInString(rest[len(gap):])
	return string(unicode.ToUpper(first)) + rest[len(gap)+size:]
}

// cutName returns rest, the text after name, if s starts with name; upper or lower case
// and accents do not count. If s does not start with name, or name is empty, found is
// false, and the caller must not use rest.
func cutName(s, name string) (rest string, found bool) {
	if name == "" {
		return s, false
	}
	for i := range s {
		if utf8.RuneCountInString(s[:i]) == utf8.RuneCountInString(name) {
			return s[i:], text.Fold(s[:i]) == text.Fold(name)
		}
	}
	return "", text.Fold(s) == text.Fold(name)
}

// placeholders stand for a missing value, whatever the language of a catalogue.
var placeholders = map[string]bool{"n/a": true, "na": true, "null": true, "-": true, "?": true}

func isPlaceholder(s string) bool {
	folded := text.Fold(s)
	return placeholders[folded] || now().placeholders()[folded]
}

// given returns s cleaned and cut to limit characters; "" if s is empty or only a
// placeholder for a missing value, such as «N/A» or «inconnu».
func given(limit int, s string) string {
	if s = short(limit, s); isPlaceholder(s) {
		return ""
	}
	return s
}

// Given reports whether s is a value, as opposed to an empty text or a placeholder for
// a missing value, such as «N/A».
func Given(s string) bool { return given(maxListed, s) != "" }

// license returns the name of a license, cut to 60 characters, or "" if s is a
// placeholder or no name: some entries give the address of a text instead.
func license(s string) string {
	if s = given(60, s); strings.Contains(s, "://") {
		return ""
	}
	return s
}
