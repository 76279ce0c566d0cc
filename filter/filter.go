package filter

import (
	"slices"
	"strings"
)

// Filter is a valid filter expression. The zero Filter is the empty filter, which
// accepts all items that no rule excludes. A Filter never changes.
//
// Words and terms «field:value» must all match; «ou» separates alternatives, a comma
// the alternative values of one term, «-» excludes; parentheses group. Case and accents
// do not count, nor do small words such as «le» beside others. In prose (all fields but
// the language, the licence, the platform and the flags), a word of three letters or
// more also matches longer words that it begins, and a plural its singular; a quoted
// word matches exactly. A bare «fork» or «archive» is the flag, as in «fork:oui»;
// quoted, it is the word.
type Filter struct {
	expr  Expr
	named [numFields]bool // the fields that its terms test
}

// Expr is a node of a filter's syntax tree: an operator with its arguments, or a term
// with its tests.
type Expr struct {
	Op   Op
	Args []Expr // of And, Or and Not

	// Tests are the alternatives of a term (Has).
	Tests []Test

	// The term as typed.
	field  Field
	values []value
}

// Op is the operator of an Expr: and, or, not, or a term.
type Op int

// The operators.
const (
	And Op = iota // any number of Args; without any, it is true
	Or            // two Args or more
	Not           // one Arg
	Has
)

// Test is a condition on an item: that a field contains the given words, one right
// after the other.
type Test struct {
	Field Field
	Words []string // in the form of Words.In, at least one
	Open  bool     // the last one may be the beginning of a longer word
}

// value is one of the alternatives in a term: of «langage:go,python», either «go» or
// «python».
type value struct {
	text   string // without its quotes
	quoted bool
}

// Expr returns the filter as a tree, for callers that do not match item by item. They
// must apply Rules too.
func (f *Filter) Expr() Expr { return f.expr }

// Rules returns the rules by which this filter excludes items by default: all rules
// except those whose field the filter names («fork:oui», «-archive»).
func (f *Filter) Rules() []string {
	rules := []string{RuleGone, RulePersonal, RuleMirror, RuleTemplate, RuleEmpty}
	for _, rule := range []string{RuleFork, RuleArchived} {
		if !f.named[namedBy[rule]] {
			rules = append(rules, rule)
		}
	}
	return rules
}

// Excluded reports whether a default rule excludes the item with the words w, and
// returns the first such rule; "" and false if there is none. A rule does not count if
// the filter names its field («fork:oui»). Excluded does not test the filter's terms.
func (f *Filter) Excluded(w *Words) (rule string, excluded bool) {
	for _, rule := range w.rules {
		if field, ok := namedBy[rule]; !ok || !f.named[field] {
			return rule, true
		}
	}
	return "", false
}

// Names reports whether the filter names the item with the words w: whether one of its
// terms «nom:value», not excluded by a minus, matches the item. A bare word such as
// «gimp» names nothing, since it may also stand in a description. Names does not test
// the other terms.
func (f *Filter) Names(w *Words) bool { return f.expr.names(w) }

func (e *Expr) names(w *Words) bool {
	switch e.Op {
	case Has:
		return e.field == Name && e.match(w)
	case Not:
		return false
	}
	return slices.ContainsFunc(e.Args, func(arg Expr) bool { return arg.names(w) })
}

// Match reports whether the item with the words w meets the filter's terms and no
// default rule excludes it.
func (f *Filter) Match(w *Words) bool {
	_, excluded := f.Excluded(w)
	return !excluded && f.expr.match(w)
}

func (e *Expr) match(w *Words) bool {
	switch e.Op {
	case Has:
		for i := range e.Tests {
			if t := &e.Tests[i]; t.match(w.in[t.Field]) {
				return true
			}
		}
		return false
	case Not:
		return !e.Args[0].match(w)
	case Or:
		for i := range e.Args {
			if e.Args[i].match(w) {
				return true
			}
		}
		return false
	}
	for i := range e.Args {
		if !e.Args[i].match(w) {
			return false
		}
	}
	return true
}

func (t *Test) match(words []string) bool {
	last := len(t.Words) - 1
	for i := 0; i+last < len(words); i++ {
		if (words[i+last] == t.Words[last] || t.Open && strings.HasPrefix(words[i+last], t.Words[last])) &&
			slices.Equal(words[i:i+last], t.Words[:last]) {
			return true
		}
	}
	return false
}

// String returns the filter in canonical form, which Parse accepts: French field names,
// and only the necessary parentheses and quotes. The empty filter is "".
func (f *Filter) String() string { return f.expr.String() }

// String returns the expression in the syntax of filters.
func (e Expr) String() string {
	switch e.Op {
	case Has:
		return e.term()
	case Not:
		return "-" + e.Args[0].grouped(e.Args[0].Op != Has)
	}
	parts := make([]string, len(e.Args))
	for i, arg := range e.Args {
		parts[i] = arg.grouped(e.Op == And && arg.Op == Or)
	}
	if e.Op == Or {
		return strings.Join(parts, " ou ")
	}
	return strings.Join(parts, " ")
}

func (e Expr) grouped(parentheses bool) string {
	if parentheses {
		return "(" + e.String() + ")"
	}
	return e.String()
}

func (e Expr) term() string {
	var b strings.Builder
	if e.field != Anywhere {
		b.WriteString(e.field.String() + ":")
	}
	for i, v := range e.values {
		if i > 0 {
			b.WriteByte(',')
		}
		if v.quoted {
			b.WriteString(`"` + v.text + `"`)
		} else {
			b.WriteString(v.text)
		}
	}
	return b.String()
}
