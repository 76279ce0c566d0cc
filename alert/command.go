package alert

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// Command is a Channel that runs a program for each message. The program gets the
// message as JSON on its standard input, and its parts in HERAUT_EVENT, HERAUT_STATE,
// HERAUT_TITLE and HERAUT_TEXT; it does not get the bot's secrets, the variables
// HERAUT_MATRIX_…. An empty Command makes its methods panic.
type Command []string // the program's path and its arguments

// Name returns the channel's name for logs, in French: «commande» and the program's
// path.
func (c Command) Name() string { return "commande " + c[0] }

// Send runs the program for a message and waits for it. It returns an error, with the
// beginning of the program's output, if the program cannot start, exits with another
// status than 0, or outlasts ctx.
func (c Command) Send(ctx context.Context, m Message) error {
	input, err := json.Marshal(m)
	if err != nil {
		return err
	}
	var output bytes.Buffer
	cmd := exec.CommandContext(ctx, c[0], c[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(input), &output, &output
	cmd.WaitDelay = time.Second                                                                                              // what the program leaves running must not hold us up
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "HERAUT_MATRIX_") }), // our secrets
		"HERAUT_EVENT="+string(m.Event), "HERAUT_STATE="+string(m.State), "HERAUT_TITLE="+m.Title(), "HERAUT_TEXT="+m.Text())
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %.200s", c.Name(), err, output.String())
	}
	return nil
}
