package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

const (
	// garbagePercent is the amount of garbage, in percent of the live memory, at which Go
	// collects it, except in a burst of work. It leaves less memory in use for good than
	// Go's default, since the survivors spread over fewer pages.
	garbagePercent = 50
	// burstGarbage is the amount of garbage, in bytes, that may gather in a burst: the
	// live memory is so small that Go would collect several times a second.
	burstGarbage = 24 << 20
	// Collections that follow one another within burstGap mean a burst; one after
	// calmGap ends it.
	burstGap = time.Second
	calmGap  = 15 * time.Second
)

// garbage sets how much garbage Go lets gather before it collects it. It is safe for
// concurrent use.
type garbage struct {
	mu      sync.Mutex
	percent int       // the value in force; 0 if the operator's GOGC is
	cycle   uint64    // the number of collections that Go has begun by itself
	at      time.Time // the time of the last of them
	watched sync.Once // starts the chain of watch
}

// collections is the garbage of this process. It changes nothing before saveMemory.
var collections garbage

// saveMemory makes Go collect garbage more often than by default, at garbagePercent,
// for the whole process, and less often in a burst of work. It does nothing if the
// operator set GOGC. A further call, at a reload, ends a burst.
func saveMemory() {
	if os.Getenv("GOGC") != "" {
		return
	}
	collections.set(garbagePercent)
	collections.watched.Do(collections.watch)
}

// watch makes Go call collected after each of its collections from now on, for good. It
// returns at once. Each call adds one more chain of calls.
func (g *garbage) watch() {
	marker := new([64]byte) // the next collection finds it unused
	runtime.AddCleanup(marker, func(g *garbage) {
		g.collected(time.Now())
		g.watch()
	}, g)
}

// collected notes a collection that ended at about now, and sets the percentage for the
// next one. Those that giveBack asks for do not count.
func (g *garbage) collected(now time.Time) {
	cycle, live := heap()
	g.mu.Lock()
	defer g.mu.Unlock()
	if cycle == g.cycle {
		return
	}
	gap := now.Sub(g.at)
	g.cycle, g.at = cycle, now
	if next := percentAfter(g.percent, gap, live); next != g.percent {
		g.percent = next
		debug.SetGCPercent(next)
	}
}

// percentAfter returns the percentage that follows before when a collection came gap
// after the last one and left live bytes in use: in a burst (gap below burstGap) one
// that lets burstGarbage bytes gather, at least garbagePercent; after calmGap
// garbagePercent; otherwise before.
func percentAfter(before int, gap time.Duration, live uint64) int {
	switch {
	case gap < burstGap:
		return max(garbagePercent, int(burstGarbage*100/max(live, 1<<20)))
	case gap > calmGap:
		return garbagePercent
	}
	return before
}

// heap returns the number of collections that Go has begun by itself, and the bytes that
// the last collection left in use.
func heap() (cycle, live uint64) {
	samples := []metrics.Sample{{Name: "/gc/cycles/automatic:gc-cycles"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64(), samples[1].Value.Uint64()
}

// rest ends a burst: from here on Go collects at garbagePercent. Collections before the
// call do not begin another burst. It does nothing if the operator set GOGC.
func (g *garbage) rest() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.at = time.Time{}
	g.cycle, _ = heap()
	if g.percent > garbagePercent {
		g.percent = garbagePercent
		debug.SetGCPercent(garbagePercent)
	}
}

func (g *garbage) set(percent int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.percent = percent
	debug.SetGCPercent(percent)
}
