package howto_test

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"heraut/howto"
	"heraut/testkit/realdata"
)

func TestFind(t *testing.T) {
	for _, test := range []struct{ lang, line, title string }{
		{"fr", "devenir référent", "Devenir référent d’un logiciel"},
		{"fr", "bonjour, comment devenir référente de GIMP ?", "Devenir référent d’un logiciel"},
		{"fr", "Je voudrais ajouter un logiciel au SILL", "Ajouter un logiciel au SILL"},
		{"fr", "ou poser une question", "Où poser une question"},
		{"fr", "comment trouver un prestataire", "Trouver un prestataire"},
		{"fr", "Comment ouvrir le code de notre application ?", "Ouvrir le code d’un logiciel"},
		{"fr", "quelle licence choisir pour mon code", "Choisir une licence"},
		{"en", "How do I become a référent?", "Become a référent for a software"},
		{"en", "which license should we choose?", "Choose a licence"},
		// These name or need a software.
		{"fr", "sous quelle licence est GIMP", ""},
		{"fr", "ouvrir un fichier avec un code-barres", ""},
		{"fr", "ajouter des sous-titres à une vidéo", ""},
		{"fr", "référents de GIMP", ""},
		{"en", "open source code editor", ""},
		{"en", "which licence has GIMP", ""},
	} {
		if e, _ := book(t, test.lang).Find(test.line); e.Title != test.title {
			t.Errorf("%q answers with %q, not %q", test.line, e.Title, test.title)
		}
	}
}

// TestSearchesStay runs the queries that look for software: none may get an answer
// about the services.
func TestSearchesStay(t *testing.T) {
	file, err := os.Open(realdata.Path(t, "queries", "dev-2026.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	seen := 0
	for lines := bufio.NewScanner(file); lines.Scan(); seen++ {
		query, _, _ := strings.Cut(lines.Text(), "\t")
		for _, lang := range []string{"fr", "en"} {
			if e, found := book(t, lang).Find(query); found {
				t.Errorf("%q answers with %q", query, e.Title)
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d queries were read", seen)
	}
}

func TestRead(t *testing.T) {
	for name, test := range map[string]struct{ yaml, fault string }{
		"good":        {"- {title: T, asked: [deux mots], answer: A}", ""},
		"unknown key": {"- {title: T, asked: [deux mots], answer: A, url: x}", "url"},
		"one word":    {"- {title: T, asked: [le code], answer: A}", "less than two words"},
		"no answer":   {"- {title: T, asked: [deux mots]}", "answer must have"},
		"no title":    {"- {asked: [deux mots], answer: A}", "title must have"},
		"no phrasing": {"- {title: T, answer: A}", "at least one phrasing"},
		"bad link":    {"- {title: T, asked: [deux mots], answer: A, links: [{label: x, url: 'javascript:1'}]}", "not a label with"},
	} {
		_, err := howto.Read([]byte(test.yaml))
		if got := ""; test.fault == "" && err != nil || test.fault != "" && (err == nil || !strings.Contains(err.Error(), test.fault)) {
			if err != nil {
				got = err.Error()
			}
			t.Errorf("%s: %q, want %q", name, got, test.fault)
		}
	}
}

// book returns the program's answers in a language.
func book(t *testing.T, lang string) howto.Book {
	t.Helper()
	b, err := howto.Default(lang)
	if err != nil || len(b) == 0 {
		t.Fatalf("the answers in %s: %d, %v", lang, len(b), err)
	}
	return b
}
