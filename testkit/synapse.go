package testkit

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"text/template"
	"time"

	_ "github.com/mattn/go-sqlite3" // opens Synapse's database
	"maunium.net/go/mautrix/id"
)

//go:embed synapse/homeserver.yaml.tmpl
var synapseConfig string

//go:embed synapse/log.yaml
var synapseLogging []byte

//go:embed synapse/validity.py
var synapseValidity []byte

// SynapseOptions are the options of a Synapse. The zero value has no rate limits and
// deletes nothing.
type SynapseOptions struct {
	// DefaultLimits keeps Synapse's default rate limits, except for logins: Synapse
	// counts those by address, and all tests share one.
	DefaultLimits bool
	// ForgetAfter makes Synapse purge messages older than that; 0 keeps them. The
	// newest event of a room always stays.
	ForgetAfter time.Duration
	// Validity makes accounts expire; nil: they do not.
	Validity *AccountValidity
}

// AccountValidity holds the settings of the module synapse-email-account-validity,
// which Tchap runs.
type AccountValidity struct {
	// SMTPPort is the port of a mail server on this machine.
	SMTPPort int
}

// StartSynapse starts a Synapse for a test that needs this server, and stops it with
// the test. It skips the test unless HERAUT_TEST_HOMESERVER is "synapse", and ends it
// on an error.
func StartSynapse(t testing.TB, options SynapseOptions) *Homeserver {
	t.Helper()
	if !OnSynapse() {
		t.Skip("needs Synapse: run make test-synapse")
	}
	return startForTest(t, options.Start)
}

// Start starts Synapse in the empty directory dir. The first call installs its package
// into an environment of its own and reports to progress, which may be [io.Discard].
// ctx only governs the start: Stop ends the server. The start fails if the server does
// not answer within half a minute.
func (o SynapseOptions) Start(ctx context.Context, dir string, progress io.Writer) (*Homeserver, error) {
	environment, err := provideSynapse(ctx, progress)
	if err != nil {
		return nil, err
	}
	empty, err := provideDatabase(ctx, environment, progress)
	if err != nil {
		return nil, err
	}
	tables, err := os.ReadFile(empty)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, synapseDatabase), tables, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("copy Synapse's empty database: %w", err)
	}
	return o.startIn(ctx, environment, dir, progress)
}

// startIn starts Synapse in dir, which may hold its database and nothing else, and
// waits until it answers. environment is the path of the Python environment that has
// Synapse.
func (o SynapseOptions) startIn(ctx context.Context, environment, dir string, progress io.Writer) (h *Homeserver, err error) {
	modules := ""
	if o.Validity != nil {
		if modules, err = provideValidity(ctx, environment, progress); err != nil {
			return nil, err
		}
	}
	h = &Homeserver{
		Kind:         "synapse",
		Name:         ServerName,
		SharedSecret: rand.Text(),
		LogFile:      filepath.Join(dir, "synapse.log"),
	}
	seed := make([]byte, 32)
	rand.Read(seed)
	err = errors.Join(
		os.WriteFile(filepath.Join(dir, "signing.key"),
			fmt.Appendf(nil, "ed25519 test %s\n", base64.RawStdEncoding.EncodeToString(seed)), 0o600),
		os.WriteFile(filepath.Join(dir, "log.yaml"), synapseLogging, 0o600),
		os.WriteFile(filepath.Join(dir, "validity.py"), synapseValidity, 0o600),
	)
	if err != nil {
		return nil, err
	}
	h.command = func(ctx context.Context) *exec.Cmd {
		cmd := exec.CommandContext(ctx, filepath.Join(environment, "bin", "python"),
			"-m", "synapse.app.homeserver", "-c", "homeserver.yaml")
		cmd.Dir = dir
		if o.Validity != nil {
			cmd.Env = append(cmd.Environ(), "PYTHONPATH="+dir+":"+modules)
		}
		return cmd
	}
	err = h.startAnywhere(ctx, func(port int) error { return o.writeConfig(dir, h, port) })
	return h, err
}

