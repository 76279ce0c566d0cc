// Command docstrings draws docstrings of the tree at random, for a reader who does not
// see the code and says what they do not understand:
//
//	docstrings [-seed N] [-n 20] [DIR]
//
// The same seed draws the same declarations from the same tree.
package main

import (
	"flag"
	"fmt"
	"go/ast"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	seed := flag.Uint64("seed", 1, "of the draw")
	n := flag.Int("n", 20, "how many to draw")
	flag.Parse()
	dir := "."
	if flag.NArg() > 0 {
		dir = flag.Arg(0)
	}
	all, err := read(dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, "docstrings:", err)
		os.Exit(1)
	}
	draw := rand.New(rand.NewPCG(*seed, 0))
	draw.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	fmt.Fprintf(os.Stdout, "%d of %d docstrings, seed %d\n", min(*n, len(all)), len(all), *seed)
	for _, d := range all[:min(*n, len(all))] {
		fmt.Fprintf(os.Stdout, "\n%s, %s\n%s", d.file, d.name, d.text)
	}
}

// docstring is the comment before a function or type, with the file and the name of
// that declaration.
type docstring struct{ file, name, text string }

// read returns the docstrings of the functions, methods and types below dir, without
// tests, in the order of files and lines. It leaves out grouped types and declarations
// without a docstring. The error is one of reading or parsing.
func read(dir string) (all []docstring, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		add := func(name string, text *ast.CommentGroup) {
			if text != nil {
				all = append(all, docstring{path, name, plain(text.Text())})
			}
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				add(d.Name.Name, d.Doc)
			case *ast.GenDecl:
				if d.Tok == token.TYPE && len(d.Specs) == 1 {
					add(d.Specs[0].(*ast.TypeSpec).Name.Name, d.Doc)
				}
			}
		}
		return nil
	})
	return all, err
}

// plain returns a docstring as text, indented and wrapped for a terminal.
func plain(text string) string {
	p := comment.Printer{TextPrefix: "    ", TextWidth: 80}
	return string(p.Text(new(comment.Parser).Parse(text)))
}
