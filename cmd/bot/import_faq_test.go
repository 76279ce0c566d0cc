package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/relay"
	"heraut/storage"
)

// faqBot is a configuration whose bot is running, with its database.
type faqBot struct {
	*testing.T
	config string
	db     *storage.DB
}

func newFAQBot(t *testing.T) faqBot {
	t.Helper()
	dir := t.TempDir()
	config := filepath.Join(dir, "config.yaml")
	write(t, config, minimal)
	db := openedState(t, filepath.Join(dir, "data"))
	return faqBot{t, config, db}
}

// openedState opens the state directory dir, as a bot does that is running, until the
// end of the test.
func openedState(t *testing.T, dir string) *storage.DB {
	t.Helper()
	db, closeState, err := openState(t.Context(), dir, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := closeState(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// imports imports a text, and returns what the command says.
func (b faqBot) imports(text string, flags ...string) (said string, status int) {
	b.Helper()
	file := filepath.Join(b.TempDir(), "faq")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	stdout, stderr, status := bot(b.T, "", append([]string{"import", "faq", file, "--config", b.config}, flags...)...)
	return stdout + stderr, status
}

func (b faqBot) exports(format string) string {
	b.Helper()
	stdout, stderr, status := bot(b.T, "", "export", "faq", "--config", b.config, "--format", format)
	if status != 0 {
		b.Fatal(stderr)
	}
	return stdout
}

// What an export writes, an import reads into the same entries; a second import adds
// nothing.
func TestFAQRoundTrip(t *testing.T) {
	for _, format := range []string{"md", "json"} {
		t.Run(format, func(t *testing.T) {
			from, to := newFAQBot(t), newFAQBot(t)
			for _, e := range []relay.Entry{
				{Question: "Quelle licence\npour *ce* code ?", Answer: "- MIT\n\n# ou <b>EUPL</b>\n```\n## 2. non\n```\n*2026-09-03*\n<!-- audience: public -->", Audience: clearRoom},
				{Question: "À retirer ?", Answer: "Oui."},
				{Question: "## 3. Un titre ?", Answer: `Une \ barre | et [un lien](x) _souligné_ = ~ +`, Audience: chat.Everybody},
				{Question: "Quelle licence pour *ce* code ?", Answer: "Une autre réponse.", Audience: chat.Audience{Public: true, Elsewhere: true}},
				{Question: "1. Comment ?", Answer: "1. Ouvrir\n12) Lire\n3.\n1.5 Go\n7\\. non\nC:\\. 1. fin", Audience: clearRoom},
			} {
				e.KeptAt = time.Date(2026, 9, 2, 23, 0, 0, 0, time.UTC)
				number, err := from.db.SaveEntry(t.Context(), e)
				if err != nil {
					t.Fatal(err)
				}
				if err := from.db.MarkHelped(t.Context(), []int64{number, 1}); err != nil {
					t.Fatal(err)
				}
			}
			if err := from.db.RemoveEntry(t.Context(), 2); err != nil {
				t.Fatal(err)
			}
			if err := from.db.ConfirmEntry(t.Context(), 3, time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC)); err != nil {
				t.Fatal(err)
			}
			want := from.exports(format)
			if said, status := to.imports(want); status != 0 || said != "Ajoutées : 4. Déjà là : 0.\n" {
				t.Errorf("%d, %q", status, said)
			}
			if got := to.exports(format); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if said, status := to.imports(want); status != 0 || said != "Ajoutées : 0. Déjà là : 4.\n" {
				t.Errorf("the second time: %d, %q", status, said)
			}
			if got := to.exports(format); got != want {
				t.Errorf("the second time\n%s\nwant\n%s", got, want)
			}
			if said, status := from.imports(want); status != 0 || said != "Ajoutées : 0. Déjà là : 4.\n" {
				t.Errorf("where it comes from: %d, %q", status, said)
			}
			found, err := to.db.Lookup(t.Context(), []string{"eupl"}, 9)
			if err != nil || len(found) != 1 {
				t.Errorf("found %v, %v", found, err)
			}
			changes, err := to.db.Changes(t.Context(), 9)
			if err != nil || len(changes) != 1 || changes[0].After != "4 importées" {
				t.Errorf("the log of changes: %+v, %v", changes, err)
			}
		})
	}
}

var clearRoom = chat.Audience{Clear: true}

// A file that people wrote needs neither numbers nor days. What it does not say is
// narrow, and what the FAQ says otherwise stays.
func TestImportOfAFileByHand(t *testing.T) {
	b := newFAQBot(t)
	if _, err := b.db.SaveEntry(t.Context(), relay.Entry{Question: "Où publier ?", Answer: "Sur la forge."}); err != nil {
		t.Fatal(err)
	}
	const file = "\ufeff# Notre FAQ\r\n\r\n## Qui relit ?\r\nLe service,\r\net @lou:example.org.\r\n\r\nPuis la mission.\r\n" +
		"```sh\r\n# un commentaire\r\n\r\nmake\r\n```\r\n\r\n## Où   publier ?\r\n\r\nAilleurs.\r\n\r\n## Pour tous ?\r\nOui.\r\n<!-- audience: closed -->\r\n"
	said, status := b.imports(file, "--pour-tous")
	if status != 0 || !strings.Contains(said, "Ligne 14") || !strings.Contains(said, "n° 1") || !strings.Contains(said, "Ajoutées : 2. Déjà là : 0.") {
		t.Errorf("%d, %q", status, said)
	}
	all, err := b.db.Entries(t.Context())
	if err != nil || len(all) != 3 {
		t.Fatal(all, err)
	}
	if e := all[0]; e.Answer != "Sur la forge." {
		t.Errorf("an entry was changed: %+v", e)
	}
	if e := all[1]; e.Answer != "Le service, et …\nPuis la mission.\n```sh\n# un commentaire\n\nmake\n```" || e.Audience != chat.Everybody || time.Since(e.KeptAt) > time.Hour {
		t.Errorf("got %+v", e)
	}
	if e := all[2]; e.Audience != (chat.Audience{}) {
		t.Errorf("wider than the file says: %+v", e)
	}
	if said, _ := b.imports("## Seul ?\nOui."); !strings.Contains(said, "Ajoutées : 1.") {
		t.Error(said)
	}
	if all, err = b.db.Entries(t.Context()); err != nil || all[3].Audience != (chat.Audience{}) {
		t.Errorf("without a word on its audience: %+v, %v", all, err)
	}
}

// A file that cannot be read whole adds nothing, and the sentence names the line.
func TestImportNamesTheLine(t *testing.T) {
	b := newFAQBot(t)
	long := strings.Repeat("é", 4001)
	for text, want := range map[string]string{
		"":               "aucune question",
		"[]":             "aucune question",
		"Bonjour.\n":     "ligne 1 : ce texte vient avant",
		"# T\n\n### a\n": "ligne 3 : ce titre",
		"## Qui ?\nMoi.\n## Où ?\n\n## Quand ?\nHier.": "ligne 3 : cette question n’a pas de réponse",
		"## Qui ?\nMoi.\n\n## \nRien.":                 "ligne 4",
		"## Qui ?\nMoi.\n<!-- note -->":                "ligne 3 : ce commentaire",
		"## Qui ?\nMoi.\n<!-- audience: tous -->":      "ligne 3 : « tous » n’est pas un public",
		"## Qui ?\nMoi.\n*2026-09-03*\nEt toi.":        "ligne 4 : ce texte vient après",
		"## Qui ?\nMoi.\n*2026-13-03*\n":               "ligne 3 : « 2026-13-03 » n’est pas un jour",
		"## Qui ?\n" + long:                            "ligne 1 : cette réponse dépasse",
		"## " + long + "\nMoi.":                        "ligne 1 : cette question dépasse",
		"## Qui ?\nMoi.\n\xff":                         "ligne 3 : ce n’est pas de l’UTF-8",
		"## Qui ?\n```\nmake\n```\n```sh\nmake\n## Où ?\nIci.\n<!-- audience: closed -->": "ligne 5 : ce bloc de code ne se ferme pas",
		"[\n{\"question\":\"a\",\"answer\":\"b\"},\n{\"question\":\"a\"}]":                "ligne 3 : cette question n’a pas de réponse",
		"[\n{\"question\":\"a\",\n\"answer\":7}]":                                         "ligne 3 : cet objet JSON",
		"[\n{\"question\":\"a\",\"answer\":\"b\",\"réponse\":\"c\"}]":                     "ligne 2 : cet objet JSON",
		"[\n{\"question\":\"a\",\"answer\":\"b\",\"kept\":\"hier\"}]":                     "ligne 2 : « hier » n’est pas un jour",
		"[\n{\"question\":\"a\",\"answer\":\"b\",\"helped\":-1}]":                         "ligne 2 : « helped »",
		"[\n{\"question\":\"a\",\"answer\":\"b\"}\n":                                      "ligne 3",
		"[\n{\"question\":\"a\",\"answer\":\"b\"}\n,,]":                                   "ligne 3",
		"[\n{\"question\":\"a\",\"answer\":\"b\"}]\n\n{}":                                 "ligne 2 : il y a du texte après",
		"[\n{\"question\":\"a\",\"answer\":\"b\",\"audience\":{\"everybody\":true}}]":     "ligne 2 : cet objet JSON",
	} {
		if said, status := b.imports(text); status != 1 || !strings.Contains(said, want) {
			t.Errorf("%.60q: %d, %q, want %q", text, status, said, want)
		}
	}
	if all, err := b.db.Entries(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("something was added: %v, %v", all, err)
	}
}
