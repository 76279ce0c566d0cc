package announce_test

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/announce"
	"heraut/chat"
	"heraut/fetch"
	"heraut/queue"
	"heraut/rooms"
	"heraut/storage"
)

// A replay lets a year go by on a server, as a log tells it, while the bot reads
// that in a process of its own, which is killed again and again.

// change is a line of the log.
type change struct {
	at       time.Time
	event    string // base, added, removed, returned
	url      string
	created  time.Time
	fork     bool
	archived bool
}

// readLog reads a log in the format of
// shared/data/codegouv/repertoires-events-2019-12_2021-01.csv.
func readLog(t *testing.T, path string) (log []change) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Skipf("no log to replay: %v", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		at, err := time.Parse(time.RFC3339, row[0])
		if err != nil {
			t.Fatal(err)
		}
		created, _ := time.Parse(time.RFC3339, row[3])
		log = append(log, change{at, row[1], row[2], created, row[4] == "True", row[5] == "True"})
	}
	slices.SortStableFunc(log, func(a, b change) int { return a.at.Compare(b.at) })
	return log
}

// world is the server's side: the API as it is at a time of the log.
type world struct {
	*api
	log   []change
	known map[string]*apiRepo // by address
	times map[string]int      // how often each came back
}

// half says yes to one of two.
func half(texts ...string) bool {
	h := fnv.New32()
	for _, text := range texts {
		io.WriteString(h, text)
	}
	return h.Sum32()%2 == 0
}

// until applies the log up to a time. Half of what is removed stays listed with
// a status; half of what returns gets a new row id.
func (w *world) until(now time.Time) {
	w.change(func() {
		for len(w.log) > 0 && !w.log[0].at.After(now) {
			w.apply(w.log[0])
			w.log = w.log[1:]
		}
	})
}

func (w *world) apply(c change) {
	u, err := url.Parse(c.url)
	if err != nil {
		panic(err)
	}
	h := w.host(u.Host)
	r := w.known[c.url]
	switch c.event {
	case "base", "added":
		r = w.add(u.Host, strings.Trim(u.Path, "/"), c.created)
		r.URL, r.Fork, r.Archived = c.url, c.fork, c.archived
		w.known[c.url] = r
	case "removed":
		if half("removed", c.url) {
			removed := "removed"
			r.Status = &removed
		} else {
			h.remove(r)
		}
	case "returned":
		w.times[c.url]++
		if r.Status == nil {
			h.insert(r)
		}
		r.Status = nil
		if half("returned", c.url, fmt.Sprint(w.times[c.url])) {
			h.remove(r)
			w.lastRow++
			r.ID = w.lastRow
			h.insert(r)
		}
	}
}

// schedule are the times of the rounds: of each change, and when what it brought
// has settled, if there is no change soon after that; and some on which nothing
// happens.
func schedule(log []change) (rounds []time.Time) {
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

// deaths are the rounds in which the bot is killed: half of them any, half of
// them among those that bring most.
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
	replayEnv    = "HERAUT_REPLAY" // the server's base and the database
	weekly       = bureau
)

// replayDesk is the bot's side: a room is told at once, another every week.
func replayDesk(t *testing.T, base, path string) (*storage.DB, *announce.Desk, *announce.Runner) {
	t.Helper()
	db, err := storage.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	desk := announce.NewDesk(announce.Options{
		Store: db, Queue: queue.New(db, nil, nil, queue.Config{}, zerolog.Nop()),
		Rooms: rooms.NewBook(rooms.Settings{Language: "fr"}), Zone: paris(t), Log: zerolog.Nop(),
	})
	desk.Declare(salon, []announce.Watch{{Room: salon, Source: "depots", Rhythm: "immediat"}})
	desk.Declare(weekly, []announce.Watch{{Room: weekly, Source: "depots", Rhythm: "hebdo jeudi 11:00"}})
	settings := announce.Settings{
		Name: "depots", Kind: announce.Ecosystems, Location: base, Every: 15 * time.Minute, Settle: replaySettle,
	}
	getter := fetch.New(fetch.Options{UserAgent: "test"})
	t.Cleanup(getter.Close)
	source, err := announce.NewSource(settings, getter, nil)
	if err != nil {
		t.Fatal(err)
	}
	return db, desk, desk.NewRunner(settings, source)
}

