package main

import (
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// openTerminal opens a pseudo-terminal and returns its two sides.
func openTerminal(t *testing.T, columns uint16) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	t.Cleanup(func() { person.Close() })
	fd := int(person.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: columns}); err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { program.Close() })
	return person, program
}

func settings(t *testing.T, terminal *os.File) *unix.Termios {
	t.Helper()
	s, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// at attaches the demo to a terminal.
func (d *demo) at(program *os.File) {
	d.Env = append(d.Env, "TERM=xterm")
	d.Stdin, d.Stdout, d.Stderr = program, program, program
	d.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
}

func TestTerminal(t *testing.T) {
	for name, test := range map[string]struct {
		end    func(d *demo, person *os.File) error
		status int
	}{
		"end of input": {func(_ *demo, person *os.File) error { _, err := person.WriteString("\x04"); return err }, 0},
		"Ctrl-C":       {func(_ *demo, person *os.File) error { _, err := person.WriteString("x\x03"); return err }, 0},
		"a signal":     {func(d *demo, _ *os.File) error { return d.Process.Signal(syscall.SIGTERM) }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			person, program := openTerminal(t, 60)
			before := settings(t, program)
			d := newDemo(t)
			d.at(program)
			if err := d.Start(); err != nil {
				t.Fatal(err)
			}
			screen := d.stdout
			go func() { _, _ = io.Copy(screen, person) }() // until the test closes it

			d.awaitText(t, screen, "Logiciels libres (salon public) › ")
			enter := func(line, answer string) {
				t.Helper()
				if _, err := person.WriteString(line + "\r"); err != nil {
					t.Fatal(err)
				}
				d.awaitText(t, screen, answer)
			}
			enter("!sill gimp", "\x1b[0;1mGIMP\x1b[0m")
			enter("/direct", "\x1b[0;1m!aide\x1b[0m") // the bot's greeting
			d.awaitText(t, screen, "Héraut (message direct) › ")
			enter("vlc", "\x1b[0;1mVLC media player\x1b[0m")
			for line := range strings.Lines(screen.String()) {
				// The layout breaks neither addresses nor the paths of files, and
				// the editor redraws the typed line in place.
				if cells(line) > 100 && !strings.Contains(line, "http") && !strings.Contains(line, os.TempDir()) && !strings.Contains(line, "›") {
					t.Errorf("this line is too long: %q", line)
				}
			}
			if err := test.end(d, person); err != nil {
				t.Fatal(err)
			}
			d.ends(t, test.status)
			if after := settings(t, program); !reflect.DeepEqual(after, before) {
				t.Errorf("the terminal was left with %+v, it had %+v", after, before)
			}
		})
	}
}

// A person who only waits sees the announcement of a repository.
func TestNewsIsSeen(t *testing.T) {
	t.Parallel()
	person, program := openTerminal(t, 60)
	d := newDemo(t)
	d.at(program)
	if err := d.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(d.stdout, person) }() // until the test closes it
	first := newRepositories[0].Name
	d.awaitText(t, d.stdout, "Logiciels libres (salon public) › ")
	d.awaitText(t, d.stdout, "Nouveau dépôt")
	d.awaitText(t, d.stdout, first[strings.Index(first, "/")+1:])
	if _, err := person.WriteString("\x04"); err != nil {
		t.Fatal(err)
	}
	d.ends(t, 0)
}

// Killing the demo ends its children too.
func TestKilled(t *testing.T) {
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
	d.awaitText(t, d.stderr, "Prêt")
	if got := d.processes(t); len(got) != 3 { // the demo, the homeserver and the bot
		t.Errorf("these processes run: %q", got)
	}
	if err := d.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = d.Wait() // its error is the kill
	d.await(t, "the children have ended", func() bool { return len(d.processes(t)) == 0 })
}
