package testkit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// ServerName is the name of every homeserver that testkit starts; it is
// reserved for tests, so nothing can ever be found under it.
const ServerName = "heraut.test"

const (
	startTimeout = 30 * time.Second
	stopGrace    = 3 * time.Second
)

// Homeserver is a real homeserver of our own: it listens on a loopback port
// only, talks to no other server, limits no rate unless asked to, and gives
// accounts to whoever knows SharedSecret.
type Homeserver struct {
	Kind         string // "dendrite" or "synapse"
	URL          string // "http://127.0.0.1:PORT", without a final slash
	Name         string // what stands after the colon in user ids
	SharedSecret string // for /_synapse/admin/v1/register
	LogFile      string // what the server wrote, over all its starts

	command func(context.Context) *exec.Cmd // makes the command that runs it
	process *process
}

// homeserverVariable names the environment variable with the kind of homeserver
// that tests run on.
const homeserverVariable = "HERAUT_TEST_HOMESERVER"

// starter writes the configuration of a homeserver into the empty directory dir,
// starts it there, and returns it once it answers; whatever has to be built or
// installed first is told to progress.
type starter func(ctx context.Context, dir string, progress io.Writer) (*Homeserver, error)

// kinds are the homeservers that there are.
var kinds = map[string]struct {
	start starter
	// provide builds or installs what start needs, unless that was done before,
	// and returns where it is.
	provide func(ctx context.Context, progress io.Writer) (string, error)
}{
	"dendrite": {StartDendrite, dendrite.provide},
	"synapse":  {SynapseOptions{}.Start, provideSynapse},
}

// StartHomeserver starts a homeserver for a test and stops it with the test:
// the kind that HERAUT_TEST_HOMESERVER names, Dendrite by default.
func StartHomeserver(t testing.TB) *Homeserver {
	t.Helper()
	return startForTest(t, func(ctx context.Context, dir string, progress io.Writer) (*Homeserver, error) {
		return StartNamed(ctx, os.Getenv(homeserverVariable), dir, progress)
	})
}

func startForTest(t testing.TB, start starter) *Homeserver {
	t.Helper()
	h, err := start(t.Context(), t.TempDir(), os.Stderr)
	if err != nil {
		t.Fatalf("start a homeserver: %v", err)
	}
	t.Cleanup(func() {
		h.Stop()
		if t.Failed() {
			t.Logf("the end of the log of %s:\n%s", h.Kind, tail(h.LogFile, 20))
		}
	})
	return h
}

// StartNamed starts a homeserver of that kind in the directory dir; no kind
// stands for Dendrite.
func StartNamed(ctx context.Context, kind, dir string, progress io.Writer) (*Homeserver, error) {
	known, ok := kinds[cmp.Or(kind, "dendrite")]
	if !ok {
		return nil, fmt.Errorf("%s=%s: no such kind of homeserver", homeserverVariable, kind)
	}
	return known.start(ctx, dir, progress)
}

// Prepare builds or installs a kind of homeserver, for tests to start at once.
func Prepare(ctx context.Context, kind string, progress io.Writer) error {
	known, ok := kinds[kind]
	if !ok {
		return fmt.Errorf("prepare %s: no such kind of homeserver", kind)
	}
	_, err := known.provide(ctx, progress)
	return err
}

// Stop stops the server; its data, port and accounts stay for Restart. Dendrite
// stopped so while it is busy may skip some of the last events in the syncs that
// follow, though never in a room's history; after Kill it has not been seen to.
func (h *Homeserver) Stop() {
	h.process.stop(stopGrace)
}

// Kill stops the server as a power cut would.
func (h *Homeserver) Kill() {
	h.process.kill()
}

// Restart starts the server again, stopping it first if it runs, with the same
// data at the same address.
func (h *Homeserver) Restart(ctx context.Context) error {
	h.Stop()
	var err error
	for range 3 { // Dendrite may panic over what it has left to do, before all its parts are there
		if err = h.start(ctx); !errors.Is(err, errEnded) {
			return err
		}
	}
	return err
}

// startAnywhere starts the server for the first time, at a free port, for which
// prepare sets the command.
func (h *Homeserver) startAnywhere(ctx context.Context, prepare func(port int) error) error {
	var err error
	for range 3 { // another process may take the port between the choice and the start
		port, portErr := freePort(ctx)
		if portErr != nil {
			return portErr
		}
		h.URL = fmt.Sprintf("http://127.0.0.1:%d", port)
		if err := prepare(port); err != nil {
			return err
		}
		if err = h.start(ctx); !errors.Is(err, errEnded) {
			return err
		}
	}
	return err
}

// start runs the command and waits until the server answers.
func (h *Homeserver) start(ctx context.Context) error {
	log, err := os.OpenFile(h.LogFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()                            // the child has its own
	cmd := h.command(context.WithoutCancel(ctx)) // Stop ends it
	cmd.Stdout, cmd.Stderr = log, log
	h.process, err = startProcess(cmd)
	if err != nil {
		return fmt.Errorf("start %s: %w", h.Kind, err)
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := h.process.awaitHTTP(ctx, h.URL+"/_matrix/client/versions"); err != nil {
		h.process.kill()
		return fmt.Errorf("start %s: %w\n%s", h.Kind, err, tail(h.LogFile, 20))
	}
	return nil
}

// PID is the process id of the last start.
func (h *Homeserver) PID() int { return h.process.cmd.Process.Pid }

var errEnded = errors.New("the process has ended")

// awaitHTTP waits until the process answers 200 at url. It returns errEnded if
// it ends before.
func (p *process) awaitHTTP(ctx context.Context, url string) error {
	for {
		select {
		case <-p.done:
			return errEnded
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", url, context.Cause(ctx))
		case <-time.After(20 * time.Millisecond):
		}
		if answersOK(ctx, url) && !p.ended() {
			return nil
		}
	}
}

func answersOK(ctx context.Context, url string) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// tail returns the last lines of a file, or why it cannot be read.
func tail(path string, lines int) string {
	content, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimSpace(string(content)), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
