package filter

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"heraut/text"
)

// Problem is the kind of fault in a filter, such as an unknown field. The template
// filter-fault of package locale has a sentence for each.
type Problem string

// The kinds of faults. The template filter-fault of package locale has a sentence for
// each.
const (
	UnknownField      Problem = "unknown-field"      // a colon after a word that is no field
	NoField           Problem = "no-field"           // a colon with nothing before it
	NoValue           Problem = "no-value"           // a colon or a comma without a value
	NoWord            Problem = "no-word"            // neither letter nor digit
	NotFlag           Problem = "not-a-flag"         // neither yes nor no
	MinusInValue      Problem = "minus-in-value"     // «langage:-go»
	GroupInValue      Problem = "group-in-value"     // «langage:(go ou c)»
	FieldInValue      Problem = "field-in-value"     // «langage:go,licence:mit»
	MinusAlone        Problem = "minus-alone"        // with nothing after it
	OrAlone           Problem = "or-alone"           // with nothing on one side
	QuoteOpen         Problem = "quote-open"         // never closed
	ParenthesisOpen   Problem = "parenthesis-open"   // never closed
	ParenthesisClosed Problem = "parenthesis-closed" // never opened
	EmptyGroup        Problem = "empty-group"        // «()»
	TooLong           Problem = "too-long"
	TooDeep           Problem = "too-deep" // too many nested parentheses
)

// Problems lists all the kinds.
var Problems = []Problem{UnknownField, NoField, NoValue, NoWord, NotFlag, MinusInValue, GroupInValue, FieldInValue,
	MinusAlone, OrAlone, QuoteOpen, ParenthesisOpen, ParenthesisClosed, EmptyGroup, TooLong, TooDeep}

// Error is the first fault that Parse finds in a filter: its kind, its position, and a
// repaired example of the filter.
type Error struct {
	Problem Problem
	Pos     int    // its position in characters, from 1
	Word    string // the text at that position
	// Example is a valid filter, close to the invalid one.
	Example string

	// The repair: replace the characters of text between from and to by with.
	text     []rune
	from, to int
	with     string
}

// Fields returns the French names of all fields that a filter may test, for the
// message about the fault.
func (e *Error) Fields() []string { return FieldNames() }

// Longest returns how many characters a filter may have.
func (e *Error) Longest() int { return maxFilter }

// Error returns the fault as a line in English, for logs; people read the template
// filter-fault.
func (e *Error) Error() string {
	return fmt.Sprintf("filter, character %d, %q: %s; for example %s", e.Pos, e.Word, e.Problem, e.Example)
}

// fault returns an Error of the kind problem about the characters of the filter from
// index from up to index to, exclusive. Its repair replaces them by with; an empty with
// drops them. Parse adds the example.
func (p *parser) fault(problem Problem, from, to int, with string) *Error {
	return &Error{
		Problem: problem, Pos: from + 1, Word: string(p.text[from:to]),
		text: p.text, from: from, to: to, with: with,
	}
}

// adding gives e another repair and returns e: the new repair inserts the text with at
// index at of the filter.
func (e *Error) adding(at int, with string) *Error { return e.replacing(at, at, with) }

// replacing gives e another repair and returns e: the new repair replaces the filter's
// characters from index from up to index to, exclusive, with the text with.
func (e *Error) replacing(from, to int, with string) *Error {
	e.from, e.to, e.with = from, to, with
	return e
}

// anyExample is the example when a filter cannot be repaired.
const anyExample = "langage:go,python -fork"

// repaired returns a valid filter, made by repairing this fault and then all further
// ones. It returns anyExample if the filter is too long, still invalid after 40
// repairs, or empty after them.
func (e *Error) repaired() string {
	for range 40 {
		if e.Problem == TooLong {
			break
		}
		f, next := parse(string(slices.Concat(e.text[:e.from], []rune(e.with), e.text[e.to:])))
		if next == nil {
			return cmp.Or(f.String(), anyExample)
		}
		e = next
	}
	return anyExample
}

