package testkit

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// process is a child process of the tests, which on Linux ends with the test process at
// the latest.
type process struct {
	cmd *exec.Cmd
	// done closes once the process has ended and cmd.ProcessState is set.
	done chan struct{}
}

// startProcess starts cmd and waits for its end in the background. It sets
// cmd.SysProcAttr, so that Linux ends the process when this one ends.
func startProcess(cmd *exec.Cmd) (*process, error) {
	cmd.SysProcAttr = endWithParent()
	p := &process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		// Linux ends the child when the thread that started it ends, so this
		// goroutine keeps the thread until then.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		_ = cmd.Wait() // the caller reads the exit status from cmd.ProcessState
		close(p.done)
	}()
	return p, <-started
}

// ended reports whether the process has ended.
func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// stop sends SIGTERM to the process, and kills it if it has not ended after the
// grace time. It returns the final state of the process.
func (p *process) stop(grace time.Duration) *os.ProcessState {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // fails only if it has ended
	select {
	case <-p.done:
		return p.cmd.ProcessState
	case <-time.After(grace):
		return p.kill()
	}
}

// kill ends the process at once, waits for its end and returns its final state.
func (p *process) kill() *os.ProcessState {
	_ = p.cmd.Process.Kill() // fails only if it has ended
	<-p.done
	return p.cmd.ProcessState
}
