// Command compare measures Héraut beside four other bots on the same homeserver: one on
// maubot, one on matrix-nio, one on matrix-bot-sdk and a bare one on mautrix. All others
// answer a command with the same fixed content, the card that Héraut gives for
// !sill gimp: so their messages cost the homeserver as much as ours, and their time and
// memory are those of the framework alone. It prints a table in Markdown.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"heraut/testkit"
	"heraut/testkit/contest"
)

// plan holds the size of each measurement.
type plan struct {
	rounds        int
	idle          time.Duration // idle time before memory is read
	commands      int           // whose answers are timed, one after the other, in each round
	people, rooms int           // of the drain
	perRoom       int           // commands waiting in each room
	killed        int           // rooms of those in which commands wait when a bot is killed
	quiet         time.Duration // after such a time without an answer, no more are expected
}

func main() {
	p := plan{idle: 10 * time.Second, commands: 50, people: 5, rooms: 50, perRoom: 10, killed: 10, quiet: 15 * time.Second}
	flag.IntVar(&p.rounds, "rounds", 3, "rounds; the bots take turns in each")
	homeservers := flag.String("homeserver", "dendrite,synapse", "dendrite, synapse or both")
	only := flag.String("bots", "heraut,maubot,nio,bot-sdk,echo", "the bots, by name")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	var err error
	for name := range strings.SplitSeq(*homeservers, ",") {
		err = errors.Join(err, compare(ctx, name, strings.Split(*only, ","), p, os.Stdout, os.Stderr))
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// compare measures the bots whose names only lists on a homeserver of that kind, and
// prints their table to out. progress gets a line about each step.
func compare(ctx context.Context, homeserver string, only []string, p plan, out, progress io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "heraut-compare-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	at := filepath.Join(dir, homeserver)
	if err := os.Mkdir(at, 0o700); err != nil {
		return err
	}
	hs, err := testkit.StartNamed(ctx, homeserver, at, progress)
	if err != nil {
		return err
	}
	defer hs.Stop()
	catalogue, err := contest.BigCatalogue(contest.Entries)
	if err != nil {
		return err
	}
	site := contest.ServeCatalogue(catalogue)
	defer site.Close()
	person, err := contest.NewPerson(ctx, hs)
	if err != nil {
		return err
	}
	defer person.Close()
	s := stage{plan: p, hs: hs, person: person, dir: dir, sill: site.URL, progress: progress}
	defer s.close()
	if err := s.enter(ctx, only); err != nil {
		return err
	}
	before := load()
	for round := range p.rounds {
		for i := range s.entrants {
			e := s.entrants[(i+round)%len(s.entrants)]
			began := time.Now()
			if err := s.turn(ctx, e, round); err != nil {
				return fmt.Errorf("%s, round %d: %w\nthe end of its log:\n%s", e.Name(), round+1, err, contest.LogTail(e))
			}
			fmt.Fprintf(progress, "%s, round %d, %s: %.0f s\n", hs.Kind, round+1, e.Name(), time.Since(began).Seconds())
		}
	}
	_, err = fmt.Fprintf(out, "**%s**, %s, %d rounds; load average %s at their start, %s at their end:\n\n%s\n",
		strings.ToUpper(hs.Kind[:1])+hs.Kind[1:], contest.Machine(), p.rounds, before, load(), table(p, s.entrants))
	return err
}

// load returns the load average of the last minute; "unknown" on systems other than
// Linux.
func load() string {
	content, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Fields(string(content))[0]
}

// stage is a homeserver with the bots to compare on it.
type stage struct {
	plan     plan
	hs       *testkit.Homeserver
	person   *testkit.Client
	dir      string
	sill     string // the catalogue's address
	progress io.Writer
	entrants []*entrant
}

// entrant is a bot with its rooms and figures.
type entrant struct {
	contest.Contestant
	title string
	room  contest.Room   // with a person who syncs
	crowd *contest.Crowd // of people who do not
	figures
}

func (s *stage) close() {
	for _, e := range s.entrants {
		e.Stop()
		if e.crowd != nil {
			e.crowd.Close()
		}
	}
}

// enter prepares the bots whose names only lists, with their rooms, and adds them to
// s.entrants. Héraut always comes first: it gives the card with which the others
// answer. If only lacks it, enter takes it out of s.entrants again. All bots are
// stopped afterwards.
func (s *stage) enter(ctx context.Context, only []string) error {
	tools, err := install(ctx, s.hs, s.progress)
	if err != nil {
		return err
	}
	root, err := testkit.Root()
	if err != nil {
		return err
	}
	var card []byte
	for i, k := range kinds {
		if i > 0 && !slices.Contains(only, k.name) {
			continue
		}
		e, dir := &entrant{title: k.title(root)}, filepath.Join(s.dir, k.name)
		if i == 0 {
			program, err := testkit.BuiltBot(ctx)
			if err != nil {
				return err
			}
			if e.Contestant, err = contest.NewBot(ctx, s.hs, k.name, program, dir, s.sill); err != nil {
				return err
			}
		} else if e.Contestant, err = newPeer(ctx, tools, k, dir, card); err != nil {
			return err
		}
		began := time.Now()
		if err := s.makeRooms(ctx, e); err != nil {
			return fmt.Errorf("rooms with %s: %w", k.name, err)
		}
		if i == 0 {
			if card, err = cardOf(ctx, e.room); err != nil {
				return err
			}
			fmt.Fprintf(s.progress, "the card has %d bytes\n", len(card))
		}
		e.Stop()
		fmt.Fprintf(s.progress, "%s, %d rooms with %s: %.0f s\n", s.hs.Kind, s.plan.rooms, k.name, time.Since(began).Seconds())
		if i == 0 && !slices.Contains(only, k.name) {
			e.crowd.Close()
			s.entrants = nil
		}
	}
	return nil
}

// makeRooms adds the entrant e to s.entrants, launches its bot and makes its rooms. It
// waits between the two, since some bots miss the invitations that come before their
// first sync.
func (s *stage) makeRooms(ctx context.Context, e *entrant) (err error) {
	s.entrants = append(s.entrants, e)
	if err := errors.Join(e.Launch(ctx), contest.Rest(ctx, s.plan.idle)); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, contest.Patience)
	defer cancel()
	if e.room, err = contest.NewRoom(ctx, s.person, e.Contestant, false); err != nil {
		return err
	}
	e.crowd, err = contest.NewCrowd(ctx, s.hs, e.Contestant, contest.CrowdSize{People: s.plan.people, Rooms: s.plan.rooms})
	return err
}

// cardOf asks the bot in the room r for !sill gimp and returns the content of its
// answer as JSON, without its relation to the command.
func cardOf(ctx context.Context, r contest.Room) ([]byte, error) {
	command, err := r.Ask(ctx, 0)
	if err != nil {
		return nil, err
	}
	evt, err := r.Answered(ctx, command)
	if err != nil {
		return nil, err
	}
	card := map[string]any{}
	if err := json.Unmarshal(evt.Content.VeryRaw, &card); err != nil {
		return nil, err
	}
	delete(card, "m.relates_to")
	return json.Marshal(card)
}
