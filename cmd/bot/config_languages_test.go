package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heraut/locale"
)

// TestFoldersOfLanguages: a directory beside the configuration adds languages, which then
// suit every setting; what a folder lacks is a remark, and a faulty one a fault.
func TestFoldersOfLanguages(t *testing.T) {
	t.Cleanup(func() { mustRead(t, minimal) }) // the program's own languages again
	dir := t.TempDir()
	file := filepath.Join(dir, "config.yaml")
	italian := filepath.Join(dir, "langues", "it")
	if err := os.CopyFS(italian, os.DirFS("../../locale/testdata/languages/it")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "risposte.yaml"), "- {title: Da noi, asked: [diventare referente], answer: Chiedete a Camille}\n")
	write(t, file, minimal+`languages: langues
language: it
rooms: [{room: "!a:example.org", language: it}]
howto: {it: risposte.yaml}
`)
	config, remarks, err := loadConfig(file, noEnv)
	if err != nil {
		t.Fatal(err)
	}
	if config.Language != "it" || !strings.Contains(strings.Join(locale.Languages(), " "), "it") {
		t.Errorf("%q is spoken, of %v", config.Language, locale.Languages())
	}
	if len(remarks) != 1 || !strings.Contains(remarks[0].Text, "ces textes manquent et viennent de en") || !strings.Contains(remarks[0].Text, "compare.html,") {
		t.Errorf("the remarks are %v", remarks)
	}
	if books, err := config.HowTo.Books(); err != nil || books["it"][0].Title != "Da noi" {
		t.Errorf("%v, %v", books, err)
	}

	write(t, filepath.Join(italian, "howto.yaml"), "- {title: Da noi, asked: [referente], answer: x}\n")
	write(t, filepath.Join(italian, "card.html"), "<p>{{.Nome}}</p>\n")
	_, _, err = loadConfig(file, noEnv)
	for _, want := range []string{".Nome, which no message has", "language\u202f: « it » n’est pas possible"} {
		if want = strings.ReplaceAll(want, "« it »", "«\u202fit\u202f»"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
	for card, want := range map[string]string{
		`<p>{{part "card" .}}</p>`:                                                 "le modèle «\u202fcard\u202f» s’appelle lui-même",
		`{{define "a"}}{{part "card" .}}{{end}}<p>{{template "a" .}}</p>`:          "les modèles «\u202fa\u202f», «\u202fcard\u202f» s’appellent en cercle",
		strings.Repeat("{{range .Items}}", 5) + "x" + strings.Repeat("{{end}}", 5): "«\u202fcard\u202f», avec ceux qu’il appelle, est trop grand",
	} {
		write(t, filepath.Join(italian, "card.html"), card)
		if _, _, err = loadConfig(file, noEnv); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
	write(t, filepath.Join(italian, "card.html"), "<p>{{.Name}}</p>\n")
	if _, _, err = loadConfig(file, noEnv); err == nil || !strings.Contains(err.Error(), "less than two words") {
		t.Errorf("a wrong how-to: %v", err)
	}
	write(t, file, minimal+"languages: absent\n")
	if _, _, err = loadConfig(file, noEnv); err == nil || !strings.Contains(err.Error(), "ce dossier ne se lit pas") {
		t.Errorf("an absent directory: %v", err)
	}
	write(t, file, minimal+"howto: {it: risposte.yaml}\n")
	if _, _, err = loadConfig(file, noEnv); err == nil || !strings.Contains(err.Error(), "howto.it") {
		t.Errorf("a how-to in no language: %v", err)
	}
}
