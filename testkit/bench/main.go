// Command bench measures the service as a whole on a real homeserver, next to a bare
// bot (package echo) on the same homeserver in the same run. Figures that depend on
// the machine are ratios to that bot.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"heraut/testkit"
	"heraut/testkit/contest"
)

func main() {
	kind := flag.String("homeserver", os.Getenv("HERAUT_TEST_HOMESERVER"), "dendrite or synapse")
	only := flag.String("only", "", "measure only start, catalogues, large, latency, relay, webhook, starve, drain or drain-encrypted")
	against := flag.String("against", "", "another build of the bot, to compare with instead of the echo bot")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := bench(ctx, *kind, *only, *against, full, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// plan holds the size of each measurement: how many rooms, messages and runs.
type plan struct {
	starts int           // number of measured starts
	idle   time.Duration // idle time before memory is read
	many   int           // commands between two readings of memory
	large  int           // entries of the large catalogue

	runs, pairs, warmUp int // of the latencies; pairs of commands in a run

	drains           int               // drains per bot
	clear, encrypted contest.CrowdSize // sizes of the two kinds of crowds
	perRoom          int               // commands per room

	relay   relaySize
	webhook webhookSize
	starve  starveSize
}

var full = plan{
	starts: 5, idle: 10 * time.Second, many: 5000, large: 30_000,
	runs: 5, pairs: 30, warmUp: 10,
	drains: 3, perRoom: 10,
	clear:     contest.CrowdSize{People: 5, Rooms: 100},
	encrypted: contest.CrowdSize{People: 5, Rooms: 20, Encrypted: true},
	webhook:   webhookSize{posts: 500, seen: 50, answers: 30, burst: 10000},
	relay:     relaySize{rooms: 10, questions: 200, messages: 2000, runs: 5},
	starve:    starveSize{rounds: 2, calm: 15 * time.Second, feeds: 100, events: 2000, devices: 200, slow: 15 * time.Second, lasts: time.Minute},
}

// part is one group of measurements that can be run alone: its name and its function.
type part struct {
	name    string
	measure func(context.Context, *stage) ([]figure, error)
}

// parts lists the parts in the order of the run.
var parts = []part{
	{"start", measureStart},
	{"catalogues", measureCatalogues},
	{"large", measureLarge},
	{"latency", measureLatency},
	{"relay", measureRelay},
	{"webhook", measureWebhooks},
	{"starve", measureStarvation},
	{"drain", func(ctx context.Context, s *stage) ([]figure, error) { return measureDrain(ctx, s, s.plan.clear) }},
	{"drain-encrypted", func(ctx context.Context, s *stage) ([]figure, error) { return measureDrain(ctx, s, s.plan.encrypted) }},
}

// bench runs the measurements of that plan on a homeserver of that kind
// (testkit.StartNamed), and prints each part's figures to out once they are known. only
// names the single part to run; if it is empty, bench runs all parts, and none for an
// unknown name. against is the path of another build of the bot for comparison; if it is
// empty, bench compares with the echo bot. progress gets a line about how long each part
// took. It stops at the first error.
func bench(ctx context.Context, kind, only, against string, plan plan, out, progress io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "heraut-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	hs, err := testkit.StartNamed(ctx, kind, dir, progress)
	if err != nil {
		return err
	}
	defer hs.Stop()
	s, err := newStage(ctx, hs, dir, against, plan)
	if err != nil {
		return err
	}
	defer s.close()
	fmt.Fprintf(out, "%s, %s\n", contest.Machine(), hs.Kind)
	for _, p := range parts {
		if only != "" && only != p.name {
			continue
		}
		began := time.Now()
		figures, err := p.measure(ctx, s)
		for _, f := range figures {
			fmt.Fprintln(out, f)
		}
		if err != nil {
			return fmt.Errorf("measure %s: %w\nthe end of the bot's log:\n%s", p.name, err, contest.LogTail(s.bot))
		}
		fmt.Fprintf(progress, "%s took %.0f s\n", p.name, time.Since(began).Seconds())
	}
	return nil
}
