package main

import (
	"context"
	"net/http/httptest"
	"path/filepath"

	"heraut/testkit"
	"heraut/testkit/contest"
)

// stage is a homeserver on which both bots run: the measured one and the one to
// compare with.
type stage struct {
	plan      plan
	hs        *testkit.Homeserver
	dir       string // where the parts work
	program   string // the bot
	catalogue *httptest.Server
	bot       *contest.Bot
	other     contest.Contestant // the bot for comparison
}

// newStage prepares both bots on a homeserver, with their files in dir. If against is
// the path of another build of the bot, that takes the place of the echo bot.
func newStage(ctx context.Context, hs *testkit.Homeserver, dir, against string, plan plan) (*stage, error) {
	catalogue, err := contest.BigCatalogue(contest.Entries)
	if err != nil {
		return nil, err
	}
	s := &stage{plan: plan, hs: hs, dir: dir, catalogue: contest.ServeCatalogue(catalogue)}
	s.program, err = testkit.BuiltBot(ctx)
	if err == nil {
		s.bot, err = contest.NewBot(ctx, hs, "heraut", s.program, filepath.Join(dir, "bot"), s.catalogue.URL)
	}
	switch {
	case err != nil:
	case against != "":
		s.other, err = contest.NewBot(ctx, hs, "another-build", against, filepath.Join(dir, "other"), s.catalogue.URL)
	default:
		s.other, err = contest.NewEcho(ctx, hs, filepath.Join(dir, "echo"), "")
	}
	if err != nil {
		s.catalogue.Close()
		return nil, err
	}
	return s, nil
}

func (s *stage) close() {
	s.bot.Stop()
	s.other.Stop()
	s.catalogue.Close()
}
