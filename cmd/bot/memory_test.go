package main

import (
	"runtime"
	"sync"
	"testing"
)

// The operator's number of processors stays when memory is given back twice at once.
func TestCollectAtTheSameTime(t *testing.T) {
	t.Setenv("GOMAXPROCS", "3")
	before := runtime.GOMAXPROCS(3)
	defer runtime.GOMAXPROCS(before)
	var all sync.WaitGroup
	for range 8 {
		all.Go(collect)
	}
	all.Wait()
	if got := runtime.GOMAXPROCS(0); got != 3 {
		t.Errorf("%d processors, want 3", got)
	}
}
