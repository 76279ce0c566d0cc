package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/relay"
)

func TestExportFAQ(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "config.yaml")
	write(t, config, minimal)
	if _, stderr, status := bot(t, "", "export", "faq", "--config", config); status != 1 || !strings.Contains(stderr, "jamais démarré") {
		t.Errorf("without a database: %d, %s", status, stderr)
	}
	// The bot is running during the export.
	db, closeState, err := openState(t.Context(), filepath.Join(dir, "data"), zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := closeState(); err != nil {
			t.Error(err)
		}
	}()
	export := func(format string) string {
		t.Helper()
		stdout, stderr, status := bot(t, "", "export", "faq", "--config", config, "--format", format)
		if status != 0 || stderr != "" {
			t.Fatalf("%d, %s", status, stderr)
		}
		return stdout
	}
	if got := export("json"); got != "[]\n" {
		t.Errorf("an empty FAQ: %q", got)
	}
	entry := relay.Entry{
		Question: "Quelle licence\npour *ce* code ?", Answer: "- MIT\n# ou <b>EUPL</b>", Audience: chat.Audience{Clear: true},
		KeptAt: time.Date(2026, 9, 2, 23, 0, 0, 0, time.UTC), Event: "$answer",
	}
	if _, err := db.SaveEntry(t.Context(), entry); err != nil {
		t.Fatal(err)
	}
	const want = "# Questions et réponses\n\n## 1. Quelle licence pour \\*ce\\* code ?\n\n\\- MIT\n\n\\# ou \\<b\\>EUPL\\</b\\>\n\n*2026-09-03*\n"
	if got := export("md"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	var all []exportedEntry
	if err := json.Unmarshal([]byte(export("json")), &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 || all[0] != (exportedEntry{1, entry.Question, entry.Answer, "2026-09-03", entry.Audience}) {
		t.Errorf("got %+v", all)
	}
	if _, err := db.SaveEntry(t.Context(), entry); err != nil {
		t.Errorf("the bot cannot write any more: %v", err)
	}
}
