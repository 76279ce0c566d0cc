package testkit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	botStartTimeout = 60 * time.Second
	botStopGrace    = 15 * time.Second // longer than the bot's own grace time
)

// Bot is the bot as a child process, with a directory of its own. Tests start, stop
// and kill it, and start it again on the same state.
type Bot struct {
	Dir        string // holds config.yaml, data/ and bot.log
	ConfigFile string
	URL        string // of /livez, /readyz and /metrics
	LogFile    string // its standard error and output, of all starts

	program string
	through []string
	process *process
}

// StartBot starts a bot in a directory of its own and waits until it is ready. The
// bot stops with the test.
func StartBot(t testing.TB, config BotConfig) *Bot {
	t.Helper()
	b := NewBot(t, config)
	b.Start(t)
	return b
}

// NewBot builds the bot's program and writes a configuration for it in a directory of
// its own. It does not start the bot.
func NewBot(t testing.TB, config BotConfig) *Bot {
	t.Helper()
	b, err := PrepareBot(t.Context(), BuildBot(t), t.TempDir(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		b.Stop()
		for _, fault := range []string{"WARNING: DATA RACE", "panic: "} {
			if strings.Contains(b.Log(), fault) {
				t.Errorf("the bot's log has %q", fault)
			}
		}
		if t.Failed() {
			t.Logf("the end of the bot's log:\n%s", tail(b.LogFile, 60))
		}
	})
	return b
}

// PrepareBot writes the configuration of a bot into the directory dir and returns the
// Bot, which runs the file program and is not started yet.
func PrepareBot(ctx context.Context, program, dir string, config BotConfig) (*Bot, error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	listen := fmt.Sprintf("127.0.0.1:%d", port)
	file, err := config.write(dir, listen)
	if err != nil {
		return nil, err
	}
	return &Bot{
		Dir:        dir,
		ConfigFile: file,
		URL:        "http://" + listen,
		LogFile:    filepath.Join(dir, "bot.log"),
		program:    program,
		through:    config.Through,
	}, nil
}

// Start launches the bot and waits until it is ready.
func (b *Bot) Start(t testing.TB) {
	t.Helper()
	if err := b.Launch(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.AwaitReady(t)
}

// Launch starts the process `bot run` without waiting for it. The process outlives
// ctx.
func (b *Bot) Launch(ctx context.Context) error {
	log, err := os.OpenFile(b.LogFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() // the child has its own file descriptor
	cmd := b.Command(context.WithoutCancel(ctx), "run")
	cmd.Stdout, cmd.Stderr = log, log
	b.process, err = startProcess(cmd)
	if err != nil {
		return fmt.Errorf("start the bot: %w", err)
	}
	return nil
}

// Command returns a command of the bot with its configuration, such as `bot check`
// or `bot login`, for the caller to run.
func (b *Bot) Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	words := append(slices.Clone(b.through), b.program, name, "--config", b.ConfigFile)
	words = append(words, args...)
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir = b.Dir
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0") // otherwise each end takes a second
	return cmd
}

// AwaitReady waits until the bot has completed a sync, so that it can answer. It ends
// the test if that fails.
func (b *Bot) AwaitReady(t testing.TB) {
	t.Helper()
	if err := b.WaitReady(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// WaitReady waits until the bot has completed a sync. It fails if the bot ends
// before, or after a minute.
func (b *Bot) WaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, botStartTimeout)
	defer cancel()
	err := b.process.awaitHTTP(ctx, b.URL+"/readyz")
	if errors.Is(err, errEnded) {
		return fmt.Errorf("the bot ended with status %d before it was ready", b.process.cmd.ProcessState.ExitCode())
	}
	return err
}

// Done returns a channel that closes when the launched bot has ended.
func (b *Bot) Done() <-chan struct{} { return b.process.done }

// AwaitEnd waits until the bot ends by itself and returns its exit status.
func (b *Bot) AwaitEnd(t testing.TB) int {
	t.Helper()
	select {
	case <-b.process.done:
		return b.process.cmd.ProcessState.ExitCode()
	case <-time.After(botStartTimeout):
		t.Fatalf("the bot still runs after %s", botStartTimeout)
		return 0
	}
}

// Stop asks the bot to end with SIGTERM, and returns its exit status: -1 if it did
// not run or had to be killed.
func (b *Bot) Stop() int {
	if b.process == nil {
		return -1
	}
	return b.process.stop(botStopGrace).ExitCode()
}

// Kill ends the bot's process at once, without a chance to finish its work. What it
// wrote to files stays, unlike after some power cuts.
func (b *Bot) Kill() {
	b.process.kill()
}

// Restart stops the bot and starts it again.
func (b *Bot) Restart(t testing.TB) {
	t.Helper()
	b.Stop()
	b.Start(t)
}

// PID returns the id of the process that was last started, which may have ended.
func (b *Bot) PID() int { return b.process.cmd.Process.Pid }

// Log returns everything that the bot has written, or the error of reading it.
func (b *Bot) Log() string {
	content, err := os.ReadFile(b.LogFile)
	if err != nil {
		return err.Error()
	}
	return string(content)
}
