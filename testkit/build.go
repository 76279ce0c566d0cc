package testkit

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// buildTool builds a command of one of the modules below testkit, once for each
// version of the module and of Go, and returns the path of the program. It is
// kept in the user's cache directory, outside the tree. Building may take
// minutes the first time; progress gets a line every few seconds.
func buildTool(ctx context.Context, module, pkg string, progress io.Writer) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	source := filepath.Join(root, "testkit", module)
	dir, err := toolDir(source, module)
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, module)
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	unlock, err := lockFile(ctx, filepath.Join(dir, "lock"), func() {
		fmt.Fprintf(progress, "Waiting for another process that is building %s\n", module)
	})
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(program); err == nil {
		return program, nil // built while we waited
	}
	if err := goBuild(ctx, source, pkg, program, progress); err != nil {
		return "", fmt.Errorf("build %s: %w", pkg, err)
	}
	return program, nil
}

// toolDir is the cache directory of a module's programs, made if need be.
func toolDir(source, module string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache directory: %w", err)
	}
	hash := sha256.New()
	fmt.Fprintln(hash, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, name := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(source, name))
		if err != nil {
			return "", fmt.Errorf("read the module of %s: %w", module, err)
		}
		hash.Write(content)
	}
	dir := filepath.Join(cache, "heraut", fmt.Sprintf("%s-%.6x", module, hash.Sum(nil)))
	return dir, os.MkdirAll(dir, 0o755)
}

// goBuild builds into a temporary file, then renames it, so that a build that
// is cut leaves nothing that looks complete.
func goBuild(ctx context.Context, source, pkg, program string, progress io.Writer) error {
	start := time.Now()
	unfinished := program + ".unfinished"
	cmd := exec.CommandContext(ctx, "go", "build", "-v", "-buildvcs=false", "-trimpath",
		"-ldflags=-s -w", "-o", unfinished, pkg)
	cmd.Dir = source
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	output, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	fmt.Fprintf(progress, "Building %s, once; this takes a minute or two\n", pkg)
	if err := cmd.Start(); err != nil {
		return err
	}
	last, told := "", start
	for lines := bufio.NewScanner(output); lines.Scan(); {
		last = lines.Text() // a package, a download, or at the end the error
		if time.Since(told) >= 5*time.Second {
			told = time.Now()
			fmt.Fprintf(progress, "  %3.0f s  %s\n", time.Since(start).Seconds(), last)
		}
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("%w: %s", err, last)
	}
	if err := os.Rename(unfinished, program); err != nil {
		return err
	}
	fmt.Fprintf(progress, "Built in %.0f s\n", time.Since(start).Seconds())
	return nil
}

// lockFile takes the exclusive lock of a file, waiting for other processes.
func lockFile(ctx context.Context, path string, waiting func()) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for told := false; ; {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = file.Close() }, nil // closing releases the lock
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), file.Close())
		}
		if !told {
			told = true
			waiting()
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), file.Close())
		case <-time.After(200 * time.Millisecond):
		}
	}
}
