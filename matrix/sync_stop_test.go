package matrix_test

import (
	"testing"

	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// TestStoppedAtOnce: a bot that is stopped before its first sync ends without an error.
// startBot checks what Sync returns.
func TestStoppedAtOnce(t *testing.T) {
	t.Parallel()
	bot := startBot(t, testkit.StartHomeserver(t), matrix.Config{}, queue.Config{})
	for range 10 {
		bot.restart(t)
	}
}
