package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

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
	db := openedState(t, filepath.Join(dir, "data"))
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
		Question: "Quelle licence\npour *ce* code ?", Answer: "- MIT\n# ou <b>EUPL</b>\n1. Lire\n12) Choisir\n1.5 Go", Audience: chat.Audience{Clear: true},
		KeptAt: time.Date(2026, 9, 2, 23, 0, 0, 0, time.UTC), Event: "$answer",
	}
	if _, err := db.SaveEntry(t.Context(), entry); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := db.MarkHelped(t.Context(), []int64{1}); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.ConfirmEntry(t.Context(), 1, time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	const want = "# Questions et réponses\n\n## 1. Quelle licence pour \\*ce\\* code ?\n\n\\- MIT\n\n\\# ou \\<b\\>EUPL\\</b\\>\n\n1\\. Lire\n\n12\\) Choisir\n\n1.5 Go\n\n*2026-09-03, confirmée le 2026-10-01, 2 questions closes avec elle*\n<!-- audience: clear -->\n"
	if got := export("md"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	var all []exportedEntry
	if err := json.Unmarshal([]byte(export("json")), &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 || all[0] != (exportedEntry{1, entry.Question, entry.Answer, "2026-09-03", entry.Audience, "2026-10-01", 2}) {
		t.Errorf("got %+v", all)
	}
	page := export("html")
	for _, part := range []string{`<html lang="fr">`, `<h2 id="t1">Quelle licence pour *ce* code ?</h2>`, "<p># ou &lt;b&gt;EUPL&lt;/b&gt;</p>", `<time datetime="2026-09-03">2026-09-03</time>, confirmée le 2026-10-01, 2 questions closes avec elle</p>`} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %q:\n%s", part, page)
		}
	}
	if _, stderr, status := bot(t, "", "export", "faq", "--config", config, "--format", "csv"); status == 0 || !strings.Contains(stderr, "md, json ou html") {
		t.Errorf("as CSV: %d, %s", status, stderr)
	}
	if _, err := db.SaveEntry(t.Context(), entry); err != nil {
		t.Errorf("the bot cannot write any more: %v", err)
	}
}

func TestExportQuestions(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "config.yaml")
	write(t, config, minimal)
	db := openedState(t, filepath.Join(dir, "data"))
	asked := time.Date(2026, 9, 2, 8, 0, 0, 0, time.UTC)
	for i, q := range []relay.Question{
		{Text: "Quelle licence,\n\"libre\" ?", Status: relay.Solved, Theme: "droit", AskedAt: asked, AnsweredAt: asked.Add(time.Hour), ClosedAt: asked.Add(2 * time.Hour)},
		{Text: "=HYPERLINK(1)", Status: relay.Open, AskedAt: asked},
	} {
		q.Relay, q.Asker, q.AskerName, q.Event = "libre", "@lou:example.org", "Lou Martin", chat.EventID(fmt.Sprint("$", i))
		if _, err := db.AddQuestion(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	export := func(format ...string) string {
		t.Helper()
		stdout, stderr, status := bot(t, "", append([]string{"export", "questions", "--config", config}, format...)...)
		if status != 0 || stderr != "" {
			t.Fatalf("%d, %s", status, stderr)
		}
		return stdout
	}
	rows, err := csv.NewReader(strings.NewReader(export())).ReadAll()
	if err != nil || len(rows) != 3 || rows[1][5] != "Quelle licence,\n\"libre\" ?" || rows[1][7] != "2026-09-02T11:00:00+02:00" || rows[2][5] != "'=HYPERLINK(1)" {
		t.Errorf("got %q, %v", rows, err)
	}
	var all []exportedQuestion
	if err := json.Unmarshal([]byte(export("--format", "json")), &all); err != nil || len(all) != 2 || all[0].Theme != "droit" || all[1].Answered != "" {
		t.Errorf("got %+v, %v", all, err)
	}
	if text := export() + export("--format", "json"); strings.Contains(text, "Lou") || strings.Contains(text, "@lou") {
		t.Errorf("the export names the asker: %s", text)
	}
}
