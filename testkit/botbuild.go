package testkit

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// buildTags are the Makefile's build tags.
const buildTags = "goolm sqlite_fts5"

var builtBot struct {
	once sync.Once
	path string
	err  error
}

// BuildBot builds the bot from this tree, once per test process, and returns the path
// of the program. The bot detects races if the test does. BuildBot ends the test on an
// error.
func BuildBot(t testing.TB) string {
	t.Helper()
	program, err := BuiltBot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// BuiltBot builds the bot from this tree, once per process, and returns the path of the
// program, or an error, the same at each call. The build goes on when ctx ends.
// BuiltBot serves programs; tests use BuildBot.
func BuiltBot(ctx context.Context) (string, error) {
	builtBot.once.Do(func() {
		builtBot.path, builtBot.err = buildBot(context.WithoutCancel(ctx))
	})
	return builtBot.path, builtBot.err
}

// buildBot builds the bot and returns the path of the program. The place of the file
// depends on the directory of the source tree, so that test processes of one run share
// the build; buildBot waits while another process builds there.
func buildBot(ctx context.Context) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache directory: %w", err)
	}
	name, args := "bot", []string{"build", "-buildvcs=false", "-tags", buildTags}
	if RaceDetector {
		name, args = "bot-race", append(args, "-race")
	}
	tree := sha256.Sum256([]byte(root))
	program := filepath.Join(cache, "heraut", fmt.Sprintf("tests-%.6x", tree), name)
	if err := os.MkdirAll(filepath.Dir(program), 0o755); err != nil {
		return "", err
	}
	unlock, err := lockFile(ctx, program+".lock", func() {})
	if err != nil {
		return "", err
	}
	defer unlock()
	cmd := exec.CommandContext(ctx, "go", append(args, "-o", program, "./cmd/bot")...)
	cmd.Dir = root
	if output, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the bot: %w\n%s", err, output)
	}
	return program, nil
}
