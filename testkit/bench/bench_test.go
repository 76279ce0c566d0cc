package main

import (
	"bytes"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"heraut/testkit/contest"
)

// TestBench runs a minimal plan and checks that it yields every figure.
func TestBench(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	if runtime.GOOS != "linux" {
		t.Skip("the memory is measured on Linux only")
	}
	small := plan{
		starts: 1, idle: 10 * time.Millisecond, many: 40, large: 300,
		runs: 1, pairs: 2, warmUp: 1,
		drains: 1, perRoom: 2,
		clear: contest.CrowdSize{People: 2, Rooms: 4}, encrypted: contest.CrowdSize{People: 2, Rooms: 4, Encrypted: true},
		webhook: webhookSize{posts: 10, seen: 2, answers: 2, burst: 80},
		relay:   relaySize{rooms: 2, questions: 4, messages: 8, runs: 2},
		starve:  starveSize{rounds: 1, calm: 200 * time.Millisecond, feeds: 2, events: 4, devices: 1, slow: 100 * time.Millisecond, lasts: 200 * time.Millisecond},
	}
	var out bytes.Buffer
	if err := bench(t.Context(), os.Getenv("HERAUT_TEST_HOMESERVER"), "", "", small, &out, t.Output()); err != nil {
		t.Fatal(err)
	}
	for line, times := range map[string]int{
		"start to first answer, 700 entries": 1,
		"memory when idle, 700 entries":      1,
		"answer, 300 entries stored":         1,
		"memory when idle, 300 entries":      1,
		"after 40 commands":                  1,
		"command to answer, clear room":      1,
		"command to answer, encrypted room":  1,
		"room, 4 questions open":             1,
		"command in a calm moment, p99":      1,
		"command while another starves":      1,
		"8 commands waiting in 4 clear":      1,
		"8 commands waiting in 4 encrypted":  1,
		"webhook, request to ok, p50":        1,
		"webhook, request to message in the": 1,
		"during a burst of 80 requests":      1,
		"aim":                                16,
	} {
		if got := strings.Count(out.String(), line); got != times {
			t.Errorf("%q stands %d times in the result, want %d:\n%s", line, got, times, &out)
		}
	}
}
