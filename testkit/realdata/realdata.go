// Package realdata finds published data of other authors, in ../shared/data next to
// the checkout. Tests read them, but the repository does not contain them, so these
// tests also cover the ground with small inputs of our own.
package realdata

import (
	"os"
	"path/filepath"
	"testing"
)

// Path joins parts to a path below ../shared/data and returns it. If no file or
// directory is there, Path skips the test; it fails the test instead if the environment
// variable HERAUT_REQUIRE_DATA is 1.
func Path(tb testing.TB, parts ...string) string {
	tb.Helper()
	path, ok := Find(tb, parts...)
	if !ok {
		tb.Skipf("needs published data that is not here: %s", path)
	}
	return path
}

// Find returns the path of the file or directory below ../shared/data that parts name,
// for a test that can do without it: ok is false if it does not exist. With
// HERAUT_REQUIRE_DATA=1 the test fails then.
func Find(tb testing.TB, parts ...string) (path string, ok bool) {
	tb.Helper()
	path = filepath.Join(append([]string{root(tb), "..", "shared", "data"}, parts...)...)
	_, err := os.Stat(path)
	if err != nil && os.Getenv("HERAUT_REQUIRE_DATA") == "1" {
		tb.Fatalf("HERAUT_REQUIRE_DATA is 1: %v", err)
	}
	return path, err == nil
}

// root returns the directory of the source tree, in which go.mod is: the nearest one
// from the working directory upwards. It ends the test if there is none.
func root(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			tb.Fatal("no go.mod above the working directory")
		}
		dir = parent
	}
}
