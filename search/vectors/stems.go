//go:build ignore

// Command stems prints, for each word on standard input, a line of the folded
// word's stem, or an empty line for a word that says nothing. generate.py calls
// it, so that the vectors are kept by the very stems that the search uses.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"heraut/search"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fmt.Fprintln(out, strings.Join(search.Terms(lines.Text()).Stems, " "))
	}
}
