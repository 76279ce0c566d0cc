package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// smallCatalogue writes an invented catalogue and returns its path.
func smallCatalogue(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sill.json")
	write(t, path, `[
		{"id": 7, "name": "Peintre", "description": "Retouche d'images", "license": "GPL-3.0-only"},
		{"id": 8, "name": "Tableur & Co", "description": "Feuilles de calcul", "license": "MPL-2.0"}
	]`)
	return path
}

func TestAskInJSON(t *testing.T) {
	sill := smallCatalogue(t)
	in := "!sill peintre\n\n  \nbonjour à tous\n!dance\n!SILL Tableur & Co\r\n!sill zzzzzz"
	out, errOut, status := bot(t, in, "ask", "--json", "--sill", sill)
	if status != 0 || errOut != "" {
		t.Fatalf("status %d, standard error %q", status, errOut)
	}
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	replies := make([]reply, len(lines))
	for i, line := range lines {
		var keys map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &keys); err != nil || len(keys) != 6 {
			t.Errorf("%s: %v, with %d keys", line, err, len(keys))
		}
		if string(keys["found"]) == "null" {
			t.Errorf("found is null in %s", line)
		}
		if err := json.Unmarshal([]byte(line), &replies[i]); err != nil {
			t.Fatal(err)
		}
	}
	want := []struct {
		input, command string
		found          []found
		ignored        bool
	}{
		{"!sill peintre", "sill", []found{{"software", "7", "Peintre"}}, false},
		{"", "", []found{}, true},
		{"  ", "", []found{}, true},
		{"bonjour à tous", "", []found{}, true},
		{"!dance", "", []found{}, true},
		{"!SILL Tableur & Co", "sill", []found{{"software", "8", "Tableur & Co"}}, false},
		{"!sill zzzzzz", "sill", []found{}, false},
	}
	if len(replies) != len(want) {
		t.Fatalf("%d replies to %d lines:\n%s", len(replies), len(want), out)
	}
	for i, w := range want {
		got := replies[i]
		if got.Input != w.input || got.Command != w.command || !reflect.DeepEqual(got.Found, w.found) {
			t.Errorf("line %d: got %+v, want %+v", i+1, got, w)
		}
		if (got.Text == "") != w.ignored || (got.HTML == "") != w.ignored {
			t.Errorf("line %d: text %q, html %q", i+1, got.Text, got.HTML)
		}
	}
	if card := replies[5]; !strings.Contains(card.HTML, "Tableur &amp; Co") || !strings.Contains(card.Text, "Tableur & Co") {
		t.Errorf("html %q and text %q do not escape as they should", card.HTML, card.Text)
	}
}

func TestAsk(t *testing.T) {
	sill := smallCatalogue(t)
	for name, test := range map[string]struct {
		args []string
		want string // part of the answer; empty for no answer
	}{
		"a line":             {[]string{"!sill peintre"}, "Peintre"},
		"two lines":          {[]string{"!sill peintre", "!sill tableur"}, "Tableur"},
		"in a room":          {[]string{"peintre"}, ""},
		"in a room, unknown": {[]string{"!dance"}, ""},
		"direct":             {[]string{"--direct", "peintre"}, "Peintre"},
		"direct, unknown":    {[]string{"--direct", "!dance"}, "dance"},
		"English":            {[]string{"--lang", "en", "!sill peintre"}, "Licence: GPL"},
		"help names nobody":  {[]string{"!aide"}, "bot --help"},
	} {
		t.Run(name, func(t *testing.T) {
			out, errOut, status := bot(t, "", append([]string{"ask", "--sill", sill}, test.args...)...)
			if status != 0 || errOut != "" {
				t.Errorf("status %d, standard error %q", status, errOut)
			}
			if !strings.Contains(out, test.want) || (test.want == "") != (out == "") {
				t.Errorf("got %q, want %q in it", out, test.want)
			}
		})
	}
}

func TestAskFails(t *testing.T) {
	absent := filepath.Join(t.TempDir(), "absent.json")
	if _, errOut, status := bot(t, "", "ask", "--sill", absent, "!sill peintre"); status != 1 || !strings.Contains(errOut, "n’existe pas") {
		t.Errorf("an absent catalogue: status %d, %q", status, errOut)
	}
	for _, list := range []string{absent, smallCatalogue(t)} {
		if _, errOut, status := bot(t, "", "ask", "--repositories", list, "!depot carte"); status != 1 || !strings.Contains(errOut, "la liste des dépôts ne se lit pas") {
			t.Errorf("a list that is none: status %d, %q", status, errOut)
		}
	}
	if _, _, status := bot(t, "", "ask", "--lang", "de"); status != 2 {
		t.Errorf("an unknown language: status %d, want 2", status)
	}
}

