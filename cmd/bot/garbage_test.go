package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"
)

func TestPercentAfter(t *testing.T) {
	const live = 8 << 20
	for _, c := range []struct {
		name   string
		before int
		gap    time.Duration
		live   uint64
		want   int
	}{
		{"a burst begins", 50, 300 * time.Millisecond, live, 300},
		{"a burst goes on", 300, 2 * time.Second, live, 300},
		{"calm goes on", 50, 2 * time.Second, live, 50},
		{"a burst ends", 300, time.Minute, live, 50},
		{"much is in use: as in calm", 50, 300 * time.Millisecond, 100 << 20, 50},
		{"next to nothing is in use", 50, 300 * time.Millisecond, 1, 2400},
	} {
		if got := percentAfter(c.before, c.gap, c.live); got != c.want {
			t.Errorf("%s: %d %%, want %d", c.name, got, c.want)
		}
	}
}

var sink []byte

// In a burst, more garbage gathers than in calm; giving memory back ends the burst.
func TestGarbageInABurst(t *testing.T) {
	t.Setenv("GOGC", "")
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	saveMemory()
	percent := func() int {
		collections.mu.Lock()
		defer collections.mu.Unlock()
		return collections.percent
	}
	for deadline := time.Now().Add(20 * time.Second); percent() == garbagePercent; {
		sink = make([]byte, 256<<10)
		if time.Now().After(deadline) {
			t.Fatal("the burst was not noticed")
		}
	}
	if err := giveBack(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond) // the collections of giveBack are noted meanwhile
	if got := debug.SetGCPercent(garbagePercent); got != garbagePercent || percent() != garbagePercent {
		t.Errorf("after the burst Go collects at %d %%", got)
	}
}

// TestReloadsWatchOnce has the memory saved as often as after many reloads, and counts
// the functions that run after each collection.
func TestReloadsWatchOnce(t *testing.T) {
	t.Setenv("GOGC", "")
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	for range 50 {
		saveMemory()
	}
	cleanups := func() uint64 {
		samples := []metrics.Sample{{Name: "/gc/cleanups/executed:cleanups"}}
		metrics.Read(samples)
		return samples[0].Value.Uint64()
	}
	const rounds = 10
	collect := func() {
		for range rounds {
			runtime.GC()
			time.Sleep(20 * time.Millisecond) // the cleanups run meanwhile
		}
	}
	collect() // what other tests left
	start := cleanups()
	collect()
	// Parts of the standard library add a few of their own.
	if ran := cleanups() - start; ran == 0 || ran > 10*rounds {
		t.Errorf("%d functions ran after %d collections", ran, rounds)
	}
}