// TestReplayedBot is the child process: for each time on standard input it has a
// round, and says so on standard output.
func TestReplayedBot(t *testing.T) {
	base, path, ok := strings.Cut(os.Getenv(replayEnv), "|")
	if !ok {
		t.Skip("it is the child process of the replay")
	}
	_, desk, runner := replayDesk(t, base, path)
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		now, err := time.Parse(time.RFC3339, in.Text())
		if err != nil {
			t.Fatal(err)
		}
		if err := runner.Round(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		if err := desk.Deliver(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		fmt.Println("done", in.Text())
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

// round has the bot do a round, and reports whether it came to its end.
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

// replay lets the log go by, killing the bot that often, and returns the database.
func replay(t *testing.T, log []change, kills int) string {
	t.Helper()
	w := &world{api: newAPI(t), log: log, known: map[string]*apiRepo{}, times: map[string]int{}}
	path := filepath.Join(t.TempDir(), "bot.db")
	rounds := schedule(log)
	kill := deaths(log, rounds, kills)
	bot := startChild(t, w.base(), path)
	killed := 0
	for i, at := range rounds {
		w.until(at)
		if kill[i] {
			process := bot.cmd.Process
			timer := time.AfterFunc(rand.N(8*time.Millisecond), func() { process.Kill() })
			if bot.round(at) {
				process.Kill() // it was faster
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
	t.Logf("%d rounds, killed %d times", len(rounds), killed)
	return path
}

// replayed is what the rooms were told.
type replayed struct {
	announced, digested int // items in the room that is told at once
	messages            int
	weekly              int
	outcomes            map[string]int
	said                []told
}

type told struct {
	at   time.Time
	html string
}

func results(t *testing.T, path string) replayed {
	t.Helper()
	db, err := storage.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var r replayed
	if r.outcomes, err = db.Outcomes(t.Context(), "depots"); err != nil {
		t.Fatal(err)
	}
	all, err := db.Told(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		row, err := db.PostByKey(t.Context(), m.Key)
		if err != nil {
			t.Fatalf("a message is not in the outbox: %v", err)
		}
		if m.Room == chat.RoomID(weekly) {
			r.weekly += m.Layout.Total
			continue
		}
		r.messages++
		if m.Layout.Digest {
			r.digested += m.Layout.Total
		} else {
			r.announced += m.Layout.Total
		}
		r.said = append(r.said, told{m.At, shown(row)})
	}
	return r
}

func TestReplay(t *testing.T) {
	log := readLog(t, filepath.Join("..", "..", "shared", "data", "codegouv", "repertoires-events-2019-12_2021-01.csv"))
	check(t, log, 10)
}

func check(t *testing.T, log []change, kills int) {
	t.Helper()
	events := map[string]int{}
	for _, c := range log {
		events[c.event]++
	}
	r := results(t, replay(t, log, kills))
	t.Logf("the log: %v", events)
	t.Logf("what became of it: %v", r.outcomes)
	t.Logf("told at once: %d messages about %d items by themselves or with their owner, and %d in digests; by the week: %d",
		r.messages, r.announced, r.digested, r.weekly)
	told := r.outcomes[announce.Announced] + r.outcomes[announce.WithOwner] + r.outcomes[announce.WithHost]
	decided := 0
	for outcome, n := range r.outcomes {
		if outcome != announce.Baseline {
			decided += n
		}
	}
	if r.outcomes[announce.Baseline] != events["base"] {
		t.Errorf("%d items of the base set were silent, want %d", r.outcomes[announce.Baseline], events["base"])
	}
	if decided != events["added"] || r.outcomes[announce.Settling] != 0 {
		t.Errorf("%d items were decided (%v), want %d", decided, r.outcomes, events["added"])
	}
	if r.announced+r.digested != told {
		t.Errorf("%d items were told, want %d", r.announced+r.digested, told)
	}
	for _, m := range r.said {
		if m.at.Format("2006-01-02") >= "2020-09-23" && m.at.Format("2006-01-02") <= "2020-09-24" ||
			m.at.Format("2006-01-02") >= "2020-12-17" && m.at.Format("2006-01-02") <= "2020-12-18" {
			t.Logf("%s: %s", m.at.UTC().Format("2006-01-02 15:04"), m.html)
		}
	}
}