func TestAskAboutRepositories(t *testing.T) {
	list := filepath.Join(t.TempDir(), "repositories.csv")
	text := "id,full_name,language,fork,description\n"
	for i := range 1200 { // more than one transaction stores
		text += fmt.Sprintf("https://git.example.org/a/carte%d,a/carte%d,Go,false,\n", i, i)
	}
	write(t, list, text+"https://git.example.org/Ville/Arbres,Ville/Arbres,Python,false,Une carte des arbres\n"+
		"https://git.example.org/b/arbres,b/arbres,Python,true,\n")
	for name, test := range map[string]struct {
		args    []string
		found   []found
		command string
		text    string // part of the answer
	}{
		"one":               {[]string{"!depot arbre langage:python"}, []found{{"repository", "https://git.example.org/Ville/Arbres", "Arbres"}}, "depot", "Ville/Arbres"},
		"forks":             {[]string{"!repo fork"}, []found{{"repository", "https://git.example.org/b/arbres", "arbres"}}, "depot", "b/arbres"},
		"in English":        {[]string{"--lang", "en", "!code nom:arbres"}, []found{{"repository", "https://git.example.org/Ville/Arbres", "Arbres"}}, "depot", "1 repository matches"},
		"all are stored":    {[]string{"!depot langage:go"}, nil, "depot", "1 200 dépôts répondent"},
		"none":              {[]string{"!depot rien"}, []found{}, "depot", "Aucun dépôt public connu"},
		"a wrong filter":    {[]string{"!depot langag:go"}, []found{}, "depot", "n’est pas un champ"},
		"but no catalogue":  {[]string{"!sill gimp"}, []found{}, "sill", "pas encore chargé"},
		"without a prefix":  {[]string{"--direct", "depot nom:arbres"}, []found{{"repository", "https://git.example.org/Ville/Arbres", "Arbres"}}, "depot", "Arbres"},
		"with the software": {[]string{"--sill", smallCatalogue(t), "!sill peintre"}, []found{{"software", "7", "Peintre"}}, "sill", "Peintre"},
	} {
		t.Run(name, func(t *testing.T) {
			out, errOut, status := bot(t, "", append([]string{"ask", "--json", "--repositories", list}, test.args...)...)
			var r reply
			if err := json.Unmarshal([]byte(out), &r); err != nil || status != 0 || errOut != "" {
				t.Fatalf("status %d, %q, %q, %v", status, out, errOut, err)
			}
			if test.found == nil {
				if len(r.Found) != 20 {
					t.Errorf("%d are found", len(r.Found))
				}
			} else if !reflect.DeepEqual(r.Found, test.found) {
				t.Errorf("found %+v, want %+v", r.Found, test.found)
			}
			text := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(r.Text)
			if r.Command != test.command || !strings.Contains(text, test.text) {
				t.Errorf("%q answers %q, which has no %q", r.Command, text, test.text)
			}
		})
	}
}

// A program may write a line, wait for its answer, and only then write the next.
func TestAskAnswersEachLineAsItComes(t *testing.T) {
	in, typed := io.Pipe()
	answers, out := io.Pipe()
	sill := smallCatalogue(t)
	done := make(chan int)
	go func() {
		done <- run(t.Context(), []string{"ask", "--json", "--sill", sill}, stdio{in, out, io.Discard}, noEnv)
	}()
	decoder := json.NewDecoder(answers)
	for _, line := range []string{"!sill peintre", "", "!aide"} {
		if _, err := io.WriteString(typed, line+"\n"); err != nil {
			t.Fatal(err)
		}
		var r reply
		if err := decoder.Decode(&r); err != nil || r.Input != line {
			t.Fatalf("after %q: got %+v, %v", line, r, err)
		}
	}
	if err := typed.Close(); err != nil {
		t.Fatal(err)
	}
	if status := <-done; status != 0 {
		t.Errorf("status %d, want 0", status)
	}
}

func TestAskCanBeInterrupted(t *testing.T) {
	in, writer, err := os.Pipe() // nobody ever writes
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer writer.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	err = eachLine(ctx, in, func(string) error { return nil })
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
	}
}
