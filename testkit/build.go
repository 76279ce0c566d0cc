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
	"strings"
	"syscall"
	"time"
)

// tool is a third-party program that tests need. A directory below testkit pins its
// version. The tool is built or installed once for each version of the pins and of
// the builder, in the user's cache directory, outside the tree.
type tool struct {
	name  string   // of the directory below testkit
	pins  []string // the files there that pin the version
	maker string   // the builder and its version
	// result is the name of the file or directory that install makes.
	result string
	// install makes target, a file or a directory that may be renamed, from the
	// directory source.
	install func(ctx context.Context, source, target string, progress io.Writer) error
}

// provide builds or installs the tool, unless that was done before, and returns the
// path of the result. The first call may take minutes; progress gets a line every few
// seconds. Only one process builds a tool at a time; the others wait.
func (t tool) provide(ctx context.Context, progress io.Writer) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	source := filepath.Join(root, "testkit", t.name)
	dir, err := t.cacheDir(source)
	if err != nil {
		return "", err
	}
	result := filepath.Join(dir, t.result)
	if _, err := os.Stat(result); err == nil {
		return result, nil
	}
	unlock, err := lockFile(ctx, filepath.Join(dir, "lock"), func() {
		fmt.Fprintf(progress, "Waiting for another process that is building %s\n", t.name)
	})
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(result); err == nil {
		return result, nil // another process made it while this one waited
	}
	// Rename the result only when it is complete, so that an interrupted build
	// leaves nothing under the final name.
	unfinished := result + ".unfinished"
	if err := os.RemoveAll(unfinished); err != nil {
		return "", err
	}
	start := time.Now()
	if err := t.install(ctx, source, unfinished, progress); err != nil {
		return "", fmt.Errorf("build %s: %w", t.name, err)
	}
	if err := os.Rename(unfinished, result); err != nil {
		return "", err
	}
	fmt.Fprintf(progress, "Done in %.0f s\n", time.Since(start).Seconds())
	return result, nil
}

// cacheDir returns the cache directory of this version of the tool, and makes it if
// necessary. source is the directory with the files that pin the version.
func (t tool) cacheDir(source string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache directory: %w", err)
	}
	hash := sha256.New()
	fmt.Fprintln(hash, t.maker, runtime.GOOS, runtime.GOARCH)
	for _, name := range t.pins {
		content, err := os.ReadFile(filepath.Join(source, name))
		if err != nil {
			return "", fmt.Errorf("read what %s is made of: %w", t.name, err)
		}
		hash.Write(content)
	}
	dir := filepath.Join(cache, "heraut", fmt.Sprintf("%s-%.6x", t.name, hash.Sum(nil)))
	return dir, os.MkdirAll(dir, 0o755)
}

// goTool returns a tool that is a Go program with a go.mod of its own, in the
// directory name below testkit. pkg is the package to build.
func goTool(name, pkg string) tool {
	return tool{
		name: name, pins: []string{"go.mod", "go.sum"}, maker: runtime.Version(), result: name,
		install: func(ctx context.Context, source, target string, progress io.Writer) error {
			fmt.Fprintf(progress, "Building %s, once; this takes a minute or two\n", pkg)
			cmd := exec.CommandContext(ctx, "go", "build", "-v", "-buildvcs=false", "-trimpath",
				"-ldflags=-s -w", "-o", target, pkg)
			cmd.Dir = source
			cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
			return runTold(cmd, progress)
		},
	}
}

// runTold runs a command and reports its output to progress every few seconds. An error
// contains the last lines. The caller makes cmd with exec.CommandContext, since runTold
// sets what its cancellation does: it interrupts the command's children too.
func runTold(cmd *exec.Cmd, progress io.Writer) error {
	output, input, err := os.Pipe()
	if err != nil {
		return err
	}
	defer output.Close()
	cmd.Stdout, cmd.Stderr = input, input
	// The signal also goes to the command's own children, such as compilers.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	cmd.WaitDelay = 10 * time.Second
	start := time.Now()
	err = cmd.Start()
	if closeErr := input.Close(); err != nil || closeErr != nil { // the child has its own file descriptor
		return errors.Join(err, closeErr)
	}
	var last []string
	told := start
	for lines := bufio.NewScanner(output); lines.Scan(); {
		last = append(last[max(0, len(last)-4):], lines.Text())
		if time.Since(told) >= 5*time.Second {
			told = time.Now()
			fmt.Fprintf(progress, "  %3.0f s  %.100s\n", time.Since(start).Seconds(), lines.Text())
		}
	}
	_, _ = io.Copy(io.Discard, output) // discard the rest after an overlong line
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("%w: %s", err, strings.Join(last, "\n"))
	}
	return nil
}

// lockFile takes the exclusive lock of the file at path, which it creates if necessary.
// While another process has the lock, it waits; it calls waiting once before that. The
// caller calls unlock to release the lock. The error is ctx's, or one of the file.
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
