// Command prepare builds or installs a kind of homeserver, its only argument, and
// shows the progress. Tests would do the same, but go test shows no output before
// the end of a package.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"heraut/testkit"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: prepare dendrite|synapse")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := testkit.Prepare(ctx, os.Args[1], os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
