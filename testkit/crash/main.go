// Command crash kills the bot at random moments while people send it commands on a
// real homeserver, starts it again each time, and counts the answers. Every command
// must have exactly one answer, every question, answer, file, edit and deletion of a relay
// exactly one copy, and nothing may leave in clear for an encrypted room. Experts hand
// questions over, entrust them to a colleague and join duplicates, which they part, close
// or lose again: what the bot writes about that must be there once too, and nothing may
// come to a room where it does not belong. Meanwhile people mute and kick the bot, change
// join rules and power levels, and edit from another client.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"heraut/testkit"
)

// perRound is the number of commands in a round: two of each person.
const perRound = 24

// hitWithin is the number of sends of a round among which the one is drawn that the bot
// is killed at. A round has some seventy at least: the answers to the commands and, for
// each relay, what shows and carries two questions and their answers.
const hitWithin = 2 * perRound

// patience is how long people wait for what the bot has to do. A round takes some
// seconds, and minutes on a machine that does other things first.
const patience = 5 * time.Minute

func main() {
	rounds := flag.Int("rounds", 5, "how often the bot is killed")
	seed := flag.Uint64("seed", rand.Uint64(), "what the moments are drawn from")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	t, err := crash(ctx, *rounds, *seed, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Fprintln(os.Stdout, line(*rounds, t))
	if t.losses > 0 || t.duplicates > 0 {
		os.Exit(1)
	}
}

// line returns the last line that the program prints, with the number of rounds and
// the counts.
func line(rounds int, t tally) string {
	return fmt.Sprintf("rounds=%d commands=%d answers=%d handed=%d joined=%d shared=%d assigned=%d losses=%d duplicates=%d",
		rounds, t.commands, t.answers, t.handed, t.joined, t.shared, t.assigned, t.losses, t.duplicates)
}

// crash plays the rounds in a temporary directory and returns the counts. seed
// determines what happens in them; progress gets the faults and, if there are any, the
// bot's log. The error also covers a data race, a message in clear text for an
// encrypted room, and kills of which fewer than half were during a send.
func crash(ctx context.Context, rounds int, seed uint64, progress io.Writer) (t tally, err error) {
	dir, err := os.MkdirTemp("", "heraut-crash-")
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	fmt.Fprintf(progress, "seed %d\n", seed)
	hs, err := testkit.StartNamed(ctx, os.Getenv("HERAUT_TEST_HOMESERVER"), dir, progress)
	if err != nil {
		return t, err
	}
	defer hs.Stop()
	proxy, err := testkit.StartProxy(hs.URL, seed)
	if err != nil {
		return t, err
	}
	defer proxy.Close()
	account, err := hs.CreateAccount(ctx, "heraut", "secret of the bot")
	if err != nil {
		return t, err
	}
	program, err := testkit.BuiltBot(ctx)
	if err != nil {
		return t, err
	}
	var relays []*relay
	var declared []map[string]any
	for _, name := range []string{"clair", "chiffre"} {
		r, err := newRelay(ctx, hs, account.UserID, name, name == "chiffre")
		if err != nil {
			return t, err
		}
		relays, declared = append(relays, r), append(declared, r.config()...)
	}
	bot, err := testkit.PrepareBot(ctx, program, dir, testkit.BotConfig{
		Homeserver: proxy.URL, Account: account, Set: map[string]any{
			"log.level": "debug", "relays": declared, "questions": map[string]any{"files": map[string]any{"carry": true}},
		},
	})
	if err != nil {
		return t, err
	}
	defer func() {
		bot.Stop()
		if t.losses > 0 || t.duplicates > 0 || err != nil {
			fmt.Fprintf(progress, "the bot's log:\n%s\n", bot.Log())
		}
		if strings.Contains(bot.Log(), "DATA RACE") {
			err = errors.Join(err, errors.New("the bot's log has a data race"))
		}
	}()
	starts := []time.Time{time.Now()}
	if err := errors.Join(bot.Launch(ctx), bot.WaitReady(ctx)); err != nil {
		return t, err
	}
	people, err := newLoad(ctx, hs, account.UserID, relays)
	if err != nil {
		return t, err
	}
	draw := rand.New(rand.NewPCG(seed, seed))
	inFlight, together := 0, 0
	for n := range rounds {
		moment := atRandom
		switch {
		case n%2 == 0:
			moment = midSend
		case n%4 == 1:
			moment = afterKeys
		}
		hit, atOnce, start, err := round(ctx, bot, proxy, people, n, moment, draw)
		if err != nil {
			return t, fmt.Errorf("round %d: %w", n+1, err)
		}
		starts = append(starts, start)
		if hit {
			inFlight++
		}
		if atOnce > 1 {
			together++
		}
	}
	if err := people.finish(ctx, patience); err != nil {
		return t, err
	}
	t, err = people.settle(ctx, patience)
	for _, fault := range t.faults {
		fmt.Fprintln(progress, fault)
	}
	for _, command := range t.lost {
		given := proxy.Requests(func(r *testkit.Request) bool { return bytes.Contains(r.Response, []byte(command)) })
		fmt.Fprintf(progress, "%s was in %d answers to the bot\n", command, len(given))
		for _, r := range given {
			fmt.Fprintf(progress, "  %d %s %s status %d since %s, %d bytes\n", r.Number, r.Method, r.Path, r.Status, r.Query.Get("since"), len(r.Response))
		}
	}
	fmt.Fprintf(progress, "kills with a send in flight: %d of %d, with several of one room: %d\n", inFlight, rounds, together)
	if err == nil && inFlight < rounds/2 {
		err = fmt.Errorf("only %d of %d kills met a send in flight", inFlight, rounds)
	}
	for _, fault := range testkit.ClearText(proxy.Requests(nil), starts) {
		err = errors.Join(err, errors.New(fault))
	}
	return t, err
}

// moment is the kind of moment in a round at which the bot is killed, such as during a
// send.
type moment int

const (
	atRandom  moment = iota
	midSend          // at a request that sends, before or after the homeserver acts on it
	afterKeys        // just after a sync that brings a room's key
)

func (m moment) String() string {
	return [...]string{"a random moment", "a send", "a room's key"}[m]
}

// round plays the n-th round: people send commands, the bot is killed meanwhile at
// the kind of moment when, and is started again. draw is the source of random
// numbers. hit reports whether the bot was killed during a request that sends a
// message; it is false unless when is midSend. atOnce is the largest number of
// messages that the bot was sending to one room when it was killed. The result start
// is when it was started again. The error means that the moment did not come within
// the time of patience, that the bot does not start, that the commands could not be
// sent, or that ctx ended.
func round(ctx context.Context, bot *testkit.Bot, proxy *testkit.Proxy, people *load, n int, when moment, draw *rand.Rand) (hit bool, atOnce int, start time.Time, err error) {
	var met atomic.Bool
	killed := make(chan struct{})
	kill := func() {
		atOnce = mostInOneRoom(proxy)
		bot.Kill()
		close(killed)
	}
	remove := func() {}
	switch when {
	case midSend:
		do := testkit.Run(func() { met.Store(true); kill() })
		if draw.IntN(2) == 0 {
			do = testkit.AfterActing(do)
		}
		remove = proxy.Add(testkit.Rule{Name: "kill", Match: sends, Skip: draw.IntN(hitWithin), Times: 1, Do: do})
	case afterKeys:
		var once sync.Once
		within := time.Duration(draw.IntN(15000)) * time.Microsecond
		remove = proxy.Add(testkit.Rule{Name: "kill after keys", Match: testkit.Syncs, Do: testkit.Rewrite(func(r *testkit.Response) {
			if bytes.Contains(r.Body, []byte("m.olm.v1")) {
				once.Do(func() { time.AfterFunc(within, kill) })
			}
		})})
	case atRandom:
		time.AfterFunc(time.Duration(draw.IntN(1200))*time.Millisecond, kill)
	}
	asked := make(chan error, 1)
	go func() { asked <- people.ask(ctx, n, perRound) }()
	select {
	case <-killed:
	case <-time.After(patience):
		return false, 0, start, fmt.Errorf("the bot was not killed: %s never came", when)
	case <-ctx.Done():
		return false, 0, start, ctx.Err()
	}
	remove()
	start = time.Now()
	if err := errors.Join(bot.Launch(ctx), bot.WaitReady(ctx), <-asked); err != nil {
		return false, 0, start, err
	}
	return met.Load(), atOnce, start, nil
}

// mostInOneRoom returns the largest number of requests by which the bot is sending
// events to the same room.
func mostInOneRoom(proxy *testkit.Proxy) (most int) {
	rooms := map[string]int{}
	for _, r := range proxy.Requests(func(r *testkit.Request) bool { return r.Done.IsZero() && sends(r) }) {
		room, _, _ := strings.Cut(strings.SplitN(r.Path, "/rooms/", 2)[1], "/")
		rooms[room]++
		most = max(most, rooms[room])
	}
	return most
}

// sends reports whether a request adds an event to a room: a message, a reaction or a
// deletion, but no state.
func sends(r *testkit.Request) bool {
	return r.Method == http.MethodPut && strings.Contains(r.Path, "/rooms/") &&
		(strings.Contains(r.Path, "/send/") || strings.Contains(r.Path, "/redact/"))
}
