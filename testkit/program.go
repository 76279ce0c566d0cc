package testkit

import (
	"context"
	"os"
	"os/exec"
	"time"
)

// programStopGrace is longer than the bot's own grace time.
const programStopGrace = 15 * time.Second

// Program is a child process that the caller may start again and again. On Linux it
// ends with this process at the latest.
type Program struct {
	LogFile string // its standard error and output, of all starts

	command func(context.Context) *exec.Cmd
	process *process
}

// NewProgram returns a program that has not started. It calls command for each start,
// to get the command to run; the output goes to logFile.
func NewProgram(logFile string, command func(context.Context) *exec.Cmd) *Program {
	return &Program{LogFile: logFile, command: command}
}

// Launch starts the process without waiting until it is ready. The process outlives
// ctx. The error means that the log file cannot be opened or the process cannot start.
func (p *Program) Launch(ctx context.Context) error {
	log, err := os.OpenFile(p.LogFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() // the child has its own file descriptor
	cmd := p.command(context.WithoutCancel(ctx))
	cmd.Stdout, cmd.Stderr = log, log
	p.process, err = startProcess(cmd)
	return err
}

// Done returns a channel that closes when the process has ended. Call Launch first.
func (p *Program) Done() <-chan struct{} { return p.process.done }

// Stop asks the process to end with SIGTERM, kills it after programStopGrace, and
// returns its exit status: -1 if it never started or a signal ended it.
func (p *Program) Stop() int {
	if p.process == nil {
		return -1
	}
	return p.process.stop(programStopGrace).ExitCode()
}

// Kill ends the process at once, without a chance to finish its work, and waits for its
// end. What it wrote to files stays, unlike after some power cuts. Call Launch first.
func (p *Program) Kill() {
	p.process.kill()
}

// PID returns the id of the process that was last started, which may have ended. Call
// Launch first.
func (p *Program) PID() int { return p.process.cmd.Process.Pid }

// Log returns everything that the program has written in all starts, or the text of the
// error of reading it.
func (p *Program) Log() string {
	content, err := os.ReadFile(p.LogFile)
	if err != nil {
		return err.Error()
	}
	return string(content)
}
