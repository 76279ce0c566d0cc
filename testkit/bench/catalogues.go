package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"heraut/testkit"
	"heraut/testkit/contest"
)

// entriesEach is the size of each of the five catalogues of measureCatalogues.
const entriesEach = 2000

// measureCatalogues measures a bot with five catalogues, the SILL and four others: the
// time from its start to its first answer and, on Linux, its memory when idle.
func measureCatalogues(ctx context.Context, s *stage) ([]figure, error) {
	b, err := s.manyCatalogues(ctx)
	if err != nil {
		return nil, err
	}
	alone := *s
	alone.bot = b
	if err := b.Launch(ctx); err != nil {
		return nil, err
	}
	defer b.Stop()
	person, err := contest.NewPerson(ctx, s.hs)
	if err != nil {
		return nil, err
	}
	defer person.Close()
	r, err := contest.NewRoom(ctx, person, b, false)
	if err != nil {
		return nil, err
	}
	if err := awaitMetric(ctx, b, "heraut_catalogue_entries", entriesEach); err != nil {
		return nil, err
	}
	for _, kind := range otherKinds {
		if err := awaitMetric(ctx, b, fmt.Sprintf("heraut_other_catalogue_entries{catalogue=%q}", kind), entriesEach); err != nil {
			return nil, err
		}
	}
	name := fmt.Sprintf("%d catalogues of %d entries", len(otherKinds)+1, entriesEach)
	first := figure{name: "start to first answer, " + name, unit: "s", aim: 0.5, atMost: true}
	for n := range s.plan.starts {
		took, err := alone.timeStart(ctx, r, n)
		if err != nil {
			return nil, err
		}
		first.values = append(first.values, took.Seconds())
	}
	if runtime.GOOS != "linux" {
		return []figure{first}, nil // residentMemory works only on Linux
	}
	idle, err := memory(ctx, b, s.plan.idle)
	return append([]figure{first}, memoryFigures(idle, "memory when idle, "+name, 55)...), err
}

// otherKinds are the kinds of the other catalogues, and their names.
var otherKinds = []string{"etabli", "comptoir", "dpga", "betagouv"}

// manyCatalogues returns a bot, not started, whose configuration has five catalogues:
// the SILL and four others.
func (s *stage) manyCatalogues(ctx context.Context) (*contest.Bot, error) {
	dir, err := os.MkdirTemp(s.bot.Dir, "catalogues-")
	if err != nil {
		return nil, err
	}
	content, err := contest.BigCatalogue(entriesEach)
	if err != nil {
		return nil, err
	}
	sill := filepath.Join(dir, "sill.json")
	if err := os.WriteFile(sill, content, 0o600); err != nil {
		return nil, err
	}
	var others []map[string]string
	for _, kind := range otherKinds {
		path := filepath.Join(dir, kind+".json")
		file, err := otherCatalogue(kind, content)
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, file, 0o600); err != nil {
			return nil, err
		}
		others = append(others, map[string]string{"name": kind, "kind": kind, "url": path})
	}
	account, err := s.hs.CreateAccount(ctx, "collector", "password of the collector")
	if err != nil {
		return nil, err
	}
	b, err := testkit.PrepareBot(ctx, s.program, dir, testkit.BotConfig{
		Homeserver: s.hs.URL, Account: account, SILL: sill, Set: map[string]any{"catalogues": others},
	})
	return &contest.Bot{Bot: b, Account: account}, err
}

// otherCatalogue converts content, a catalogue in the SILL's format, into JSON in the
// format of another one, named by kind, and adds the kind to the entries' names.
func otherCatalogue(kind string, content []byte) ([]byte, error) {
	var all []struct {
		Name        string `json:"name"`
		Description any    `json:"description"`
	}
	if err := json.Unmarshal(content, &all); err != nil {
		return nil, err
	}
	var out []map[string]any
	for i, e := range all {
		text := strings.ReplaceAll(fmt.Sprint(e.Description), "map[fr:", "")
		code := fmt.Sprintf("https://forge.example/%s/p%d", kind, i)
		entry := map[string]any{"id": fmt.Sprint(i), "name": e.Name + " " + kind, "description": text}
		switch kind {
		case "etabli":
			entry["businessUseCases"], entry["repositories"] = []string{}, []string{code}
		case "comptoir":
			entry["external_resources"] = map[string]any{"repository": code}
		case "dpga":
			entry["SDGs"], entry["repositories"] = []any{}, []any{map[string]any{"url": code}}
		case "betagouv":
			entry["attributes"] = map[string]any{"name": entry["name"], "pitch": text, "repository": code, "phases": []any{}}
		}
		out = append(out, entry)
	}
	if kind == "betagouv" {
		return json.Marshal(map[string]any{"data": out})
	}
	return json.Marshal(out)
}
