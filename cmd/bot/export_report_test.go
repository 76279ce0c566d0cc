package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/relay"
)

// The report is the same as CSV, as JSON and as metrics, and names nobody.
func TestExportReport(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "config.yaml")
	write(t, config, minimal)
	db := openedState(t, filepath.Join(dir, "data"))
	thursday := time.Now().Truncate(24 * time.Hour)
	for thursday.Weekday() != time.Thursday {
		thursday = thursday.AddDate(0, 0, -1)
	}
	asked := thursday.Add(-25*24*time.Hour + 9*time.Hour) // a Sunday: nobody works
	for i, theme := range []string{"", "licences", "licences"} {
		q := relay.Question{
			Status: relay.Solved, Theme: theme, Text: "Où ?", Asker: "@camille:example.org", AskerName: "Camille",
			Event: chat.EventID(fmt.Sprint("$", i)), Experts: "!experts:example.org", AskedAt: asked, PostedAt: asked,
		}
		if i == 0 {
			q.AnsweredAt = asked.Add(48 * time.Hour)
		}
		if _, err := db.AddQuestion(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 3 {
		by := chat.UserID(fmt.Sprintf("@agent%d:example.org", i))
		if err := db.AddMiss(t.Context(), "", []string{"forge"}, relay.Miss{Words: "=forge"}, by, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	export := func(format string) string {
		t.Helper()
		stdout, stderr, status := bot(t, "", "export", "bilan", "--config", config, "--format", format, "--jours", "60")
		if status != 0 || stderr != "" {
			t.Fatalf("%d, %s", status, stderr)
		}
		return stdout
	}
	table := export("csv")
	for _, row := range []string{"since,measure,of,value\n", ",asked,,3\n", ",answered,,1\n", ",theme_asked,licences,2\n", ",theme_asked,,1\n", ",suggested,,0\n", ",missed_search_people,'=forge,3\n"} {
		if !strings.Contains(table, row) {
			t.Errorf("the table lacks %q:\n%s", row, table)
		}
	}
	var report exportedReport
	if err := json.Unmarshal([]byte(export("json")), &report); err != nil {
		t.Fatal(err)
	}
	if report.Total.Asked != 3 || report.Total.Minutes >= 48*60 || report.Total.Minutes == 0 || len(report.Themes) != 2 || len(report.Missed) != 1 {
		t.Errorf("got %+v", report)
	}
	for _, text := range []string{"amille", "agent", "Où"} {
		if strings.Contains(table, text) || strings.Contains(export("json"), text) {
			t.Errorf("the report holds %q", text)
		}
	}
	if _, stderr, status := bot(t, "", "export", "bilan", "--config", config, "--format", "html"); status == 0 || !strings.Contains(stderr, "csv ou json") {
		t.Errorf("as HTML: %d, %s", status, stderr)
	}
}

// However many themes there are, the metrics have at most themeLabels and one more, and
// a report serves several scrapes.
func TestQuestionMetrics(t *testing.T) {
	db := openedState(t, t.TempDir())
	const themes = themeLabels + 15
	for i := range themes {
		_, err := db.AddQuestion(t.Context(), relay.Question{
			Status: relay.Open, Theme: fmt.Sprint("theme", i), Event: chat.EventID(fmt.Sprint("$", i)), AskedAt: time.Now(), PostedAt: time.Now(),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	reports := 0
	carrier := relay.NewCarrier(relay.Options{Store: db})
	metrics := &questionMetrics{ctx: t.Context(), log: zerolog.Nop(), report: func(ctx context.Context, o relay.ReportOptions) (relay.Report, error) {
		reports++
		return carrier.Report(ctx, o)
	}}
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(metrics)
	for range 3 {
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, family := range families {
			if family.GetName() != "heraut_questions_asked" {
				continue
			}
			sum := 0.0
			for _, m := range family.GetMetric() {
				sum += m.GetGauge().GetValue()
			}
			if n := len(family.GetMetric()); n != themeLabels+1 || sum != themes {
				t.Errorf("%d themes with %f questions", n, sum)
			}
		}
		if len(families) != 6 {
			t.Errorf("%d metrics", len(families))
		}
	}
	if reports != 1 {
		t.Errorf("three scrapes took %d reports", reports)
	}
}
