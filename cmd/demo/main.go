// Command demo lets one try the bot in a terminal: it starts a throw-away
// homeserver, the bot, and a prompt where one types as an agent and reads what
// an agent would read. It leaves nothing behind.
//
//	demo BOT
//
// BOT is the bot's program. With LIVE=1 in the environment the bot answers from
// the public catalogue instead of the demonstration's own. What is not an answer
// goes to standard error, unless both ends are a terminal. The exit status is 0
// when the input has ended, or 1.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	// Whoever reads our output may go away before its end, as head does: that is
	// an error of writing, and no reason to leave without tidying up.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo :", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (err error) {
	if len(args) != 1 {
		return errors.New("il faut le programme du robot en argument ; « make demo » le donne")
	}
	dir, err := os.MkdirTemp("", "heraut-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	// Whatever we or our children put aside goes when dir does.
	if err := os.Setenv("TMPDIR", dir); err != nil {
		return err
	}

	began := time.Now()
	s := new(stage)
	defer s.stop()
	if err := s.start(ctx, dir, args[0], os.Stderr); err != nil {
		return interrupted(ctx, s.withLog(err))
	}
	fmt.Fprintf(os.Stderr, "Prêt en %.0f s.\n", time.Since(began).Seconds())

	c, err := openConsole(os.Stdin, os.Stdout, os.Stderr)
	if err != nil {
		return err
	}
	defer c.close()
	return interrupted(ctx, newPrompt(s, c).run(ctx))
}

// interrupted names what a signal caused: whatever failed then is beside the point.
func interrupted(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return errors.New("interrompu par un signal")
	}
	return err
}
