// Command demo lets people try the bot in a terminal. It starts a throw-away
// homeserver, the bot, and a prompt at which the person types as an agent and reads the
// same messages as an agent. It leaves nothing behind, except the compiled homeserver
// for the next time.
//
//	demo BOT
//
// BOT is the path of the bot's program. With LIVE=1 in the environment the bot answers
// from the public catalogue instead of the demonstration's own. All output except
// answers goes to standard error, unless both ends are a terminal. The exit status is 0
// at the end of the input and after /quitter, otherwise 1.
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
	// A reader of our output may go away early, as head does. SIGPIPE would then end
	// the process before its cleanup; ignored, it becomes a write error.
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
	// The temporary files of the demo and its children go when dir goes.
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

// interrupted returns an error that names a signal as the cause if err is not nil and
// ctx has ended; otherwise it returns err.
func interrupted(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return errors.New("interrompu par un signal")
	}
	return err
}
