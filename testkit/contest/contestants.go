// Package contest puts bots side by side on one homeserver: starts them, sends them the
// same commands, reads their answers and what their processes cost. The benchmarks and
// the comparison with other bots use it.
package contest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// Contestant is a bot whose speed and memory are measured, for comparison with others:
// its account, and its process, which can be started, stopped and killed.
type Contestant interface {
	Name() string // the local part of its account
	User() id.UserID
	Launch(ctx context.Context) error // does not wait until the bot is ready
	Stop() int                        // returns the exit status
	Kill()
	PID() int // process id of the last start
	Log() string
	Done() <-chan struct{} // closes when the process has ended
}

// Bot is a contestant that runs the bot of this tree, or another build of it.
type Bot struct {
	*testkit.Bot
	Account testkit.Account
}

// NewBot makes an account with that local part and prepares a bot for it that runs
// program in dir, a directory that NewBot makes. catalogue is the address of its
// catalogue. The caller starts it.
func NewBot(ctx context.Context, hs *testkit.Homeserver, localpart, program, dir, catalogue string) (*Bot, error) {
	account, err := newAccount(ctx, hs, localpart, dir)
	if err != nil {
		return nil, err
	}
	b, err := testkit.PrepareBot(ctx, program, dir, testkit.BotConfig{Homeserver: hs.URL, Account: account, SILL: catalogue})
	return &Bot{b, account}, err
}

func (b *Bot) Name() string    { return b.Account.UserID.Localpart() }
func (b *Bot) User() id.UserID { return b.Account.UserID }

// LogTail returns the last 4000 bytes of the log of the bot c.
func LogTail(c Contestant) string {
	log := c.Log()
	return log[max(0, len(log)-4000):]
}

// Peer is a contestant that runs another program than this tree's bot.
type Peer struct {
	*testkit.Program
	Account testkit.Account
}

func (p *Peer) Name() string    { return p.Account.UserID.Localpart() }
func (p *Peer) User() id.UserID { return p.Account.UserID }

// NewPeer makes an account with that local part and prepares another bot for it that
// runs in dir, a directory that NewPeer makes. It calls command once; command may
// prepare files there, and returns the bot's program and its arguments. The caller
// starts the bot.
func NewPeer(ctx context.Context, hs *testkit.Homeserver, localpart, dir string, command func(testkit.Account) ([]string, error)) (*Peer, error) {
	account, err := newAccount(ctx, hs, localpart, dir)
	if err != nil {
		return nil, err
	}
	words, err := command(account)
	if err != nil {
		return nil, err
	}
	return &Peer{testkit.NewProgram(filepath.Join(dir, "log"), func(ctx context.Context) *exec.Cmd {
		cmd := exec.CommandContext(ctx, words[0], words[1:]...)
		cmd.Dir = dir
		return cmd
	}), account}, nil
}

func newAccount(ctx context.Context, hs *testkit.Homeserver, localpart, dir string) (testkit.Account, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return testkit.Account{}, err
	}
	return hs.CreateAccount(ctx, localpart, "password of the bot")
}

// NewEcho builds and prepares the bare bot of package echo, in the directory dir, which
// it makes. The bot answers each text with the content of the JSON file card, or with
// the same text if card is empty. The caller starts it.
func NewEcho(ctx context.Context, hs *testkit.Homeserver, dir, card string) (*Peer, error) {
	root, err := testkit.Root()
	if err != nil {
		return nil, err
	}
	return NewPeer(ctx, hs, "echo", dir, func(account testkit.Account) ([]string, error) {
		program := filepath.Join(dir, "echo")
		build := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-tags", "goolm", "-o", program, "./testkit/bench/echo")
		build.Dir = root
		if output, err := build.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build the echo bot: %w\n%s", err, output)
		}
		return []string{
			program, "-homeserver", hs.URL, "-user", string(account.UserID), "-password", account.Password,
			"-database", filepath.Join(dir, "echo.db"), "-card", card,
		}, nil
	})
}
