package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"heraut/testkit"
)

// asDemo is the environment variable that makes the test binary run the demo.
const asDemo = "HERAUT_TEST_AS_DEMO"

func TestMain(m *testing.M) {
	if os.Getenv(asDemo) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// demo is a demo that runs as a child process.
type demo struct {
	*exec.Cmd
	stdout, stderr *output
	temp           string // its TMPDIR
	mark           string // marks the environment of the demo and its children
}

// output keeps everything that a process writes; tests wait for parts of it.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// await waits until so returns true.
func (d *demo) await(t *testing.T, what string, so func() bool) {
	t.Helper()
	for start := time.Now(); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Since(start) > time.Minute {
			log, _ := filepath.Glob(filepath.Join(d.temp, "heraut-demo-*", "bot", "bot.log"))
			for _, file := range log {
				content, err := os.ReadFile(file)
				t.Logf("the bot's log, %v:\n%s", err, content)
			}
			t.Fatalf("waited in vain until %s; standard output:\n%s\nstandard error:\n%s", what, d.stdout, d.stderr)
		}
	}
}

// awaitText waits until the demo has written text.
func (d *demo) awaitText(t *testing.T, o *output, text string) {
	t.Helper()
	d.await(t, fmt.Sprintf("%q is written", text), func() bool { return strings.Contains(o.String(), text) })
}

// newDemo returns a demo that is not started yet. Cleanup kills it if it outlives
// the test.
func newDemo(t *testing.T) *demo {
	t.Helper()
	bot := testkit.BuildBot(t)
	// The demo would build the homeserver too, but that takes longer than the waits
	// here allow.
	if err := testkit.Prepare(t.Context(), "dendrite", t.Output()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	d := &demo{
		Cmd: exec.CommandContext(ctx, os.Args[0], bot), stdout: new(output), stderr: new(output),
		temp: t.TempDir(), mark: "HERAUT_TEST_MARK=" + rand.Text(),
	}
	d.Env = append(os.Environ(), asDemo+"=1", "TMPDIR="+d.temp, d.mark, "LIVE=")
	d.Stdout, d.Stderr = d.stdout, d.stderr
	return d
}

// ends waits until the demo exits with status, and checks that it leaves nothing
// behind.
func (d *demo) ends(t *testing.T, status int) {
	t.Helper()
	if err := d.Wait(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	if got := d.ProcessState.ExitCode(); got != status {
		t.Errorf("status %d, want %d; standard error:\n%s", got, status, d.stderr)
	}
	if left, err := os.ReadDir(d.temp); err != nil || len(left) > 0 {
		t.Errorf("left in the temporary directory: %v, %v", left, err)
	}
	if left := d.processes(t); len(left) > 0 {
		t.Errorf("these processes are left: %q", left)
	}
}

// processes lists the running programs of the demo and its children, where /proc
// exists.
func (d *demo) processes(t *testing.T) (programs []string) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		environ, err := os.ReadFile(file)
		if err == nil && strings.Contains(string(environ), d.mark) {
			program, _ := os.Readlink(filepath.Join(filepath.Dir(file), "exe"))
			programs = append(programs, program)
		}
	}
	return programs
}

func TestPipe(t *testing.T) {
	for name, test := range map[string]struct {
		input string
		want  string // a regular expression for all of standard output
	}{
		"no input": {"", `^$`},
		"both rooms": {
			"!sill gimp\n/direct\n\r\ngimp",
			`^GIMP : .*\n(.+\n)*.*Licence : .*\n(.+\n)*\nGIMP : .*\n(.+\n)*.*Licence : .*\n(.+\n)*\n$`,
		},
		"what follows a message": {
			"/direct\n!sill vlc\n/modifier !sill gimp\n/supprimer\n/supprimer\n",
			`^VLC media player : .*\n(.+\n)*\n` +
				`Héraut a modifié sa réponse à « !sill gimp » :\nGIMP : .*\n(.+\n)*\n` +
				`Héraut a supprimé sa réponse à « !sill gimp ».\n\n$`,
		},
		"lists, threads and silence": {
			"bonjour à tous\n/inconnu\n!sill remplace google docs\n/reagir 2\n/salon\n/fil !sill gimp\n/aide\n/quitter\n!sill vlc\n",
			`^Pour remplacer .*\n\n1\. HedgeDoc.*\n2\. Collabora.*\n3\. .*\n\n(.+\n)*\n` +
				`Collabora Online : .*\n(.+\n)*\n` +
				`GIMP : .*\n(.+\n)*\n$`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDemo(t)
			d.Stdin = strings.NewReader(test.input)
			if err := d.Start(); err != nil {
				t.Fatal(err)
			}
			d.ends(t, 0)
			got := strings.NewReplacer("\u202f", " ", "\u00a0", " ").Replace(d.stdout.String())
			if !regexp.MustCompile(test.want).MatchString(got) {
				t.Errorf("standard output:\n%s\nstandard error:\n%s", got, d.stderr)
			}
		})
	}
}

func TestInterrupted(t *testing.T) {
	for name, test := range map[string]struct {
		signal syscall.Signal
		after  string // the signal comes once this text is on standard error
	}{
		"at the start":         {syscall.SIGTERM, "Démarrage d’un serveur"},
		"while it makes rooms": {syscall.SIGINT, "Création"},
		"while the bot starts": {syscall.SIGTERM, "Démarrage du robot"},
		"at the prompt":        {syscall.SIGINT, "Prêt"},
		"when it is hung up":   {syscall.SIGHUP, "Prêt"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDemo(t)
			input, err := d.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer input.Close()
			if err := d.Start(); err != nil {
				t.Fatal(err)
			}
			d.awaitText(t, d.stderr, test.after)
			if err := d.Process.Signal(test.signal); err != nil {
				t.Fatal(err)
			}
			d.ends(t, 1)
			if !strings.Contains(d.stderr.String(), "interrompu") {
				t.Errorf("standard error:\n%s", d.stderr)
			}
		})
	}
}

// A reader such as head goes away once it has read enough.
func TestReaderGoesAway(t *testing.T) {
	t.Parallel()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	d := newDemo(t)
	d.Stdin, d.Stdout = strings.NewReader("!sill gimp\n!sill vlc\n"), writer
	if err := errors.Join(d.Start(), writer.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(reader, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	d.ends(t, 1)
}

func TestWrongProgram(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	d.Args = append(d.Args[:1], "/bin/false")
	if err := d.Start(); err != nil {
		t.Fatal(err)
	}
	d.ends(t, 1)
}
