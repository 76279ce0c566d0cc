package main

import (
	"context"
	"runtime/debug"
	"time"
)

// restAfter is how long nothing has to be done before memory is given back.
const restAfter = 5 * time.Second

// giveBackMemory gives the memory that a start or a burst of work needed back to
// the system, once it is over: done counts the work. By itself the runtime keeps
// it for minutes, and the bot rests most of the time.
func giveBackMemory(ctx context.Context, done func() int64) error {
	ticker := time.NewTicker(restAfter)
	defer ticker.Stop()
	before, busy := int64(0), true
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		now := done()
		if busy && now == before {
			debug.FreeOSMemory()
		}
		before, busy = now, now != before
	}
}
