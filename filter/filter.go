package filter

import (
	"slices"
	"strings"
)

// Filter is a checked filter expression. The zero Filter is the empty one,
// which accepts all that no rule excludes. It never changes.
//
// Words and terms «field:value» all have to match; «ou» stands between
// alternatives, a comma between the alternative values of one term, «-» before
// what must not match; parentheses group. Neither case nor accents count. In
// prose (all but the language, the licence, the platform and the flags) a word
// of three letters or more also finds the longer ones that begin with it, and a
// plural its singular; between quotes it is taken as it is. A bare «fork» or
// «archive» is the flag, as in «fork:oui»; between quotes it is the word.
type Filter struct {
	expr  Expr
	named [numFields]bool // the fields that it has terms on
}

// Expr is a filter as a tree.
type Expr struct {
	Op   Op
	Args []Expr // of And, Or and Not

	// Tests are the ways to satisfy a term (Has): any of them.
	Tests []Test

	// The term as it was written.
	field  Field
	values []value
}

// Op is what an Expr does.
type Op int

// The kinds of Expr.
const (
	And Op = iota // of any number of Args; of none, it is true
	Or            // of two Args or more
	Not           // of one
	Has
)

// Test looks for words that follow one another in a field.
type Test struct {
	Field Field
	Words []string // as in Words.In, at least one
	Open  bool     // the last one may be the beginning of a longer word
}

// value is one of the alternatives of a term.
type value struct {
	text   string // without its quotes
	quoted bool
}

// Expr returns the filter as a tree, for those who answer it otherwise than item
// by item. The rules of Rules come on top.
func (f *Filter) Expr() Expr { return f.expr }

// Rules are those by which the filter excludes items although it does not say
// so: all, but for those it names (with «fork:oui», or «-archive»).
func (f *Filter) Rules() []string {
	rules := []string{RuleGone, RulePersonal, RuleMirror, RuleTemplate, RuleEmpty}
	for _, rule := range []string{RuleFork, RuleArchived} {
		if !f.named[namedBy[rule]] {
			rules = append(rules, rule)
		}
	}
	return rules
}

// Excluded reports whether a default rule that the filter does not lift excludes
// the item, and returns the first such rule.
func (f *Filter) Excluded(w *Words) (rule string, excluded bool) {
	for _, rule := range w.rules {
		if field, ok := namedBy[rule]; !ok || !f.named[field] {
			return rule, true
		}
	}
	return "", false
}

// Match reports whether the filter accepts the item and no default rule excludes it.
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

// String is the filter in its canonical form: the French names of the fields,
// and no more parentheses and quotes than it takes.
func (f *Filter) String() string { return f.expr.String() }

// String is the expression as it may be written in a filter.
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
