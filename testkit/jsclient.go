package testkit

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"slices"
	"testing"

	"maunium.net/go/mautrix/id"
)

// requireNode names the environment variable that makes tests fail without Node.js
// instead of skipping them.
const requireNode = "HERAUT_REQUIRE_NODE"

// JSClient is a person's client on matrix-js-sdk, which encrypts with the same code as
// Element. It is a child process in Node.js that executes tasks.
type JSClient struct {
	process *process
	input   io.WriteCloser
	output  *jsOutput
	logFile string // the process's standard error
	tasks   int    // number of tasks so far
}

// jsLine is a line of JSON that the client's process prints: the result of a task, or
// a message that it saw.
type jsLine struct {
	Done    int
	Room    id.RoomID
	Event   id.EventID
	Code    string
	By      id.UserID
	Message *JSMessage
}

// JSOptions are the options of a JSClient. The zero value suits most tests.
type JSOptions struct {
	// OnlySigned rejects devices that their owner has not signed: the client gives
	// them no keys and does not show their messages.
	OnlySigned bool
}

// JSMessage is a message in a room as a JSClient shows it: decrypted, in clear, or with
// the Failure for which the client cannot read it.
type JSMessage struct {
	Room      id.RoomID
	ID        id.EventID
	Sender    id.UserID
	Body      string
	ReplyTo   id.EventID
	Encrypted bool
	// Failure is the reason why the client cannot read the message, in the words of
	// matrix-js-sdk; empty if it can.
	Failure string
}

// JSPerson makes an account named localpart and logs in to it with a JSClient, for a
// test, at whose end the client stops. It skips the test if there is no usable Node.js
// (needNode), and ends it on an error.
func (h *Homeserver) JSPerson(t testing.TB, localpart string, options JSOptions) *JSClient {
	t.Helper()
	needNode(t, "no client on matrix-js-sdk")
	account := h.Account(t, localpart)
	c, err := startJSClient(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.input.Close() // tells the process to end
		c.process.stop(stopGrace)
		if t.Failed() {
			t.Logf("the end of the log of %s:\n%s", account.UserID, tail(c.logFile, 40))
		}
	})
	c.do(t, map[string]any{
		"do": "login", "homeserver": h.URL, "user": account.UserID, "password": account.Password,
		"onlySigned": options.OnlySigned,
	})
	return c
}

// needNode skips a test if npm is missing, or if Node.js is missing or too old; the
// message then begins with without, which says what the test lacks. It fails the test
// instead if the environment sets requireNode.
func needNode(t testing.TB, without string) {
	t.Helper()
	if err := findNode(t.Context()); err != nil {
		if os.Getenv(requireNode) != "" {
			t.Fatal(err)
		}
		t.Skipf("%s: %v", without, err)
	}
}

// MakeRoom makes an encrypted room, invites a user to it, and returns the room's id. It
// ends the test on an error.
func (c *JSClient) MakeRoom(t testing.TB, invite id.UserID) id.RoomID {
	t.Helper()
	return c.do(t, map[string]any{"do": "create", "invite": invite}).Room
}

// Join joins an encrypted room to which the client is invited. It ends the test on an
// error.
func (c *JSClient) Join(t testing.TB, room id.RoomID) {
	t.Helper()
	c.do(t, map[string]any{"do": "join", "room": room})
}

// Say sends a text to an encrypted room and returns the message's id. It ends the test
// on an error.
func (c *JSClient) Say(t testing.TB, room id.RoomID, text string) id.EventID {
	t.Helper()
	return c.do(t, map[string]any{"do": "say", "room": room, "text": text}).Event
}

// SayInThread sends a text to an encrypted room, in the thread of the message root, and
// returns the message's id. It ends the test on an error.
func (c *JSClient) SayInThread(t testing.TB, room id.RoomID, root id.EventID, text string) id.EventID {
	t.Helper()
	return c.do(t, map[string]any{"do": "say", "room": room, "text": text, "thread": root}).Event
}

// Verify sends a user a request in an encrypted room to verify each other's devices,
// and waits until the user or the client cancels it. It returns the user id of whoever
// cancelled, and the Matrix error code of the cancellation. It ends the test if that
// takes longer than half a minute.
func (c *JSClient) Verify(t testing.TB, room id.RoomID, user id.UserID) (by id.UserID, code string) {
	t.Helper()
	line := c.do(t, map[string]any{"do": "verify", "room": room, "user": user})
	return line.By, line.Code
}

// VerifyDevice sends a request to verify to one of the user's devices, instead of a
// room, and waits until the user or the client cancels it. It returns the user id of
// whoever cancelled, and the Matrix error code of the cancellation. It ends the test if
// that takes longer than half a minute.
func (c *JSClient) VerifyDevice(t testing.TB, user id.UserID) (by id.UserID, code string) {
	t.Helper()
	line := c.do(t, map[string]any{"do": "verifyDevice", "user": user})
	return line.By, line.Code
}

// Await returns the first message for which match returns true, seen already or within
// half a minute; otherwise it ends the test.
func (c *JSClient) Await(t testing.TB, match func(JSMessage) bool) JSMessage {
	t.Helper()
	line := c.await(t, func(line jsLine) bool { return line.Message != nil && match(*line.Message) })
	return *line.Message
}

// Count returns the number of messages so far for which match returns true. A message
// that the client could read only later is there twice: unread, with its Failure, and
// read.
func (c *JSClient) Count(match func(JSMessage) bool) (n int) {
	lines, _ := c.output.snapshot()
	for _, line := range lines {
		if line.Message != nil && match(*line.Message) {
			n++
		}
	}
	return n
}

// do sends a task to the process and returns its result. It sets the number of the task
// in the map task. It ends the test if the process ends, as it does when a task fails,
// or if the task takes longer than half a minute.
func (c *JSClient) do(t testing.TB, task map[string]any) jsLine {
	t.Helper()
	c.tasks++
	task["task"] = c.tasks
	content, err := json.Marshal(task)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.input.Write(append(content, '\n')); err != nil {
		t.Fatalf("%s: %v", task["do"], err)
	}
	return c.await(t, func(line jsLine) bool { return line.Done == c.tasks })
}

func (c *JSClient) await(t testing.TB, match func(jsLine) bool) jsLine {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), awaitTimeout)
	defer cancel()
	for {
		lines, changed := c.output.snapshot()
		if i := slices.IndexFunc(lines, match); i >= 0 {
			return lines[i]
		}
		select {
		case <-changed:
		case <-c.process.done:
			t.Fatal("the client has ended")
		case <-ctx.Done():
			t.Fatalf("wait for the client: %v; it wrote:\n%+v", context.Cause(ctx), lines)
		}
	}
}
