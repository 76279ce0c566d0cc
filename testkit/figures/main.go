// Command figures measures the code of a directory tree: size, names, functions,
// repetition and the prose of comments. It prints Markdown. Two trees, such as an old
// commit and the present one, are shown side by side:
//
//	figures [-packages] BEFORE [AFTER]
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

// row is one line of the printed table: the name of a figure, and the function that
// takes it from a tree's measurements.
type row struct {
	name string
	of   func(t *tree) any
}

var rows = []row{
	{"lines of code, without tests", func(t *tree) any { return t.code }},
	{"lines of tests", func(t *tree) any { return t.tests }},
	{"test files over 300 lines", func(t *tree) any { return t.longTests }},
	{"packages", func(t *tree) any { return len(t.packages) }},
	{"interfaces", func(t *tree) any { return t.interfaces }},
	{"functions over 60 lines, without testkit", func(t *tree) any { return len(t.longFuncs) }},
	{"worst complexity (McCabe), without testkit", func(t *tree) any { return fmt.Sprintf("%d (%s)", t.worst, t.worstFunc) }},
	{"lines in runs of 6 that stand twice, without tests", func(t *tree) any { return t.repeated() }},
	{"comment lines that match the tics", func(t *tree) any { return t.tics }},
}

func main() {
	packages := flag.Bool("packages", false, "list files and exported names of each package")
	flag.Parse()
	var trees []*tree
	for _, dir := range flag.Args() {
		t, err := measure(dir)
		if err != nil {
			fmt.Fprintln(os.Stderr, "figures:", err)
			os.Exit(1)
		}
		trees = append(trees, t)
	}
	if len(trees) == 0 {
		flag.Usage()
		os.Exit(2)
	}
	print(os.Stdout, trees)
	if *packages {
		printPackages(os.Stdout, trees)
	}
	for _, f := range trees[len(trees)-1].longFuncs {
		fmt.Fprintln(os.Stdout, "over 60 lines:", f)
	}
}

// print writes to w one line for each figure in rows, with a column for each of at most
// two trees: "before" and "after", or "after" alone.
func print(w io.Writer, trees []*tree) {
	fmt.Fprintln(w, "| figure |", columns(trees, func(i int) any { return []string{"before", "after"}[i+2-max(2, len(trees))] }))
	fmt.Fprintln(w, "|---|", columns(trees, func(int) any { return "---" }))
	for _, r := range rows {
		fmt.Fprintln(w, "|", r.name, "|", columns(trees, func(i int) any { return r.of(trees[i]) }))
	}
}

// printPackages writes, for each package, how many files and exported names it has in
// each tree.
func printPackages(w io.Writer, trees []*tree) {
	fmt.Fprintln(w, "\n| package: files / exported names |", columns(trees, func(int) any { return "" }))
	fmt.Fprintln(w, "|---|", columns(trees, func(int) any { return "---" }))
	for _, name := range packageNames(trees) {
		fmt.Fprintln(w, "|", name, "|", columns(trees, func(i int) any {
			p := trees[i].packages[name]
			if p == nil {
				return "–"
			}
			return fmt.Sprintf("%d / %d", p.files, p.exported)
		}))
	}
}

func columns(trees []*tree, cell func(i int) any) (line string) {
	for i := range trees {
		line += fmt.Sprintf("%v | ", cell(i))
	}
	return line
}
