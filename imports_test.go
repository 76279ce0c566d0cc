// Package heraut_test checks which package imports which.
package heraut_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "heraut"

// ours lists, for each package of this module, the other packages of this module that
// it may import outside of tests. A package without an entry fails the test: add one.
var ours = map[string][]string{
	"alert":             {"health", "wait"},
	"chat":              {},
	"fetch":             {},
	"text":              {},
	"wait":              {},
	"flat":              {},
	"catalogue":         {"fetch", "flat", "text"},
	"commons":           {"catalogue", "fetch", "text", "wait"},
	"search":            {"catalogue", "flat", "locale", "text"},
	"search/vectors":    {"search"},
	"locale":            {"chat", "text"},
	"calendar":          {},
	"howto":             {"locale", "text"},
	"locale/localetest": {},
	"queue":             {"chat", "wait"},
	"rooms":             {"chat"},
	"filter":            {"catalogue", "text"},
	"schedule":          {"locale", "text"},
	"feed":              {"text"},
	"sources":           {"catalogue", "feed", "fetch", "filter", "text"},
	"announce":          {"catalogue", "chat", "fetch", "filter", "locale", "queue", "rooms", "schedule", "sources", "text", "wait"},
	"agenda":            {"announce", "calendar", "chat", "fetch", "filter", "locale", "queue", "rooms", "schedule", "sources", "text"},
	"visio":             {"chat", "fetch", "locale", "queue", "rooms", "schedule", "text"},
	"thanks":            {"chat", "locale", "queue", "rooms", "schedule", "text"},
	"relay":             {"catalogue", "chat", "locale", "queue", "rooms", "schedule", "search", "text", "wait"},
	"commands":          {"agenda", "announce", "catalogue", "chat", "commons", "feed", "filter", "howto", "locale", "queue", "relay", "rooms", "schedule", "search", "sources", "text", "thanks", "visio", "webhook"},
	"storage":           {"agenda", "announce", "catalogue", "chat", "commands", "fetch", "filter", "queue", "relay", "rooms", "search", "sources", "thanks", "visio", "webhook"},
	"matrix":            {"chat", "health", "locale", "queue", "text", "wait"},
	"health":            {"locale"},
	"webhook":           {"chat", "locale", "queue", "rooms", "text", "wait"},
	"cmd/bot":           {"agenda", "alert", "announce", "calendar", "catalogue", "chat", "commands", "commons", "feed", "fetch", "filter", "flat", "health", "howto", "locale", "matrix", "queue", "relay", "rooms", "schedule", "search", "sources", "storage", "text", "thanks", "visio", "wait", "webhook"},
	"cmd/demo":          {"testkit"},
	"testkit":           {"chat"},
}

// theirs lists, for the beginnings of import paths, the packages that may import them
// outside of tests. Every package may import the others.
var theirs = map[string][]string{
	"maunium.net/go/mautrix":      {"matrix", "testkit"},
	"github.com/mattn/go-sqlite3": {"storage", "matrix", "testkit"},
	"go.mau.fi/util/dbutil":       {"storage", "matrix", "testkit"},
	"database/sql":                {"storage", "matrix", "testkit"},
	"github.com/goccy/go-yaml":    {"cmd/bot", "commons", "howto", "locale"}, // publiccode.yml is YAML
	"testing":                     {"testkit", "locale/localetest"},
}

// within returns the package whose rules apply to dir: those below testkit follow the
// rules of testkit.
func within(dir string) string {
	if strings.HasPrefix(dir, "testkit/") {
		return "testkit"
	}
	return dir
}

// broken returns the rule that an import outside of tests breaks, or "".
func broken(dir, imported string) string {
	pkg := within(dir)
	allowed, known := ours[pkg]
	if !known {
		return dir + " is in no rule: add it to imports_test.go"
	}
	if local, ok := strings.CutPrefix(imported, module+"/"); ok {
		if target := within(local); target != pkg && !slices.Contains(allowed, target) {
			return fmt.Sprintf("%s may not import %s", dir, local)
		}
		return ""
	}
	for prefix, importers := range theirs {
		if (imported == prefix || strings.HasPrefix(imported, prefix+"/")) && !slices.Contains(importers, pkg) {
			return fmt.Sprintf("%s may not import %s", dir, imported)
		}
	}
	return ""
}

