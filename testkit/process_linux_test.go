package testkit

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const parentOfSleep = "HERAUT_TEST_PARENT_OF_SLEEP"

// A killed child process takes its own child with it.
func TestProcessEndsWithItsParent(t *testing.T) {
	if os.Getenv(parentOfSleep) != "" {
		child, err := startProcess(exec.CommandContext(t.Context(), "sleep", "600"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(os.Stdout, child.cmd.Process.Pid)
		<-child.done // never closes: the test kills this process first
		return
	}
	parent := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	parent.Env = append(os.Environ(), parentOfSleep+"=1")
	output, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(child, 0); err != nil {
		t.Fatalf("the child does not run: %v", err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // the process was killed
	for start := time.Now(); !ended(child); time.Sleep(10 * time.Millisecond) {
		if time.Since(start) > awaitTimeout {
			t.Fatal("the child outlives its parent")
		}
	}
}

// ended reports whether a process that is not our child has ended. A process whose
// parent does not wait for it stays as a zombie.
func ended(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return true
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(state, "Z")
}

func TestProcessIsKilledAfterGrace(t *testing.T) {
	for name, test := range map[string]struct {
		script string
		signal syscall.Signal // the signal that ended the process; 0: none
		status int
	}{
		"obeys":   {"trap 'exit 7' TERM; echo; while :; do sleep 0.01; done", 0, 7},
		"refuses": {"trap '' TERM; echo; while :; do sleep 0.01; done", syscall.SIGKILL, -1},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), "sh", "-c", test.script)
			output, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			p, err := startProcess(cmd)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := output.Read(make([]byte, 1)); err != nil { // the trap is set
				t.Fatal(err)
			}
			state := p.stop(300 * time.Millisecond)
			wait := state.Sys().(syscall.WaitStatus)
			if state.ExitCode() != test.status || (wait.Signaled() && wait.Signal() != test.signal) {
				t.Errorf("ended with %v", state)
			}
		})
	}
}
