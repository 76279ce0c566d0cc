package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"time"

	"heraut/testkit/contest"
)

// measureStart measures one process of the bot: how long its start takes and, on Linux,
// how much memory it uses when idle and after many commands.
func measureStart(ctx context.Context, s *stage) ([]figure, error) {
	if err := s.bot.Launch(ctx); err != nil {
		return nil, err
	}
	person, err := contest.NewPerson(ctx, s.hs)
	if err != nil {
		return nil, err
	}
	defer person.Close()
	r, err := contest.NewRoom(ctx, person, s.bot, false)
	if err != nil {
		return nil, err
	}
	if err := awaitMetric(ctx, s.bot, "heraut_catalogue_entries", contest.Entries); err != nil {
		return nil, err
	}
	firstAnswer := figure{name: fmt.Sprintf("start to first answer, %d entries stored", contest.Entries), unit: "s", aim: 1, atMost: true}
	for n := range s.plan.starts {
		took, err := s.timeStart(ctx, r, n)
		if err != nil {
			return nil, err
		}
		firstAnswer.values = append(firstAnswer.values, took.Seconds())
	}
	if runtime.GOOS != "linux" {
		return []figure{firstAnswer}, nil // residentMemory works only on Linux
	}
	idle, err := memory(ctx, s.bot, s.plan.idle)
	if err != nil {
		return []figure{firstAnswer}, err
	}
	grown, err := s.measureGrowth(ctx)
	figures := append([]figure{firstAnswer}, memoryFigures(idle, fmt.Sprintf("memory when idle, %d entries", contest.Entries), 40)...)
	return append(figures, grown...), err
}

// measureGrowth measures how much more memory the bot uses after many commands than
// before. The rooms are made first, so that their data do not count.
func (s *stage) measureGrowth(ctx context.Context) ([]figure, error) {
	crowd, err := contest.NewCrowd(ctx, s.hs, s.bot, contest.CrowdSize{People: 4, Rooms: 20})
	if err != nil {
		return nil, err
	}
	defer crowd.Close()
	before, err := memory(ctx, s.bot, s.plan.idle)
	if err != nil {
		return nil, err
	}
	figures := memoryFigures(before, fmt.Sprintf("  in %d rooms more", len(crowd.Rooms)), 0)
	if err := s.askMany(ctx, crowd, s.plan.many); err != nil {
		return figures, err
	}
	after, err := memory(ctx, s.bot, s.plan.idle)
	if err != nil {
		return figures, err
	}
	figures = append(figures, memoryFigures(after, fmt.Sprintf("  after %d commands there", s.plan.many), 0)...)
	return append(figures, figure{name: "  ratio of after to before them", values: []float64{after.All / before.All}, aim: 1.05, atMost: true}), nil
}

// timeStart stops the bot, sends a command to the room r, starts the bot, and returns
// how long after the start the answer comes; it waits without a time limit of its own.
// n selects the command.
func (s *stage) timeStart(ctx context.Context, r contest.Room, n int) (time.Duration, error) {
	s.bot.Stop()
	command, err := r.Ask(ctx, n)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := s.bot.Launch(ctx); err != nil {
		return 0, err
	}
	if _, err := r.Answered(ctx, command); err != nil {
		return 0, err
	}
	return time.Since(began), nil
}

// askMany makes the people of a crowd send that many commands in their rooms as fast as
// they can, and waits until the bot has answered all of them, by its metric of sent
// posts. The number must be a multiple of the number of rooms. The error also means
// that the answers took longer than contest.Patience.
func (s *stage) askMany(ctx context.Context, crowd *contest.Crowd, commands int) error {
	sent, err := metric(ctx, s.bot, "heraut_posts_sent_total")
	if err != nil {
		return err
	}
	if _, err := crowd.Ask(ctx, commands/len(crowd.Rooms)); err != nil {
		return err
	}
	return awaitMetric(ctx, s.bot, "heraut_posts_sent_total", sent+float64(commands))
}

// memory waits for the time idle and then returns the resident memory of the bot's
// process. The error is that of contest.ResidentMemory, which works on Linux only, or the
// cause of ctx if that ends first.
func memory(ctx context.Context, b *contest.Bot, idle time.Duration) (contest.Memory, error) {
	if err := contest.Rest(ctx, idle); err != nil {
		return contest.Memory{}, err
	}
	return contest.ResidentMemory(b.PID())
}

// awaitMetric waits until the named value in the bot's /metrics is at least least. The
// error means that ctx ended or contest.Patience passed.
func awaitMetric(ctx context.Context, b *contest.Bot, name string, least float64) error {
	ctx, cancel := context.WithTimeout(ctx, contest.Patience)
	defer cancel()
	for {
		value, err := metric(ctx, b, name)
		if err == nil && value >= least {
			return nil
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("wait until %s is %g: it is %g: %w", name, least, value, errors.Join(err, context.Cause(ctx)))
		}
	}
}

func metric(ctx context.Context, b *contest.Bot, name string) (float64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.URL+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(body) {
		if value, ok := bytes.CutPrefix(line, []byte(name+" ")); ok {
			return strconv.ParseFloat(string(bytes.TrimSpace(value)), 64)
		}
	}
	return 0, fmt.Errorf("/metrics has no %s", name)
}
