package testkit

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

//go:embed accessibility/check.js
var accessibilityScript []byte

// Accessibility is what axe-core finds in a page: the rules that it breaks, those that a
// person has to judge, and those that it keeps.
type Accessibility struct {
	Violations, Unsure, Passes []AccessibilityRule
}

// AccessibilityRule is the outcome of a rule of axe-core: its name, its help text, and
// the elements concerned.
type AccessibilityRule struct {
	Rule, Help string
	RGAA       bool     // the rule stands for a criterion of RGAA 4
	Where      []string // the HTML of the elements that it is about
}

// CheckAccessibility checks HTML pages with axe-core, by its rules for RGAA 4, for WCAG
// 2.1 A and AA, and for good practice, and returns one result for each page, in the
// order of pages. The pages are loaded into jsdom, which draws nothing, so contrasts are
// not measured. It skips the test if there is no usable Node.js (needNode), and ends it
// on an error; a rule that a page breaks is no error.
func CheckAccessibility(t testing.TB, pages ...string) (found []Accessibility) {
	t.Helper()
	needNode(t, "no checker of accessibility")
	modules, err := provideModules(t.Context(), "accessibility", os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir() // Node.js looks for modules next to the script
	script := filepath.Join(dir, "check.js")
	if err := os.WriteFile(script, accessibilityScript, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	input, err := json.Marshal(pages)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", script)
	var out, failure bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(input), &out, &failure
	if err := cmd.Run(); err != nil {
		t.Fatalf("check pages: %v\n%s", err, &failure)
	}
	if err := json.Unmarshal(out.Bytes(), &found); err != nil {
		t.Fatalf("read what the checker found: %v\n%s", err, &out)
	}
	if len(found) != len(pages) {
		t.Fatalf("of %d pages %d were checked", len(pages), len(found))
	}
	return found
}
