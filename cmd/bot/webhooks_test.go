package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heraut/storage"
	"heraut/webhook"
)

const webhooksOpen = minimal + `
webhooks:
  listen: 127.0.0.1:8481
  url: https://robot.example.org/
`

func TestWebhooksConfiguration(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	write(t, secret, "0123456789abcdef0123456789abcdef\n")
	short := filepath.Join(dir, "court")
	write(t, short, "abc\n")
	c, _ := mustRead(t, webhooksOpen+`  max_body: 1MiB
  hooks:
  - {name: ci, room: "#salon:example.org", secret_file: `+secret+`}
`)
	w := c.Webhooks
	if w.URL != "https://robot.example.org" || w.MaxBody != 1<<20 || w.PerMinute != 30 || len(w.Hooks) != 1 ||
		w.Hooks[0].SHA256 != webhook.HashOf("0123456789abcdef0123456789abcdef") {
		t.Errorf("got %+v", w)
	}
	for name, test := range map[string]struct{ config, want string }{
		"no address":     {minimal + "\nwebhooks: {listen: \"127.0.0.1:8481\"}\n", "donnez l’adresse où les outils joignent le robot"},
		"no port":        {minimal + "\nwebhooks: {listen: localhost, url: https://a.example}\n", "une adresse et un port sont attendus"},
		"a size":         {webhooksOpen + "  max_body: beaucoup\n", "une taille est attendue"},
		"too large":      {webhooksOpen + "  max_body: 1GiB\n", "une taille de 1KiB à 16MiB"},
		"per minute":     {webhooksOpen + "  per_minute: 0\n", "un nombre de 1 à 600"},
		"not open":       {minimal + "\nwebhooks: {hooks: [{name: a, room: \"#a:b.c\", secret_sha256: ab}]}\n", "ne sont pas ouverts"},
		"no secret":      {webhooksOpen + "  hooks: [{name: a, room: \"#a:b.c\"}]\n", "un secret est attendu"},
		"a short secret": {webhooksOpen + "  hooks: [{name: a, room: \"#a:b.c\", secret_file: " + short + "}]\n", "ce secret est trop court"},
		"one secret, two hooks": {webhooksOpen + "  hooks: [{name: a, room: \"#a:b.c\", secret_file: " + secret + "}, {name: b, room: \"#a:b.c\", secret_file: " + secret + "}]\n",
			"ce secret sert déjà"},
		"one name, two hooks": {webhooksOpen + "  hooks: [{name: a, room: \"#a:b.c\", secret_file: " + secret + "}, {name: A, room: \"#a:b.c\", secret_sha256: " + webhook.HashOf("x") + "}]\n",
			"est déjà pris dans ce salon"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := readConfig("config.yaml", []byte(test.config), noEnv)
			if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), "\u00a0", " "), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// The export of hooks that people created in rooms holds the hashes of their
// secrets, with which another bot takes the hooks over. It holds no secret.
func TestWebhooksAreExported(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "config.yaml")
	write(t, file, webhooksOpen+"state: ./data\n")
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	db, err := storage.Open(context.Background(), filepath.Join(dir, "data", "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	hash := webhook.HashOf("un secret d'un salon")
	for _, h := range []webhook.Hook{
		{Name: "ci", Hash: hash},
		{Name: "signed", Hash: webhook.HashOf("un autre"), Signing: "signe"}, // the file would lose its secret
		{Name: "paused", Hash: webhook.HashOf("un troisième"), Paused: true}, // and would set this one going
	} {
		h.Room, h.At = "!salon:example.org", time.Now()
		if _, err := db.AddHook(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	exported, stderr, status := bot(t, "", "export", "settings", "--config", file)
	if status != 0 || strings.Contains(exported, "signe") {
		t.Fatalf("%d %s\n%s", status, stderr, exported)
	}
	c, _, err := readConfig("config.yaml", []byte(exported), noEnv)
	if err != nil {
		t.Fatalf("%v\n%s", err, exported)
	}
	if h := c.Webhooks.Hooks; len(h) != 1 || h[0].Name != "ci" || h[0].Room != "!salon:example.org" || h[0].SHA256 != hash {
		t.Errorf("got %+v", h)
	}
}
