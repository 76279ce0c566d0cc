package testkit

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed jsclient/*.js
var jsClientScripts embed.FS

// oldestNode is the first major version of Node.js that runs the client.
const oldestNode = 20

// startJSClient starts a client's process in the empty directory dir. The client has
// yet to log in.
func startJSClient(ctx context.Context, dir string) (*JSClient, error) {
	modules, err := provideJSClient(ctx, os.Stderr)
	if err != nil {
		return nil, err
	}
	// Node.js looks for modules next to the script.
	if err := errors.Join(
		os.CopyFS(dir, jsClientScripts),
		os.Symlink(modules, filepath.Join(dir, "jsclient", "node_modules")),
		copyFile(filepath.Dir(modules), filepath.Join(dir, "jsclient"), "package.json"),
	); err != nil {
		return nil, err
	}
	c := &JSClient{
		output:  &jsOutput{changed: make(chan struct{})},
		logFile: filepath.Join(dir, "client.log"),
	}
	log, err := os.Create(c.logFile)
	if err != nil {
		return nil, err
	}
	defer log.Close() // the child has its own file descriptor
	cmd := exec.CommandContext(context.WithoutCancel(ctx), "node", filepath.Join("jsclient", "client.js"))
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, c.output, log
	if c.input, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	c.process, err = startProcess(cmd)
	return c, err
}

// jsOutput holds the lines that a JSClient's process has printed. It is the io.Writer
// of the process's output.
type jsOutput struct {
	mu      sync.Mutex
	partial []byte
	lines   []jsLine
	changed chan struct{} // closed and replaced when lines grows
}

// Write adds a part of the process's output. The error means that a line is no JSON of
// the client's; the output then ends.
func (o *jsOutput) Write(part []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.partial = append(o.partial, part...)
	for {
		content, rest, complete := bytes.Cut(o.partial, []byte("\n"))
		if !complete {
			return len(part), nil
		}
		var line jsLine
		if err := json.Unmarshal(content, &line); err != nil {
			return 0, fmt.Errorf("read the client's line %q: %w", content, err)
		}
		o.partial, o.lines = rest, append(o.lines, line)
		close(o.changed)
		o.changed = make(chan struct{})
	}
}

// snapshot returns a copy of the lines so far and a channel that closes when more
// arrive.
func (o *jsOutput) snapshot() ([]jsLine, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.lines), o.changed
}

// findNode returns an error if Node.js is missing or too old for a JSClient, or if npm
// is missing.
func findNode(ctx context.Context) error {
	version, err := exec.CommandContext(ctx, "node", "--version").Output()
	if err != nil {
		return fmt.Errorf("look for Node.js: %w", err)
	}
	major, _, _ := strings.Cut(strings.TrimPrefix(string(version), "v"), ".")
	if n, err := strconv.Atoi(major); err != nil || n < oldestNode {
		return fmt.Errorf("look for Node.js %d: found %s", oldestNode, bytes.TrimSpace(version))
	}
	if _, err := exec.LookPath("npm"); err != nil {
		return fmt.Errorf("look for npm: %w", err)
	}
	return nil
}

// provideJSClient installs the packages that the client needs, unless that was done
// before, and returns the path of their directory node_modules.
func provideJSClient(ctx context.Context, progress io.Writer) (string, error) {
	return provideModules(ctx, "jsclient", progress)
}

// provideModules installs the npm packages of the directory name below testkit in the
// user's cache directory, unless that was done before, and returns the path of their
// directory node_modules.
func provideModules(ctx context.Context, name string, progress io.Writer) (string, error) {
	dir, err := ProvideNode(ctx, name, progress)
	return filepath.Join(dir, "node_modules"), err
}

// ProvideNode installs the npm packages of the directory name below testkit, unless
// that was done before. It returns the path of a directory that has copies of
// package.json, package-lock.json and others of that directory, and next to them
// node_modules. progress gets lines about the installation.
func ProvideNode(ctx context.Context, name string, progress io.Writer, others ...string) (string, error) {
	files := append([]string{"package.json", "package-lock.json"}, others...)
	return tool{
		name: name, pins: files, maker: "npm", result: "installed",
		install: func(ctx context.Context, source, target string, progress io.Writer) error {
			fmt.Fprintf(progress, "Installing the packages of testkit/%s from npm, once\n", name)
			for _, file := range files {
				if err := copyFile(source, target, file); err != nil {
					return err
				}
			}
			npm := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
			npm.Dir = target
			return runTold(npm, progress)
		},
	}.provide(ctx, progress)
}

// copyFile copies the file name from the directory from to the directory to, and makes
// its directory there if necessary.
func copyFile(from, to, name string) error {
	content, err := os.ReadFile(filepath.Join(from, name))
	if err != nil {
		return err
	}
	target := filepath.Join(to, name)
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	return os.WriteFile(target, content, 0o644)
}
