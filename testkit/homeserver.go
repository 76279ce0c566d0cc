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

// ServerName is the name of every homeserver that testkit starts. Its top-level
// domain is reserved for tests, so the name never resolves.
const ServerName = "heraut.test"

const (
	startTimeout = 30 * time.Second
	stopGrace    = 3 * time.Second
)

// Homeserver is a real homeserver for tests: it listens on a loopback port only,
// talks to no other server, applies no rate limits unless asked to, and lets any
// client with SharedSecret register accounts.
type Homeserver struct {
	Kind         string // "dendrite" or "synapse"
	URL          string // "http://127.0.0.1:PORT", without a final slash
	Name         string // the part after the colon in user ids
	SharedSecret string // for /_synapse/admin/v1/register
	LogFile      string // the server's output, of all starts

	command func(context.Context) *exec.Cmd // returns the command that runs the server
	process *process
}

// homeserverVariable names the environment variable that selects the kind of
// homeserver for tests.
const homeserverVariable = "HERAUT_TEST_HOMESERVER"

// starter is a function that writes the configuration of a homeserver into the empty
// directory dir, starts it there, and returns it once it answers. It reports builds and
// installations to progress.
type starter func(ctx context.Context, dir string, progress io.Writer) (*Homeserver, error)

// kinds maps the names of the homeservers to their functions.
var kinds = map[string]struct {
	start starter
	// provide builds or installs the parts that start needs, unless that was done
	// before, and returns their path.
	provide func(ctx context.Context, progress io.Writer) (string, error)
}{
	"dendrite": {StartDendrite, dendrite.provide},
	"synapse":  {SynapseOptions{}.Start, provideSynapse},
}

// StartHomeserver starts a homeserver for a test and stops it with the test. The
// environment variable HERAUT_TEST_HOMESERVER selects the kind; the default is
// Dendrite. It ends the test on an error.
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

// StartNamed starts a homeserver of a kind, "dendrite" or "synapse", in the empty
// directory dir. An empty kind means Dendrite; any other one is an error. progress gets
// lines about builds and installations.
func StartNamed(ctx context.Context, kind, dir string, progress io.Writer) (*Homeserver, error) {
	known, ok := kinds[cmp.Or(kind, "dendrite")]
	if !ok {
		return nil, fmt.Errorf("%s=%s: no such kind of homeserver", homeserverVariable, kind)
	}
	return known.start(ctx, dir, progress)
}

// OnSynapse reports whether StartHomeserver starts Synapse.
func OnSynapse() bool { return os.Getenv(homeserverVariable) == "synapse" }

// SkipOnSynapse skips the test t if StartHomeserver starts Synapse: its faults lie in
// the bot, its files or its network, or other tests make its requests to the homeserver
// there too. CI runs it on Dendrite.
func SkipOnSynapse(t testing.TB) {
	t.Helper()
	if OnSynapse() {
		t.Skip("the homeserver makes no difference: make check runs it on Dendrite")
	}
}

// Prepare builds or installs a kind of homeserver, "dendrite" or "synapse", so that
// later starts are fast. Another kind, even an empty one, is an error. progress gets
// lines about it.
func Prepare(ctx context.Context, kind string, progress io.Writer) error {
	known, ok := kinds[kind]
	if !ok {
		return fmt.Errorf("prepare %s: no such kind of homeserver", kind)
	}
	_, err := known.provide(ctx, progress)
	return err
}

// Stop asks the server to end, kills it after three seconds, and waits for its end. Its
// data, port and accounts stay for Restart. After Stop of a busy Dendrite, its later
// syncs may leave out some of the last events, though its history has them.
func (h *Homeserver) Stop() {
	h.process.stop(stopGrace)
}

// Kill ends the server at once, without a chance to clean up, and waits for its end.
func (h *Homeserver) Kill() {
	h.process.kill()
}

// Restart starts the server again with the same data at the same address, stops it
// first if it runs, and waits until it answers. If the server ends at once, it tries up
// to three times. The error means that the server ended each time, or did not answer
// within half a minute or before ctx ended.
func (h *Homeserver) Restart(ctx context.Context) error {
	h.Stop()
	var err error
	for range 3 { // Dendrite may panic over pending work before all its parts are ready
		if err = h.start(ctx); !errors.Is(err, errEnded) {
			return err
		}
	}
	return err
}

// startAnywhere starts the server for the first time, on a free port of this machine,
// and sets h.URL. Before, it calls prepare, which must set h.command for that port. If
// the server ends at once, it tries up to three ports.
func (h *Homeserver) startAnywhere(ctx context.Context, prepare func(port int) error) error {
	var err error
	for range 3 { // another process may take the port before the start
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

// start runs the server's command, sets h.process, and waits until the server answers
// requests. If that takes longer than startTimeout, it kills the process and returns an
// error, which wraps errEnded if the process ended by itself.
func (h *Homeserver) start(ctx context.Context) error {
	log, err := os.OpenFile(h.LogFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()                            // the child has its own file descriptor
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

// PID returns the id of the process that was last started, which may have ended.
func (h *Homeserver) PID() int { return h.process.cmd.Process.Pid }

var errEnded = errors.New("the process has ended")

// awaitHTTP waits until the process answers 200 at url. It returns errEnded if the
// process ends before, or an error that wraps the cause of ctx.
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

// tail returns the last lines of the file at path, at most that many, or the text of
// the error of reading it.
func tail(path string, lines int) string {
	content, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimSpace(string(content)), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
