package main

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"time"

	"heraut/testkit/contest"
)

// measureLarge measures a bot with a very large catalogue: the seconds until a new bot
// has read it, the seconds from a start with the stored catalogue to the first answer
// and, on Linux, its memory.
func measureLarge(ctx context.Context, s *stage) ([]figure, error) {
	entries := s.plan.large
	content, err := contest.BigCatalogue(entries)
	if err != nil {
		return nil, err
	}
	server := contest.ServeCatalogue(content)
	defer server.Close()
	b, err := contest.NewBot(ctx, s.hs, "large", s.program, filepath.Join(s.dir, "large"), server.URL)
	if err != nil {
		return nil, err
	}
	alone := *s
	alone.bot = b
	began := time.Now()
	if err := b.Launch(ctx); err != nil {
		return nil, err
	}
	defer b.Stop()
	if err := awaitMetric(ctx, b, "heraut_catalogue_entries", float64(entries)); err != nil {
		return nil, err
	}
	reading := time.Since(began)
	person, err := contest.NewPerson(ctx, s.hs)
	if err != nil {
		return nil, err
	}
	defer person.Close()
	r, err := contest.NewRoom(ctx, person, b, false)
	if err != nil {
		return nil, err
	}
	first := figure{name: fmt.Sprintf("start to first answer, %d entries stored", entries), unit: "s", aim: 1, atMost: true}
	for n := range s.plan.starts {
		took, err := alone.timeStart(ctx, r, n)
		if err != nil {
			return nil, err
		}
		first.values = append(first.values, took.Seconds())
	}
	figures := []figure{
		{name: fmt.Sprintf("start to the catalogue, %d entries read anew", entries), unit: "s", values: []float64{reading.Seconds()}, aim: 5, atMost: true},
		first,
	}
	if runtime.GOOS != "linux" {
		return figures, nil // residentMemory works only on Linux
	}
	idle, err := memory(ctx, b, s.plan.idle)
	return append(figures, memoryFigures(idle, fmt.Sprintf("memory when idle, %d entries", entries), 80)...), err
}
