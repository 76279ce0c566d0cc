package main

import (
	"math/rand/v2"
	"testing"
)

// TestCrash plays a few rounds; `make crash ROUNDS=n` plays more.
func TestCrash(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	const rounds = 5
	got, err := crash(t.Context(), rounds, rand.Uint64(), t.Output())
	if err != nil {
		t.Fatal(err)
	}
	t.Log(line(rounds, got))
	if got.losses > 0 || got.duplicates > 0 || got.commands < 10*rounds || min(got.handed, got.joined, got.shared, got.assigned) == 0 {
		t.Error(line(rounds, got))
	}
}
