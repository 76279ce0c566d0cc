package search

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"heraut/text"
)

// withoutURLs removes the addresses with «://» from a text, since their words say
// little. If the text has one, the result has single spaces and no line breaks.
func withoutURLs(s string) string {
	if !strings.Contains(s, "://") {
		return s
	}
	fields := strings.Fields(s)
	fields = slices.DeleteFunc(fields, func(f string) bool { return strings.Contains(f, "://") })
	return strings.Join(fields, " ")
}

// ownLicence matches what a description says of the software's licence, up to the end
// of the sentence.
var ownLicence = regexp.MustCompile(`(?i)\b(?:sous (?:la )?licence|(?:released |licensed )?under (?:the|an?) [^.]*?licen[cs]e)\b[^.]*`)

// withoutLicence returns a description without the words about the software's licence,
// up to the end of their sentence, since they do not say what the software is for.
func withoutLicence(s string) string {
	if !strings.Contains(s, "icen") { // much faster than the pattern
		return s
	}
	return ownLicence.ReplaceAllString(s, "")
}

// squash returns a name in a form for comparison: its letters and digits without
// spaces, hyphens, case and accents. The signs of C++, C# and «&» become words, so that
// they still tell names apart.
func squash(s string) string {
	return strings.Join(text.Words(spellSigns.Replace(s)), "")
}

var spellSigns = strings.NewReplacer("+", " plus ", "#", " sharp ", "&", " and ")

// parts returns the words inside a word in camel case or with digits: Libre and
// Office in LibreOffice, zip in 7zip; none for a plain word.
func parts(s string) []string {
	var out []string
	start := 0
	runes := []rune(s)
	for i := 1; i <= len(runes); i++ {
		if i < len(runes) && !boundary(runes, i) {
			continue
		}
		if part := text.Fold(string(runes[start:i])); start > 0 || i < len(runes) {
			out = append(out, part)
		}
		start = i
	}
	return out
}

// boundary reports whether a part of a name, as in camel case, begins at index i of r:
// at the B of aB and of ABc, and between letters and digits.
func boundary(r []rune, i int) bool {
	before, at := r[i-1], r[i]
	switch {
	case unicode.IsDigit(before) != unicode.IsDigit(at):
		return true
	case !unicode.IsUpper(at):
		return false
	case unicode.IsLower(before):
		return true
	}
	return unicode.IsUpper(before) && i+1 < len(r) && unicode.IsLower(r[i+1])
}

// rawWords returns the words of a name in their original spelling; any sign but a
// letter or a digit separates words.
func rawWords(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) })
}

// acronyms returns the short forms that people derive from a name of three to six
// words, where the parts of a word in camel case count as words: BBB from
// BigBlueButton, vscode from Visual Studio Code, GnuPG from GNU Privacy Guard. It
// returns nil for other names.
func acronyms(name string) []string {
	var all []string
	for _, w := range rawWords(name) {
		if p := parts(w); len(p) > 1 {
			all = append(all, p...)
		} else {
			all = append(all, text.Fold(w))
		}
	}
	if len(all) < 3 || len(all) > 6 {
		return nil
	}
	var initials strings.Builder
	var out []string
	for i, w := range all {
		r, _ := utf8.DecodeRuneInString(w)
		initials.WriteRune(r)
		if i >= 1 && i+1 < len(all) {
			out = append(out, initials.String()+strings.Join(all[i+1:], ""))
		}
	}
	if first := all[0]; len(first) > 1 {
		out = append(out, first+initials.String()[len(first[:1]):])
	}
	return append(out, initials.String())
}
