package main

import (
	"context"
	"errors"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// restAfter is how long the bot must be idle before it returns memory.
const restAfter = 5 * time.Second

// giveBackMemory returns unused memory to the system each time a start or a burst of
// work is over, until ctx ends. done returns the amount of work done so far: if it has
// not changed for restAfter, the bot is idle. Before, giveBackMemory calls the
// functions shrink, which empty caches. Errors are only logged. Left alone, Go keeps
// that memory for minutes and malloc for ever.
func giveBackMemory(ctx context.Context, done func() int64, log zerolog.Logger, shrink ...func(context.Context) error) {
	ticker := time.NewTicker(restAfter)
	defer ticker.Stop()
	before, busy := int64(0), true
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		now := done()
		if busy && now == before {
			var err error
			for _, s := range shrink {
				err = errors.Join(err, s(ctx))
			}
			err = errors.Join(err, giveBack())
			if err != nil && ctx.Err() == nil {
				log.Warn().Err(err).Msg("Memory could not be given back")
			}
		}
		before, busy = now, now != before
	}
}

// giveBack returns unused memory of Go and of malloc to the system, and then the pages
// of the program's file in memory. It gives these back last, since the steps before
// read many of them again. The error is that of giveBackPages.
func giveBack() error {
	collect()
	collections.rest()
	trimMalloc()
	return giveBackPages()
}

var collecting sync.Mutex // held by collect

// collect collects garbage and returns the free memory to the system. While it does so,
// it limits Go to one processor, since each processor keeps the stacks of some ended
// goroutines; then it restores the operator's GOMAXPROCS or Go's own limit. It is safe
// for concurrent use: one call waits for the other, since it would take the limit of
// the other call for the operator's.
func collect() {
	collecting.Lock()
	defer collecting.Unlock()
	processors := runtime.GOMAXPROCS(1)
	runtime.GC() // pools release objects that two collections found unused
	debug.FreeOSMemory()
	if os.Getenv("GOMAXPROCS") != "" {
		runtime.GOMAXPROCS(processors)
	} else {
		runtime.SetDefaultGOMAXPROCS() // follows the system's limits
	}
}
