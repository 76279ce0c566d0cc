package testkit

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
)

var productModule = regexp.MustCompile(`(?m)^module heraut$`)

// Root returns the directory of the product's module, which has its go.mod: the working
// directory or the nearest one above it or, if there is none, the nearest one above this
// source file. The error is that there is none.
func Root() (string, error) {
	var starts []string
	if dir, err := os.Getwd(); err == nil {
		starts = append(starts, dir)
	}
	if _, file, _, ok := runtime.Caller(0); ok {
		starts = append(starts, filepath.Dir(file))
	}
	for _, dir := range starts {
		for {
			mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
			if err == nil && productModule.Match(mod) {
				return dir, nil
			}
			parent := filepath.Dir(dir)
			if parent == dir {
				break
			}
			dir = parent
		}
	}
	return "", errors.New("find the module heraut: no go.mod of it above the working directory")
}