func (o SynapseOptions) writeConfig(dir string, h *Homeserver, port int) error {
	var config bytes.Buffer
	err := template.Must(template.New("").Parse(synapseConfig)).Execute(&config, map[string]any{
		"Server": h, "Port": port, "Limits": o.DefaultLimits, "ForgetAfterMS": o.ForgetAfter.Milliseconds(), "Validity": o.Validity,
	})
	if err != nil {
		return fmt.Errorf("write Synapse's configuration: %w", err)
	}
	return os.WriteFile(filepath.Join(dir, "homeserver.yaml"), config.Bytes(), 0o600)
}

// provideSynapse installs Synapse into a Python environment, unless that was done
// before, and returns the environment's path.
func provideSynapse(ctx context.Context, progress io.Writer) (string, error) {
	return ProvidePython(ctx, "synapse", progress)
}

// synapseDatabase is the name of Synapse's database in its directory.
const synapseDatabase = "homeserver.db"

// provideDatabase returns the path of an empty database of Synapse, with its tables.
// environment is the path of the Python environment with Synapse. The first call for
// that environment and the present configuration template starts a Synapse that makes
// the tables. Each start on a copy then takes a second less.
func provideDatabase(ctx context.Context, environment string, progress io.Writer) (string, error) {
	return tool{
		name: "synapse", pins: []string{"homeserver.yaml.tmpl"}, maker: environment, result: "empty.db",
		install: func(ctx context.Context, _, target string, progress io.Writer) error {
			dir, err := os.MkdirTemp("", "heraut-synapse-")
			if err != nil {
				return err
			}
			defer func() { _ = os.RemoveAll(dir) }()
			h, err := SynapseOptions{}.startIn(ctx, environment, dir, progress)
			if err != nil {
				return err
			}
			h.Stop()
			db, err := sql.Open("sqlite3", filepath.Join(dir, synapseDatabase))
			if err != nil {
				return err
			}
			_, err = db.ExecContext(ctx, "VACUUM INTO $1", target) // with what the log still holds
			return errors.Join(err, db.Close())
		},
	}.provide(ctx, progress)
}

// provideValidity installs the Python package of Tchap's module for accounts that
// expire, with the pip of the environment, unless that was done before, and returns the
// path of the directory that has it. The module needs no other package but an old
// setuptools.
func provideValidity(ctx context.Context, environment string, progress io.Writer) (string, error) {
	return tool{
		name: "synapse", pins: []string{"validity.txt"}, maker: environment, result: "validity",
		install: func(ctx context.Context, source, target string, progress io.Writer) error {
			return runTold(exec.CommandContext(ctx, filepath.Join(environment, "bin", "python"), "-m", "pip", "install",
				"--disable-pip-version-check", "--no-input", "--progress-bar=off", "--no-deps", "--target", target,
				"-r", filepath.Join(source, "validity.txt")), progress)
		},
	}.provide(ctx, progress)
}

// LiftLimits exempts an account from Synapse's rate limits per user. It ends the test
// on an error, as on a Dendrite.
func (h *Homeserver) LiftLimits(t testing.TB, user id.UserID) {
	t.Helper()
	path := "/_synapse/admin/v1/users/" + url.PathEscape(string(user)) + "/override_ratelimit"
	h.Administer(t, http.MethodPost, path, map[string]int{"messages_per_second": 0, "burst_count": 0})
}

// Administer sends a request with the JSON of body to Synapse's admin API as an
// administrator, for which it makes a new account. It ends the test on an error.
func (h *Homeserver) Administer(t testing.TB, method, path string, body any) {
	t.Helper()
	// Each call makes another administrator, which does no harm here.
	_, token, err := h.register(t.Context(), "admin-"+rand.Text()[:8], rand.Text(), true)
	if err == nil {
		err = h.call(t.Context(), method, path, token, body, nil)
	}
	if err != nil {
		t.Fatalf("%s %s as an administrator: %v", method, path, err)
	}
}
