package filter

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// newTerm returns the expression for a term with the alternatives values in the field
// f. Each value must contain a word, and for a flag mean yes or no. Where f is
// Anywhere, the name of a flag tests only that flag, for yes.
func newTerm(f Field, values []value) Expr {
	term := Expr{Op: Has, field: f, values: values}
	for _, v := range values {
		if f != Anywhere {
			term.Tests = append(term.Tests, v.tests(f)...)
			continue
		}
		if flag, ok := v.flag(); ok {
			term.Tests = append(term.Tests, Test{Field: flag, Words: []string{yes}})
			continue
		}
		for _, f := range anywhere {
			term.Tests = append(term.Tests, v.tests(f)...)
		}
	}
	return term
}

// flag returns the yes-or-no field that the value names, as the bare word «fork» does;
// false if it names none or is quoted.
func (v value) flag() (Field, bool) {
	f, ok := fieldNamed(v.text)
	return f, ok && fields[f].flag && !v.quoted
}

// elision matches an elided article or pronoun, as in « l’eau ».
var elision = regexp.MustCompile(`^(?i:[cdjlmnst]|qu)['’]`)

// words returns the folded words of the value. Unless the value is quoted or has no
// other word, it leaves out an elided word at the start, such as l’, d’ or qu’.
func (v value) words() []string {
	if v.quoted {
		return words(v.text)
	}
	if found := words(elision.ReplaceAllString(v.text, "")); len(found) > 0 {
		return found
	}
	return words(v.text)
}

// tests returns the conditions of which an item must meet one to match the value in
// the field f: the words as they are, longer ones, or the singular.
func (v value) tests(f Field) []Test {
	found := v.words()
	kind := fields[f]
	switch {
	case kind.flag:
		return []Test{{Field: f, Words: []string{flagValues[fold(v.text)]}}}
	case kind.whole:
		found[0] = slash + found[0]
		return []Test{{Field: f, Words: found}}
	case !kind.prose || v.quoted:
		return []Test{{Field: f, Words: found}}
	}
	last := found[len(found)-1]
	all := []Test{{Field: f, Words: found, Open: utf8.RuneCountInString(last) >= 3}}
	if n := len(last) - 1; n >= 3 && (last[n] == 's' || last[n] == 'x') {
		singular := slices.Clone(found)
		singular[len(found)-1] = last[:n]
		all = append(all, Test{Field: f, Words: singular})
	}
	return all
}

// smallWords are the stop words, folded.
var smallWords = strings.Fields("a au aux avec d dans de des du en et l la le les par pour sur un une the an and for in of to with")

// isSmall reports whether the expression is a single unquoted word such as «le» or
// «of», which says nothing.
func (e *Expr) isSmall() bool {
	return e.Op == Has && e.field == Anywhere && len(e.values) == 1 &&
		!e.values[0].quoted && slices.Contains(smallWords, fold(e.values[0].text))
}

// and returns the expression that is true if all of args are: a single argument itself,
// and an expression that is always true if there are no arguments. It leaves out
// unquoted words such as «le» or «of», unless there are no others.
func and(args []Expr) Expr {
	args = flattened(And, args)
	if telling := slices.DeleteFunc(slices.Clone(args), func(e Expr) bool { return e.isSmall() }); len(telling) > 0 {
		args = telling
	}
	if len(args) == 1 {
		return args[0]
	}
	return Expr{Op: And, Args: args}
}

// or returns the expression that is true if at least one of args is; a single argument
// comes back as it is. args must not be empty.
func or(args []Expr) Expr {
	if args = flattened(Or, args); len(args) == 1 {
		return args[0]
	}
	return Expr{Op: Or, Args: args}
}

func not(e Expr) Expr {
	if e.Op == Not {
		return e.Args[0]
	}
	return Expr{Op: Not, Args: []Expr{e}}
}

// flattened returns args, in which the arguments of each argument with the operator op
// stand in its place.
func flattened(op Op, args []Expr) []Expr {
	var flat []Expr
	for _, arg := range args {
		if arg.Op == op && op != Has {
			flat = append(flat, arg.Args...)
		} else {
			flat = append(flat, arg)
		}
	}
	return flat
}