// unknownField returns the Error for a term «name:…» whose name is not that of a field.
// The name begins at index start, and the parser is at the colon. The repair replaces
// the name by the nearest name of a field. If none is near, it puts the whole term in
// quotes, or drops the colon if a space stands before it.
func (p *parser) unknownField(start int, name []rune) *Error {
	e := p.fault(UnknownField, start, start+len(name), "")
	if near := nearestField(string(name)); near != "" {
		e.with = near
		return e
	}
	end := start + len(p.until(start, isSpace, isMark))
	if p.at >= end { // a space before the colon
		return e.replacing(p.at, p.at+1, " ")
	}
	return e.replacing(start, end, `"`+string(p.text[start:end])+`"`)
}

// nearestField returns the French name of the field whose name or alias differs least
// from name, by at most two changes; empty if none is that near.
func nearestField(name string) string {
	name, best, nearest := fold(name), 3, ""
	for f := Anywhere + 1; f < numFields; f++ {
		for _, known := range fields[f].names {
			if d := text.Distance(name, known); d < best && d < len(known)-1 {
				best, nearest = d, f.String()
			}
		}
	}
	return nearest
}

// noValue returns the Error for a missing value of the field f after the colon (first
// is true) or a comma (first is false) at index separator. Its repair adds an example
// value after the colon, or drops the comma.
func (p *parser) noValue(f Field, first bool, separator int) *Error {
	if first {
		return p.fault(NoValue, separator, separator+1, "").adding(separator+1, fields[f].example+" ")
	}
	return p.fault(NoValue, separator, separator+1, "").replacing(separator, separator+1, "")
}

// noWord returns the Error for a value of the field f that has no letter or digit; the
// value stands from index start up to the parser's position. The repair replaces «|» by
// «ou». It drops any other value if f is Anywhere, and otherwise replaces it by an
// example of the field's values.
func (p *parser) noWord(f Field, start int) *Error {
	e := p.fault(NoWord, start, p.at, "")
	switch {
	case strings.Trim(e.Word, "|") == "":
		e.with = "ou"
	case f != Anywhere:
		e.with = fields[f].example
	}
	return e
}

// minusAlone returns the Error for a minus, at index minus, without a term right after
// it. Its repair moves the minus to the next term after white space, or drops it if
// there is none. It moves the parser, which is right after the minus, past white space.
func (p *parser) minusAlone(minus int) *Error {
	e := p.fault(MinusAlone, minus, minus+1, "")
	if p.skipSpace(); p.at > minus+1 && !p.end() && p.peek() != ')' {
		return e.replacing(minus+1, p.at, "")
	}
	return e
}

// minusInValue returns the Error for a minus, at the parser's position, before a value
// of the field f. If first is true, the value is the first of its term, and the repair
// moves the minus to the start of the term. Otherwise the repair makes the value a term
// of its own, with the minus at its start, in place of the comma at index separator.
func (p *parser) minusInValue(f Field, first bool, separator int) *Error {
	e := p.fault(MinusInValue, p.at, p.at+1, "")
	name := ""
	if f != Anywhere {
		name = f.String() + ":"
	}
	if !first {
		return e.replacing(separator, p.at+1, " -"+name)
	}
	return e.replacing(p.start, p.at+1, "-"+name)
}

// groupInValue returns the Error for a parenthesis, at index open, in the place of a
// value. Its repair writes the contents as alternatives separated by commas; it drops
// the parenthesis if that is never closed or holds another one.
func (p *parser) groupInValue(open int) *Error {
	e := p.fault(GroupInValue, open, open+1, "")
	inside := p.until(open+1, func(r rune) bool { return strings.ContainsRune("()", r) })
	end := open + 1 + len(inside)
	if end == len(p.text) || p.text[end] != ')' {
		return e
	}
	var values []string
	for _, word := range strings.FieldsFunc(string(inside), func(r rune) bool { return isSpace(r) || r == ',' }) {
		if !isOr([]rune(word)) {
			values = append(values, word)
		}
	}
	return e.replacing(open, end+1, strings.Join(values, ","))
}
