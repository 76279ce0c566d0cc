package testkit

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestToolIsMadeOnce(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	made, cut := 0, errors.New("cut")
	provide := func(maker string, err error) (string, error) {
		return tool{
			name: "dendrite", pins: []string{"go.mod"}, maker: maker, result: "result",
			install: func(_ context.Context, _, target string, _ io.Writer) error {
				made++
				return errors.Join(os.Mkdir(target, 0o755), err)
			},
		}.provide(t.Context(), io.Discard)
	}
	paths := map[string]bool{}
	for _, step := range []struct {
		name, maker string
		err         error
		made        int // so far
	}{
		{"cut off", "v1", cut, 1},
		{"after it was cut off", "v1", nil, 2},
		{"there already", "v1", nil, 2},
		{"another version", "v2", nil, 3},
	} {
		path, err := provide(step.maker, step.err)
		if !errors.Is(err, step.err) || made != step.made {
			t.Errorf("%s: made %d times, %v", step.name, made, err)
		}
		if err == nil {
			paths[path] = true
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s: %v", step.name, err)
			}
		}
	}
	if len(paths) != 2 {
		t.Errorf("two versions are in %v", paths)
	}
}

func TestRunToldSaysWhy(t *testing.T) {
	script := "for i in 1 2 3 4 5 6; do echo line $i; done; echo the reason >&2; exit 3"
	err := runTold(exec.CommandContext(t.Context(), "sh", "-c", script), io.Discard)
	ended, ok := errors.AsType[*exec.ExitError](err)
	if !ok || ended.ExitCode() != 3 || !strings.Contains(err.Error(), "the reason") || strings.Contains(err.Error(), "line 1") {
		t.Errorf("got %v", err)
	}
}
