package text

import (
	"regexp"
	"sync"
)

// Pattern returns a function that returns the regular expression, and compiles it at
// its first call: a large pattern that is seldom needed then costs no memory. The
// function panics if the expression is wrong, and is safe for concurrent use.
func Pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
