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

const botStartTimeout = 60 * time.Second

// Bot is the bot as a child process, with a directory of its own. Tests start, stop
// and kill it, and start it again on the same state.
type Bot struct {
	*Program          // runs `bot run`
	Dir        string // holds config.yaml, data/ and bot.log
	ConfigFile string
	URL        string // of /livez, /readyz and /metrics

	program string
	through []string
}

// StartBot starts a bot in a directory of its own and waits until it is ready. The bot
// stops with the test. StartBot ends the test on an error.
func StartBot(t testing.TB, config BotConfig) *Bot {
	t.Helper()
	b := NewBot(t, config)
	b.Start(t)
	return b
}

// NewBot builds the bot's program and writes a configuration for it in a directory of
// its own; it ends the test on an error. It does not start the bot, but stops it with
// the test, which fails if the bot's log then has a data race or a panic.
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

// PrepareBot writes the configuration of a bot into the directory dir, which must
// exist, and returns the Bot, which runs the file program and is not started yet. It
// serves programs; tests use NewBot. The error is one of writing or of finding a port.
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
	b := &Bot{
		Dir:        dir,
		ConfigFile: file,
		URL:        "http://" + listen,
		program:    program,
		through:    config.Through,
	}
	b.Program = NewProgram(filepath.Join(dir, "bot.log"), func(ctx context.Context) *exec.Cmd { return b.Command(ctx, "run") })
	return b, nil
}

// Start launches the bot and waits until it is ready. It ends the test on an error.
func (b *Bot) Start(t testing.TB) {
	t.Helper()
	if err := b.Launch(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.AwaitReady(t)
}

// Command returns a command of the bot with its configuration, for the caller to run in
// the bot's directory, such as `bot check` or `bot login`. name is the subcommand, args
// are its further arguments. ctx ends the command.
func (b *Bot) Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	words := append(slices.Clone(b.through), b.program, name, "--config", b.ConfigFile)
	words = append(words, args...)
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir = b.Dir
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0") // otherwise each end takes a second
	return cmd
}

// AwaitReady waits until the bot has completed a sync, so that it can answer. It ends
// the test if the bot ends before, or is not ready after a minute.
func (b *Bot) AwaitReady(t testing.TB) {
	t.Helper()
	if err := b.WaitReady(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// WaitReady waits until the bot has completed a sync. The error means that the bot
// ended before, or that ctx ended or a minute passed.
func (b *Bot) WaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, botStartTimeout)
	defer cancel()
	err := b.process.awaitHTTP(ctx, b.URL+"/readyz")
	if errors.Is(err, errEnded) {
		return fmt.Errorf("the bot ended with status %d before it was ready", b.process.cmd.ProcessState.ExitCode())
	}
	return err
}

// AwaitEnd waits until the bot, which must have been started, ends by itself, and
// returns its exit status, -1 if a signal ended it. It ends the test if the bot still
// runs after a minute.
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

// Restart stops the bot, starts it again and waits until it is ready. It ends the test
// on an error.
func (b *Bot) Restart(t testing.TB) {
	t.Helper()
	b.Stop()
	b.Start(t)
}
