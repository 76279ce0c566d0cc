package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const (
	longFunc = 60  // lines of a function, with its signature
	longTest = 300 // lines of a test file
	runLines = 6   // lines of a run that counts as repeated
)

// tics are the phrases that shared writing rules forbid in comments.
var tics = regexp.MustCompile(`(?i)\bwhat (is|was|are|were)\b|\btells that\b|\b(is|are|was|were) to be\b|\b(has|have) (the|a|an|it|them|run|sync) \w* ?(say|do|go|look|run|read|take|wait)\b`)

// tree holds the measurements of all Go files below a directory.
type tree struct {
	code, tests, longTests int
	interfaces, tics       int
	longFuncs              []string
	worst                  int // the highest complexity of a function
	worstFunc              string
	packages               map[string]*pack
	runs                   map[string][]place // where each run of runLines lines stands
}

type pack struct{ files, exported int }

// place is where a run of repeated lines begins: a file and the number of a line in
// it.
type place struct {
	file string
	line int
}

// measure reads all Go files below the directory dir, without hidden directories,
// testdata and node_modules, and returns their measurements. The error is one of
// reading or parsing.
func measure(dir string) (*tree, error) {
	t := &tree{packages: map[string]*pack{}, runs: map[string][]place{}}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules" || d.Name() != "." && path != dir && strings.HasPrefix(d.Name(), ".")):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go"):
			return nil
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return t.add(filepath.ToSlash(name), source)
	})
	return t, err
}

// add adds the measurements of one file, with the given name and contents, to the tree.
// Of a test file it counts the lines and the tics alone; the functions of testkit do
// not count. The error means that the file is no Go.
func (t *tree) add(name string, source []byte) error {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, source, parser.ParseComments)
	if err != nil {
		return fmt.Errorf("parse: %w", err)
	}
	for _, group := range file.Comments {
		for _, c := range group.List {
			for line := range strings.Lines(c.Text) {
				if tics.MatchString(line) {
					t.tics++
				}
			}
		}
	}
	lines := bytes.Count(source, []byte("\n"))
	if strings.HasSuffix(name, "_test.go") {
		t.tests += lines
		if lines > longTest {
			t.longTests++
		}
		return nil
	}
	t.code += lines
	dir := filepath.Dir(name)
	if t.packages[dir] == nil {
		t.packages[dir] = &pack{}
	}
	t.packages[dir].files++
	t.packages[dir].exported += exported(file)
	ast.Inspect(file, func(n ast.Node) bool {
		if _, ok := n.(*ast.InterfaceType); ok {
			t.interfaces++
		}
		return true
	})
	if !strings.HasPrefix(name, "testkit/") {
		t.addFuncs(fset, file, name)
	}
	t.addRuns(name, source)
	return nil
}

// exported returns how many names the file exports: types, functions, methods,
// variables and constants; no fields.
func exported(file *ast.File) (n int) {
	count := func(id *ast.Ident) {
		if id.IsExported() {
			n++
		}
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			count(d.Name)
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					count(s.Name)
				case *ast.ValueSpec:
					for _, id := range s.Names {
						count(id)
					}
				}
			}
		}
	}
	return n
}

// addFuncs adds the functions of more than longFunc lines in file to t.longFuncs, and
// stores the highest complexity in t.worst. name is the file's name.
func (t *tree) addFuncs(fset *token.FileSet, file *ast.File, name string) {
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		lines := fset.Position(f.End()).Line - fset.Position(f.Pos()).Line + 1
		if lines > longFunc {
			t.longFuncs = append(t.longFuncs, fmt.Sprintf("%s %s, %d", name, f.Name.Name, lines))
		}
		if c := complexity(f); c > t.worst {
			t.worst, t.worstFunc = c, name+" "+f.Name.Name
		}
	}
}

// complexity returns the McCabe complexity of the function f: one more than the number
// of its branches (conditions, loops, cases and the operators && and ||).
func complexity(f *ast.FuncDecl) int {
	n := 1
	ast.Inspect(f, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt:
			n++
		case *ast.CaseClause:
			if node.List != nil {
				n++
			}
		case *ast.CommClause:
			if node.Comm != nil {
				n++
			}
		case *ast.BinaryExpr:
			if node.Op == token.LAND || node.Op == token.LOR {
				n++
			}
		}
		return true
	})
	return n
}

// addRuns records in t.runs each run of six lines of the file name, to find those that
// stand twice. Empty lines, comments, imports and lines with brackets alone do not
// count.
func (t *tree) addRuns(name string, source []byte) {
	var kept []string
	var numbers []int
	number, imports := 0, false
	for line := range strings.Lines(string(source)) {
		number++
		line = strings.TrimSpace(line)
		switch {
		case line == "import (":
			imports = true
		case imports:
			imports = line != ")"
		case strings.Trim(line, "(){}[], ") == "", strings.HasPrefix(line, "//"):
		default:
			kept, numbers = append(kept, line), append(numbers, number)
		}
	}
	for i := 0; i+runLines <= len(kept); i++ {
		key := strings.Join(kept[i:i+runLines], "\n")
		t.runs[key] = append(t.runs[key], place{name, numbers[i]})
	}
}

// repeated returns the number of lines that begin a repeated run: six lines that stand
// in the same order at another place of the tree too.
func (t *tree) repeated() (n int) {
	for _, places := range t.runs {
		if len(places) > 1 {
			n += len(places)
		}
	}
	return n
}

// packageNames returns the packages of all trees, sorted.
func packageNames(trees []*tree) []string {
	all := map[string]bool{}
	for _, t := range trees {
		for name := range t.packages {
			all[name] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}
