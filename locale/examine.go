package locale

import (
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"slices"
	"text/template/parse"
)

// Problem is something wrong with a language's folder.
type Problem struct {
	Language string
	// Fault reports that the language cannot be used.
	Fault bool
	// Text says what is wrong, in English.
	Text string
	// Missing are the files of templates that the folder lacks, and the templates that
	// its own files lack; their fallback serves.
	Missing []string
	// Fallback is the language of their text.
	Fallback string
	// Circle are the names of the templates of a fault that call each other without end:
	// each calls the next one, and the last one the first. Large is that of a fault of a
	// template that is too large or nests too many loops.
	Circle []string
	Large  string
}

// examine compares the templates of the language l with those of its fallbacks, and
// sets l.owned to the names of l's own templates. It returns the faults, with which l
// cannot be used, and the warnings: texts that are missing, and templates that nothing
// uses. known are the languages loaded before l. A template of l gets the same data as
// the template of that name in another language, so a field that no template in known
// uses is a fault. For a language without a fallback, examine does nothing and returns
// nil.
func (l *spoken) examine(known map[string]*spoken) []Problem {
	if l.fallback == nil {
		return nil // a language of the program, which tests check
	}
	fault := func(err error) []Problem {
		return []Problem{{Language: l.code, Fault: true, Text: err.Error()}}
	}
	mine, err := l.trees()
	if err != nil {
		return fault(err)
	}
	theirs := map[string]tree{}
	for other := l.fallback; other != nil; other = other.fallback {
		trees, err := other.trees()
		if err != nil {
			return fault(err)
		}
		maps.Copy(trees, theirs) // the nearer fallback counts
		theirs = trees
	}
	fields, err := fieldsOf(known)
	if err != nil {
		return fault(err)
	}
	l.owned = map[string]bool{}
	var problems []Problem
	for _, name := range slices.Sorted(maps.Keys(mine)) {
		l.owned[name] = true
		if _, used := theirs[name]; !used {
			problems = append(problems, Problem{Language: l.code, Text: fmt.Sprintf("nothing uses the template %q: is its name right?", name)})
		}
		eachName(mine[name].Root, func(field string) {
			if !fields[field] {
				problems = append(problems, Problem{Language: l.code, Fault: true, Text: fmt.Sprintf("the template %q uses .%s, which no message has", name, field)})
			}
		}, func(part string) {
			if mine[part].Tree == nil && theirs[part].Tree == nil {
				problems = append(problems, Problem{Language: l.code, Fault: true, Text: fmt.Sprintf("the template %q uses the template %q, which does not exist", name, part)})
			}
		})
	}
	problems = append(problems, unbounded(l.code, mine, theirs)...)
	if missing, n := l.missing(theirs); n > 0 {
		problems = append(problems, Problem{
			Language: l.code, Missing: missing, Fallback: l.fallback.code,
			Text: fmt.Sprintf("%d of %d texts are missing", n, len(theirs)),
		})
	}
	return problems
}

// missing returns what the folder of l lacks of theirs, the templates of its fallbacks.
// names, sorted, holds the templates that are missing in a file which the folder has,
// and the files that the folder does not have at all. n is the number of all missing
// templates, those of the missing files included. Call it after examine has set
// l.owned.
func (l *spoken) missing(theirs map[string]tree) (names []string, n int) {
	for _, name := range slices.Sorted(maps.Keys(theirs)) {
		if l.owned[name] {
			continue
		}
		n++
		file := theirs[name].file + ".html"
		if _, err := fs.Stat(l.folder, file); err == nil {
			names = append(names, name)
		} else if !slices.Contains(names, file) {
			names = append(names, file)
		}
	}
	slices.Sort(names)
	return names, n
}

// fieldsOf returns the set of the fields of the data that the templates of the
// languages known use. The error is that of a folder whose templates cannot be read or
// parsed.
func fieldsOf(known map[string]*spoken) (map[string]bool, error) {
	fields := map[string]bool{}
	for _, l := range known {
		trees, err := l.trees()
		if err != nil {
			return nil, err
		}
		for _, t := range trees {
			eachName(t.Root, func(name string) { fields[name] = true }, func(string) {})
		}
	}
	return fields, nil
}

// tree is a parsed template and the file that holds it, without ".html".
type tree struct {
	*parse.Tree
	file string
}

// trees returns the parsed templates of the folder alone, by name, without those that
// hold only definitions and comments. The error is that of a file that cannot be read
// or parsed.
func (l *spoken) trees() (map[string]tree, error) {
	sources, err := templates(l.folder)
	if err != nil {
		return nil, err
	}
	set := template.New("").Funcs(l.functions()).Funcs(template.FuncMap{"part": func(string, any) template.HTML { return "" }})
	for _, s := range sources {
		if _, err := set.New(s.name).Parse(s.text); err != nil {
			return nil, err
		}
	}
	trees := map[string]tree{}
	for _, t := range set.Templates() {
		if t.Tree != nil && t.Tree.Root != nil && !parse.IsEmptyTree(t.Tree.Root) {
			trees[t.Name()] = tree{t.Tree, t.Tree.ParseName}
		}
	}
	return trees, nil
}

// partOf returns the name of the template that a call of part includes; false if n is no
// such call, or if it computes the name.
func partOf(n *parse.CommandNode) (string, bool) {
	if len(n.Args) < 2 || n.Args[0].String() != "part" {
		return "", false
	}
	name, ok := n.Args[1].(*parse.StringNode)
	if !ok {
		return "", false
	}
	return name.Text, true
}

// eachName walks through n, a part of a template. It calls field with the name of each
// field of the data that n uses, also through a variable, and template with the name of
// each template that n includes, other than by a computed name. If a name occurs twice,
// it is passed twice.
func eachName(n parse.Node, field, template func(name string)) {
	branch := func(b *parse.BranchNode) {
		eachName(b.Pipe, field, template)
		eachName(b.List, field, template)
		eachName(b.ElseList, field, template)
	}
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, node := range n.Nodes {
				eachName(node, field, template)
			}
		}
	case *parse.ActionNode:
		eachName(n.Pipe, field, template)
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	case *parse.TemplateNode:
		template(n.Name)
		eachName(n.Pipe, field, template)
	case *parse.PipeNode:
		if n != nil {
			for _, command := range n.Cmds {
				eachName(command, field, template)
			}
		}
	case *parse.CommandNode:
		if name, ok := partOf(n); ok {
			template(name)
		}
		for _, arg := range n.Args {
			eachName(arg, field, template)
		}
	case *parse.FieldNode:
		for _, name := range n.Ident {
			field(name)
		}
	case *parse.VariableNode:
		for _, name := range n.Ident[1:] {
			field(name)
		}
	case *parse.ChainNode:
		eachName(n.Node, field, template)
		for _, name := range n.Field {
			field(name)
		}
	}
}
