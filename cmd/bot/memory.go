package main

import (
	"context"
	"errors"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/rs/zerolog"
)

// restAfter is how long nothing has to be done before memory is given back.
const restAfter = 5 * time.Second

// garbagePercent is how much garbage may lie between what is in use, in percent
// of it. Half of Go's own bound costs a few percent of the time of a burst of
// work, and leaves less behind for good: what lives on is strewn over less memory.
const garbagePercent = 50

// saveMemory sets the bound of garbage, unless the operator did (GOGC).
func saveMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
}

// giveBackMemory gives the memory that a start or a burst of work needed back to
// the system, once it is over: done counts the work, and shrink empties caches
// first. By itself the runtime keeps it for minutes, malloc for ever, and the bot
// rests most of the time.
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
			if err != nil && ctx.Err() == nil {
				log.Warn().Err(err).Msg("Memory could not be given back")
			}
			collect()
			trimMalloc()
		}
		before, busy = now, now != before
	}
}

// collect gives back what is not in use. Each of the runtime's processors keeps the
// stacks of some dozens of goroutines that have ended until it is given up itself,
// so there is but one meanwhile.
func collect() {
	processors := runtime.GOMAXPROCS(1)
	runtime.GC() // pools let go what two collections did not find in use
	debug.FreeOSMemory()
	if os.Getenv("GOMAXPROCS") != "" {
		runtime.GOMAXPROCS(processors)
	} else {
		runtime.SetDefaultGOMAXPROCS() // which follows what the system allows
	}
}
