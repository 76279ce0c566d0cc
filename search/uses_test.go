package search

import (
	"slices"
	"strings"
	"testing"
	"time"

	"heraut/catalogue"
)

func TestUses(t *testing.T) {
	e := newEngine([]catalogue.Software{
		{ID: "1", Name: "GNU Octave", Description: catalogue.Localized{FR: "logiciel"}},
		{ID: "2", Name: "LibreOffice (Collabora) online"},
		{ID: "3", Name: "Centreon"},
	}, time.Time{})
	for query, want := range map[string]string{"tracer des courbes": "GNU Octave", "coédition": "LibreOffice (Collabora) online"} {
		if got := names(e.Search(query).Matches); !slices.Equal(got, []string{want}) {
			t.Errorf("«%s» found %q, want %q", query, got, want)
		}
	}
	if r := e.Search("zabbix"); r.Shape != Instead || !r.Libre || r.Said || !slices.Equal(names(r.Matches), []string{"Centreon"}) {
		t.Errorf("a free program without an entry gives %+v", r)
	}
}

// A product without an entry never gives the card of an entry that mentions it.
func TestMentionIsNoCard(t *testing.T) {
	e := newEngine([]catalogue.Software{{ID: "1", Name: "Alpha", Description: catalogue.Localized{FR: "opérateur pour Kubernetes"}, Keywords: []string{"kubernetes"}}}, time.Time{})
	if r := e.Search("kubernetes"); r.Shape != Maybe {
		t.Errorf("got %v", r.Shape)
	}
}

func TestUsesFile(t *testing.T) {
	n := 0
	for line := range strings.Lines(usesText) {
		n++
		names, what, found := strings.Cut(strings.TrimSpace(line), ": ")
		if !found || names == "" || what == "" || strings.HasSuffix(what, ",") {
			t.Errorf("line %d: %q", n, line)
		}
	}
	if n != len(parseUses().lines) {
		t.Errorf("%d of %d lines are read", len(parseUses().lines), n)
	}
}

// A text that names programs tells what they are used for; a word of the language is no
// program without a capital.
func TestUsesIn(t *testing.T) {
	for text, want := range map[string]string{
		"Essayez PDFsam Basic, ou à défaut autre chose.": "assembler des pdf",
		"(Jenkins) convient":             "intégration continue",
		"pdfsam basic convient":          "",
		"Rien de tel.":                   "",
		"":                               "",
		"Il faut demander à la mission.": "",
		"Zammad, puis «Selenium» et Dovecot, Jenkins": "boîtes mail",
	} {
		uses := UsesIn(text)
		if want == "" && uses != nil || want != "" && !slices.Contains(uses, want) {
			t.Errorf("%q: got %q, want %q", text, uses, want)
		}
	}
	if uses := UsesIn("Zammad, puis «Selenium» et Dovecot, Jenkins"); slices.Contains(uses, "intégration continue") {
		t.Errorf("the fourth program counts too: %q", uses)
	}
}