func TestImports(t *testing.T) {
	seen := 0
	eachImport(t, func(file, imported string) {
		if strings.HasSuffix(file, "_test.go") {
			return
		}
		seen++
		if rule := broken(path.Dir(file), imported); rule != "" {
			t.Errorf("%s: %s", file, rule)
		}
	})
	if seen < 100 {
		t.Errorf("only %d imports were looked at", seen)
	}
}

// eachImport calls do for each import of each file of this module.
func eachImport(t *testing.T, do func(file, imported string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() && name != "." && (strings.HasPrefix(name, ".") || name == "testdata") {
			return fs.SkipDir
		}
		if _, err := os.Stat(filepath.Join(file, "go.mod")); err == nil && file != "." {
			return fs.SkipDir // a module of its own, for a tool
		}
		if !strings.HasSuffix(file, ".go") {
			return nil
		}
		source, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range source.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			do(filepath.ToSlash(file), imported)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheRulesHold(t *testing.T) {
	for name, test := range map[string]struct {
		dir, imported string
		broken        bool
	}{
		"allowed":                         {"catalogue", "heraut/fetch", false},
		"not allowed":                     {"catalogue", "heraut/locale", true},
		"an unlisted package":             {"utils", "strings", true},
		"an unlisted package of ours":     {"cmd/bot", "heraut/utils", true},
		"matrix from a command":           {"cmd/bot", "heraut/matrix", false},
		"matrix from what decides":        {"commands", "heraut/matrix", true},
		"storage from matrix":             {"matrix", "heraut/storage", true},
		"testkit from the bot":            {"cmd/bot", "heraut/testkit", true},
		"testkit from the demo":           {"cmd/demo", "heraut/testkit", false},
		"below testkit":                   {"testkit/crash", "heraut/testkit", false},
		"mautrix in matrix":               {"matrix", "maunium.net/go/mautrix/event", false},
		"mautrix elsewhere":               {"queue", "maunium.net/go/mautrix/id", true},
		"SQLite elsewhere":                {"catalogue", "github.com/mattn/go-sqlite3", true},
		"a database elsewhere":            {"queue", "go.mau.fi/util/dbutil", true},
		"YAML elsewhere":                  {"storage", "github.com/goccy/go-yaml/ast", true},
		"testing in production":           {"fetch", "testing", true},
		"synctest in production":          {"fetch", "testing/synctest", true},
		"a name that only begins alike":   {"fetch", "testingother", false},
		"the standard library everywhere": {"fetch", "net/http", false},
	} {
		t.Run(name, func(t *testing.T) {
			if rule := broken(test.dir, test.imported); (rule != "") != test.broken {
				t.Errorf("%s importing %s: got %q", test.dir, test.imported, rule)
			}
		})
	}
}

// doc/dependencies.md lists each imported module with its version.
func TestDependenciesAreExplained(t *testing.T) {
	explained, err := os.ReadFile("doc/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	listed, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	versions := map[string]string{} // by module
	for _, m := range regexp.MustCompile(`(?m)^\t(\S+) (v\S+)`).FindAllStringSubmatch(string(listed), -1) {
		versions[m[1]] = m[2]
	}
	eachImport(t, func(file, imported string) {
		if !strings.Contains(strings.Split(imported, "/")[0], ".") {
			return // the standard library and this module
		}
		module := imported
		for versions[module] == "" && strings.Contains(module, "/") {
			module = path.Dir(module)
		}
		row := fmt.Sprintf("\n| `%s` | %s | ", module, versions[module])
		if !strings.Contains(string(explained), row) {
			t.Errorf("%s imports %s, and doc/dependencies.md has no row %q", file, imported, row)
		}
	})
}

// A build without the tags fails with a sentence that names them.
func TestTagsAreAskedFor(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-tags=", "./cmd/bot").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "make build") {
		t.Errorf("go list without tags: %v\n%s", err, out)
	}
}
