package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"

	"heraut/testkit"
	"heraut/testkit/contest"
)

// kind is a kind of bot: a column of the table.
type kind struct {
	name  string
	title func(root string) string
	// prepare writes what the bot needs into dir, and returns its program and arguments;
	// nil for the two bots that package contest prepares.
	prepare func(ctx context.Context, t tools, account testkit.Account, dir string) ([]string, error)
}

var kinds = []kind{
	{"heraut", func(string) string { return "Héraut" }, nil},
	{"maubot", pinned("maubot", "python/requirements.txt", `(?m)^maubot==(\S+)`), prepareMaubot},
	{"nio", pinned("simplematrixbotlib (nio)", "python/requirements.txt", `(?m)^simplematrixbotlib==(\S+)`), prepareNio},
	{"bot-sdk", pinned("matrix-bot-sdk", "node/package.json", `matrix-bot-sdk": "([^"]+)`), prepareSDK},
	{"echo", func(string) string { return "bare mautrix " + mautrixVersion() }, nil},
}

// pinned returns a function that returns a title, name with a version. It finds the
// version in the file below testkit/compare of the tree root, by the first group of the
// regular expression version; without it, the title is name alone.
func pinned(name, file, version string) func(root string) string {
	return func(root string) string {
		content, err := os.ReadFile(filepath.Join(root, "testkit", "compare", file))
		if found := regexp.MustCompile(version).FindSubmatch(content); err == nil && found != nil {
			return name + " " + string(found[1])
		}
		return name
	}
}

func mautrixVersion() string {
	info, _ := debug.ReadBuildInfo()
	for _, m := range info.Deps {
		if m.Path == "maunium.net/go/mautrix" {
			return m.Version
		}
	}
	return ""
}

// tools holds the homeserver and the places of the other bots' programs.
type tools struct {
	hs     *testkit.Homeserver
	source string // the directory testkit/compare
	python string // the interpreter of the environment that has the peers
	node   string // the directory that has bot.js and its packages
}

// install installs the programs of the other bots from PyPI and npm, once for each
// version of the pins, and returns where they are. progress gets lines about it.
func install(ctx context.Context, hs *testkit.Homeserver, progress io.Writer) (tools, error) {
	root, err := testkit.Root()
	if err != nil {
		return tools{}, err
	}
	python, err := testkit.ProvidePython(ctx, "compare/python", progress)
	if err != nil {
		return tools{}, err
	}
	node, err := testkit.ProvideNode(ctx, "compare/node", progress, "bot.js", "without-encryption/package.json", "without-encryption/index.js")
	return tools{hs, filepath.Join(root, "testkit", "compare"), filepath.Join(python, "bin", "python"), node}, err
}

// newPeer prepares a bot of the kind k in the directory dir, which answers with the
// card. It writes the card to a file next to dir.
func newPeer(ctx context.Context, t tools, k kind, dir string, card []byte) (*contest.Peer, error) {
	file := filepath.Join(filepath.Dir(dir), "card.json")
	if err := os.WriteFile(file, card, 0o600); err != nil {
		return nil, err
	}
	if k.prepare == nil {
		return contest.NewEcho(ctx, t.hs, dir, file)
	}
	return contest.NewPeer(ctx, t.hs, k.name, dir, func(account testkit.Account) ([]string, error) {
		if err := os.Symlink(file, filepath.Join(dir, "card.json")); err != nil {
			return nil, err
		}
		return k.prepare(ctx, t, account, dir)
	})
}

func prepareNio(_ context.Context, t tools, account testkit.Account, _ string) ([]string, error) {
	return []string{t.python, filepath.Join(t.source, "python", "nio_card.py"), t.hs.URL, string(account.UserID), account.Password}, nil
}

func prepareSDK(ctx context.Context, t tools, account testkit.Account, _ string) ([]string, error) {
	client, err := t.hs.Login(ctx, account, testkit.ClientOptions{})
	if err != nil {
		return nil, err
	}
	client.Close()
	return []string{"node", filepath.Join(t.node, "bot.js"), t.hs.URL, client.AccessToken}, nil
}

// prepareMaubot logs in to the account, writes the configuration of maubot's standalone
// mode, with which a process runs one plugin, into dir, and returns the program and its
// arguments. Commands that people give while the bot is down count: it does not ignore
// its first sync.
func prepareMaubot(ctx context.Context, t tools, account testkit.Account, dir string) ([]string, error) {
	client, err := t.hs.Login(ctx, account, testkit.ClientOptions{})
	if err != nil {
		return nil, err
	}
	client.Close()
	config, err := json.Marshal(map[string]any{
		"user": map[string]any{
			"credentials": map[string]any{"id": account.UserID, "homeserver": t.hs.URL, "access_token": client.AccessToken},
			"autojoin":    true, "ignore_first_sync": false, "displayname": "disable", "avatar_url": "disable",
		},
		"logging": map[string]any{
			"version": 1, "formatters": map[string]any{},
			"handlers": map[string]any{"console": map[string]any{"class": "logging.StreamHandler"}},
			"loggers":  map[string]any{},
			"root":     map[string]any{"level": "INFO", "handlers": []string{"console"}},
		},
	})
	file := filepath.Join(dir, "config.yaml") // JSON is YAML
	if err := errors.Join(err, os.WriteFile(file, config, 0o600)); err != nil {
		return nil, fmt.Errorf("configure maubot: %w", err)
	}
	return []string{t.python, "-m", "maubot.standalone", "-c", file, "-m", filepath.Join(t.source, "python", "maubot.yaml")}, nil
}
