package filter

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits of a filter, which bound its cost.
const (
	maxFilter = 500 // characters
	maxDepth  = 8   // nested parentheses
)

// Parse parses a filter; a blank text is the empty filter. The error, if any, is an
// *Error with the first fault and a valid example, and the Filter is then nil. A filter
// has at most maxFilter characters, also in canonical form.
func Parse(text string) (*Filter, error) {
	f, wrong := parse(text)
	if wrong != nil {
		wrong.Example = wrong.repaired()
		return nil, wrong
	}
	return f, nil
}

func parse(text string) (*Filter, *Error) {
	// peek returns the character 0 at the end.
	p := parser{text: []rune(strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD"))}
	if len(p.text) > maxFilter {
		return nil, p.fault(TooLong, maxFilter, len(p.text), "")
	}
	expr, wrong := p.alternatives(-1)
	if wrong != nil {
		return nil, wrong
	}
	f := &Filter{expr: expr}
	f.note(&expr)
	if utf8.RuneCountInString(f.String()) > maxFilter { // the canonical names of fields may be longer
		return nil, p.fault(TooLong, 0, len(p.text), "")
	}
	return f, nil
}

// note adds to f.named the fields that the terms of e test, for Rules and Excluded.
func (f *Filter) note(e *Expr) {
	for _, t := range e.Tests {
		f.named[t.Field] = true
	}
	for i := range e.Args {
		f.note(&e.Args[i])
	}
}

type parser struct {
	text  []rune
	at    int
	depth int
	start int // of the term
}

// peek returns the next character, or 0 at the end.
func (p *parser) peek() rune {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *parser) end() bool { return p.at == len(p.text) }

func (p *parser) skipSpace() {
	for !p.end() && unicode.IsSpace(p.text[p.at]) {
		p.at++
	}
}

// alternatives parses alternatives separated by «ou», up to the end of the filter or,
// if open is not negative, up to the parenthesis that closes the one at index open. It
// leaves the parser after them. The Error is the first fault, nil if there is none.
func (p *parser) alternatives(open int) (Expr, *Error) {
	var groups []Expr
	var group []Expr
	orFrom, orTo := -1, -1 // the last «ou»
	for {
		p.skipSpace()
		word := p.until(p.at, isSpace, isMark)
		closes := p.peek() == ')'
		switch {
		case p.end() && open >= 0:
			return Expr{}, p.fault(ParenthesisOpen, open, open+1, "").adding(len(p.text), ")")
		case closes && open < 0:
			return Expr{}, p.fault(ParenthesisClosed, p.at, p.at+1, "")
		case p.end() || closes:
			if len(group) == 0 && orFrom >= 0 {
				return Expr{}, p.fault(OrAlone, orFrom, orTo, "")
			}
			if len(group) == 0 && open >= 0 {
				return Expr{}, p.fault(EmptyGroup, open, p.at+1, "")
			}
			if closes {
				p.at++
			}
			return or(append(groups, and(group))), nil
		case isOr(word) && p.isDelimited(p.at+len(word)):
			orFrom, orTo = p.at, p.at+len(word)
			if len(group) == 0 {
				return Expr{}, p.fault(OrAlone, orFrom, orTo, "")
			}
			groups, group = append(groups, and(group)), nil
			p.at = orTo
		default:
			e, wrong := p.factor()
			if wrong != nil {
				return Expr{}, wrong
			}
			group = append(group, e)
		}
	}
}

// isDelimited reports whether the end of the filter, white space, a parenthesis or a
// quotation mark stands at index i, where a word ends.
func (p *parser) isDelimited(i int) bool {
	return i == len(p.text) || isSpace(p.text[i]) || strings.ContainsRune("()", p.text[i]) || isQuote(p.text[i])
}

func isOr(word []rune) bool { return slices.Contains([]string{"ou", "or"}, fold(string(word))) }

// factor parses a term or a group in parentheses, with the minus before it if there is
// one, and leaves the parser after it. The Error is the first fault, nil if there is
// none.
func (p *parser) factor() (Expr, *Error) {
	minus := p.at
	negated := isMinus(p.peek())
	if negated {
		p.at++
		if next := p.peek(); next == 0 || isSpace(next) || isMinus(next) || strings.ContainsRune("),:", next) {
			return Expr{}, p.minusAlone(minus)
		}
	}
	var e Expr
	var wrong *Error
	if p.peek() == '(' {
		open := p.at
		if p.depth++; p.depth > maxDepth {
			return Expr{}, p.fault(TooDeep, open, open+1, "")
		}
		p.at++
		e, wrong = p.alternatives(open)
		p.depth--
	} else {
		e, wrong = p.term()
	}
	if negated {
		e = not(e)
	}
	return e, wrong
}

// term parses a term, one or several values with or without a field and a colon before
// them. It records in p.start where the term starts, and leaves the parser after the
// term. The Error is its first fault, nil if there is none.
func (p *parser) term() (Expr, *Error) {
	start := p.at
	p.start = start
	switch p.peek() {
	case ':':
		return Expr{}, p.fault(NoField, start, start+1, "")
	case ',':
		return Expr{}, p.fault(NoValue, start, start+1, "")
	}
	field := Anywhere
	if name := p.until(start, isSpace, isMark, isColon); len(name) > 0 {
		p.at += len(name)
		p.skipSpace() // French puts a space before the colon
		if p.peek() == ':' {
			known := false
			if field, known = fieldNamed(string(name)); !known {
				return Expr{}, p.unknownField(start, name)
			}
			p.at++
		} else {
			p.at = start
		}
	}
	var values []value
	for {
		separator := p.at - 1 // the colon or the comma before the value
		v, wrong := p.value(field, len(values) == 0, separator)
		if wrong != nil {
			return Expr{}, wrong
		}
		values = append(values, v)
		after := p.at
		p.skipSpace()
		if p.peek() != ',' {
			p.at = after
			return newTerm(field, values), nil
		}
		p.at++
	}
}

// value parses one value of a term of the field f, and leaves the parser after it.
// first says that it is the term's first one; separator is the index of the colon or
// comma before it. The Error is its fault, nil if there is none.
func (p *parser) value(f Field, first bool, separator int) (value, *Error) {
	spaced := p.at
	p.skipSpace()
	start := p.at
	word := p.until(start, isSpace, isMark)
	if f == Anywhere && first {
		word = p.until(start, isSpace, isMark, isColon)
	}
	expected := f != Anywhere || !first // a colon or a comma requires a value
	switch c := p.peek(); {
	case isQuote(c):
		return p.quoted(f)
	case expected && (c == 0 || c == ')' || c == ',' || start > spaced && isOr(word)):
		return value{}, p.noValue(f, first, separator)
	case expected && isMinus(c):
		return value{}, p.minusInValue(f, first, separator)
	case expected && c == '(':
		return value{}, p.groupInValue(start)
	}
	if !first {
		if before, _, ok := strings.Cut(string(word), ":"); ok {
			if _, known := fieldNamed(before); known {
				return value{}, p.fault(FieldInValue, start, start+len(word), "").replacing(separator, separator+1, " ")
			}
		}
	}
	p.at += len(word)
	// String quotes «ou» as a value, since without quotes it is the operator.
	return p.checked(f, value{string(word), isOr(word)}, start)
}

// quoted parses a value between quotation marks of any kind, and leaves the parser
// after it. f is the field of the term. The Error is the value's fault, such as a
// missing closing mark, nil if there is none.
func (p *parser) quoted(f Field) (value, *Error) {
	start := p.at
	text := p.until(start+1, func(r rune) bool { return closesQuote(p.text[start], r) })
	if p.at = start + 1 + len(text); p.end() {
		wrong := p.fault(QuoteOpen, start, start+1, "")
		if len(words(string(text))) > 0 {
			wrong = wrong.adding(len(p.text), closing(p.text[start]))
		}
		return value{}, wrong
	}
	p.at++
	inside := strings.Join(strings.Fields(strings.ReplaceAll(string(text), `"`, " ")), " ")
	return p.checked(f, value{inside, true}, start)
}

// checked returns v, a value of the field f, with a nil Error if an item can match it.
// The Error is for a value without a word, or one of a flag that is no yes or no. start
// is the index at which the value begins; it ends at the parser's position.
func (p *parser) checked(f Field, v value, start int) (value, *Error) {
	switch {
	case fields[f].flag && flagValues[fold(v.text)] == "":
		return v, p.fault(NotFlag, start, p.at, yes)
	case len(words(v.text)) == 0:
		return v, p.noWord(f, start)
	}
	return v, nil
}

// until returns the text from index i up to the first character for which one of the
// functions ends is true, or to the end of the filter. It does not move the parser.
func (p *parser) until(i int, ends ...func(rune) bool) []rune {
	for end := i; end < len(p.text); end++ {
		for _, ends := range ends {
			if ends(p.text[end]) {
				return p.text[i:end]
			}
		}
	}
	return p.text[min(i, len(p.text)):]
}

func isSpace(r rune) bool { return unicode.IsSpace(r) }
func isColon(r rune) bool { return r == ':' }

// isMark reports whether r is punctuation that ends a word.
func isMark(r rune) bool { return strings.ContainsRune(`(),`, r) || isQuote(r) }

func isQuote(r rune) bool { return strings.ContainsRune(`"“”„«»`, r) }

func closesQuote(open, r rune) bool {
	return r == '»' && open == '«' || open != '«' && strings.ContainsRune(`"“”`, r)
}

func closing(open rune) string {
	if open == '«' {
		return "»"
	}
	return `"`
}

// isMinus reports whether r is a minus, or a dash that keyboards insert instead.
func isMinus(r rune) bool { return strings.ContainsRune("-−–—", r) }
