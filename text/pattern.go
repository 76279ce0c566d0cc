package text

import (
	"regexp"
	"sync"
)

// Pattern returns a function that returns the compiled regular expression. The function
// compiles it at its first call, so a large pattern that is seldom needed costs no
// memory. The function panics if the expression is invalid, and is safe for concurrent
// use.
func Pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
