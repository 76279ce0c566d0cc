package realdata

import (
	"os"
	"path/filepath"
	"testing"
)

// recorder is a test that records its outcome.
type recorder struct {
	testing.TB
	failed, skipped bool
}

func (r *recorder) Fatalf(string, ...any) { r.failed = true }
func (r *recorder) Skipf(string, ...any)  { r.skipped = true }

func TestMissingData(t *testing.T) {
	for env, want := range map[string]recorder{"": {skipped: true}, "0": {skipped: true}, "1": {failed: true}} {
		t.Setenv("HERAUT_REQUIRE_DATA", env)
		r := recorder{TB: t}
		Path(&r, "there is no such directory", "file")
		if r.failed != want.failed || !want.failed && r.skipped != want.skipped {
			t.Errorf("HERAUT_REQUIRE_DATA=%q: failed %v, skipped %v", env, r.failed, r.skipped)
		}
	}
}

func TestRoot(t *testing.T) {
	if _, err := os.Stat(filepath.Join(root(t), "imports_test.go")); err != nil {
		t.Error(err)
	}
}
