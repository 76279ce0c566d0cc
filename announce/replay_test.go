package announce_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/announce"
	"heraut/fetch"
	"heraut/queue"
	"heraut/rooms"
	"heraut/sources"
	"heraut/storage"
	"heraut/testkit/realdata"
)

// A replay plays a year of a log on a server, while the bot reads that server in a
// process of its own, which the test kills again and again.

// roundTimes returns the times of the rounds: each change, the end of its settling if
// no other change comes soon, and some times without any change.
func roundTimes(log []change) (rounds []time.Time) {
	for _, c := range log {
		if len(rounds) > 0 {
			last := rounds[len(rounds)-1]
			if c.at.Equal(last) {
				continue
			}
			if settled := last.Add(replaySettle + time.Minute); c.at.Sub(settled) > 2*time.Hour {
				rounds = append(rounds, settled)
			}
		}
		rounds = append(rounds, c.at)
	}
	for range 20 {
		rounds = append(rounds, rounds[len(rounds)-1].Add(7*time.Hour))
	}
	return rounds
}

// deaths picks the rounds in which the bot is killed: half of them at random, half
// among the busiest.
func deaths(log []change, rounds []time.Time, kills int) map[int]bool {
	changes := map[time.Time]int{}
	for _, c := range log {
		changes[c.at]++
	}
	byWork := make([]int, len(rounds))
	for i := range rounds {
		byWork[i] = i
	}
	slices.SortStableFunc(byWork, func(a, b int) int { return changes[rounds[b]] - changes[rounds[a]] })
	kill := map[int]bool{}
	for len(kill) < kills/2 {
		kill[byWork[rand.IntN(min(50, len(byWork)))]] = true
	}
	for len(kill) < kills {
		kill[rand.IntN(len(rounds))] = true
	}
	return kill
}

const (
	replaySettle = 6 * time.Hour
	replayEnv    = "HERAUT_REPLAY" // the address of the server and the path of the database
	weekly       = bureau
)

// replayAnnouncer builds the bot's side: one room that is told at once, and one with a
// weekly digest.
func replayAnnouncer(t *testing.T, base, path string) (*storage.DB, *announce.Announcer, *announce.Runner) {
	t.Helper()
	db, err := storage.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	announcer := announce.NewAnnouncer(announce.Options{
		Store: db, Queue: queue.NewOutbox(db),
		Rooms: rooms.NewBook(rooms.Settings{Language: "fr"}), Zone: paris(t), Log: zerolog.Nop(),
	})
	announcer.Declare(salon, []announce.Watch{{Room: salon, Source: "depots", Rhythm: "immediat"}})
	announcer.Declare(weekly, []announce.Watch{{Room: weekly, Source: "depots", Rhythm: "hebdo jeudi 11:00"}})
	settings := sources.Settings{
		Name: "depots", Kind: sources.Ecosystems, Location: base, Every: 15 * time.Minute, Settle: replaySettle,
	}
	getter := fetch.New(fetch.Options{UserAgent: "test"})
	t.Cleanup(getter.Close)
	source, err := sources.New(settings, getter, nil)
	if err != nil {
		t.Fatal(err)
	}
	return db, announcer, announcer.NewRunner(settings, source)
}

// TestReplayedBot is the child process: for each time on standard input it runs a round
// and writes a line on standard output.
func TestReplayedBot(t *testing.T) {
	base, path, ok := strings.Cut(os.Getenv(replayEnv), "|")
	if !ok {
		t.Skip("it is the child process of the replay")
	}
	_, announcer, runner := replayAnnouncer(t, base, path)
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		now, err := time.Parse(time.RFC3339, in.Text())
		if err != nil {
			t.Fatal(err)
		}
		if err := runner.Round(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		if err := announcer.Deliver(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(os.Stdout, "done", in.Text())
	}
}

// child is the bot's process.
type child struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func startChild(t *testing.T, base, path string) *child {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestReplayedBot$", "-test.timeout=20m")
	cmd.Env = append(os.Environ(), replayEnv+"="+base+"|"+path)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &child{cmd, in, bufio.NewScanner(out)}
}

// round asks the bot for a round, and reports whether the round ended.
func (c *child) round(at time.Time) bool {
	text := at.UTC().Format(time.RFC3339)
	if _, err := fmt.Fprintln(c.in, text); err != nil {
		return false
	}
	for c.out.Scan() {
		if c.out.Text() == "done "+text {
			return true
		}
	}
	return false
}

// replay plays the log, kills the bot that many times, and returns the path of the
// database.
func replay(t *testing.T, log []change, kills int) string {
	t.Helper()
	w := &world{api: newAPI(t), log: log, known: map[string]*apiRepo{}, times: map[string]int{}}
	path := filepath.Join(t.TempDir(), "bot.db")
	rounds := roundTimes(log)
	kill := deaths(log, rounds, kills)
	bot := startChild(t, w.base(), path)
	killed := 0
	for i, at := range rounds {
		w.until(at)
		if kill[i] {
			process := bot.cmd.Process
			timer := time.AfterFunc(rand.N(8*time.Millisecond), func() { _ = process.Kill() })
			if bot.round(at) {
				_ = process.Kill() // fails when the round ended first
			}
			timer.Stop()
			_ = bot.cmd.Wait()
			killed++
			bot = startChild(t, w.base(), path)
		}
		if !bot.round(at) {
			t.Fatalf("the bot ended in the round of %v", at)
		}
	}
	bot.in.Close()
	if err := bot.cmd.Wait(); err != nil {
		t.Fatalf("the bot: %v", err)
	}
	t.Logf("%d rounds, killed %d times; %d stayed listed when they were removed, %d returned with a new row id",
		len(rounds), killed, w.stayed, w.renumbered)
	return path
}

// replayed holds the messages of the rooms.
type replayed struct {
	outcomes map[string]int
	messages []announce.Announcement // in the room that is told at once
	texts    []string                // the first text of each
	// announced and digested count the items in those messages and in the digests.
	announced, digested int
	weekly              int
}

// The year of the public repositories from December 2019 to January 2021, with
// the outage of 23 September and the import of 17 December 2020.
func TestReplay(t *testing.T) {
	log := readLog(t, realdata.Path(t, "codegouv", "repertoires-events-2019-12_2021-01.csv"))
	if raceEnabled {
		spring := slices.IndexFunc(log, func(c change) bool { return c.at.After(time.Date(2020, time.March, 10, 0, 0, 0, 0, time.UTC)) })
		log = log[:spring] // the race detector makes the test ten times as long
	}
	r := results(t, replay(t, log, 10))
	r.check(t, log)
	for i, m := range r.messages {
		switch m.At.UTC().Format(time.DateOnly) {
		case "2020-09-23", "2020-12-17", "2020-12-18":
			t.Logf("%s: %s", m.At.UTC().Format("2006-01-02 15:04"), r.texts[i])
		}
	}
	if most := r.most(); most > 5 {
		t.Errorf("there were up to %d messages at once", most)
	}
}

// The same with a few weeks of invented data, with and without kills.
func TestReplayInvented(t *testing.T) {
	log := inventedLog()
	undisturbed, killed := results(t, replay(t, log, 0)), results(t, replay(t, log, 10))
	undisturbed.check(t, log)
	killed.check(t, log)
	if !slices.Equal(undisturbed.texts, killed.texts) {
		t.Errorf("killed, the bot said\n%q\nand otherwise\n%q", killed.texts, undisturbed.texts)
	}
	if len(undisturbed.texts) == 0 || undisturbed.most() > 5 {
		t.Errorf("there were %d messages, up to %d at once", len(undisturbed.texts), undisturbed.most())
	}
}
