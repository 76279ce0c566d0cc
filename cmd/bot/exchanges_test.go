package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/commands"
	"heraut/matrix"
	"heraut/testkit/realdata"
)

var update = flag.Bool("update", false, "write doc/exchanges.md anew")

// An exchangeSet is a section of doc/exchanges.md: what people type, and the catalogue
// that answers. Lines in English start with "en ".
type exchangeSet struct {
	title string
	file  func(t *testing.T) (path string, ok bool)
	lines string
}

func published(name string) func(t *testing.T) (string, bool) {
	return func(t *testing.T) (string, bool) {
		t.Helper()
		return realdata.Find(t, "sill", name)
	}
}

var exchangeSets = []exchangeSet{
	{"The SILL of September 2026 (names, licences, keywords)", published("sill-2026-09-partial-selected-fields.json"), `
!sill audacity
gitlba
visioconférence
traitement de texte
dessin vectoriel
retouche photo
pdf
slack
krita
photoshop
par quoi remplacer excel ?
est-ce que quelqu'un connaît un truc pour signer des pdf ?
on cherche un outil pour gérer les mots de passe
!sill compare gimp, inkscape
merci beaucoup !
!sil gimp
un logiciel qui n'existe pas zzz
en password manager
en video editing
en what could replace Photoshop?
en thanks!`},
	{"The SILL of May 2022 (whole entries)", published("sill-2022-05-10-shortkeys.json"), `
!sill gimp
!sill libreoffice
!sill remplace outlook
!sill utilisateurs gimp
en map of a city
en !sill compare vlc, obs studio`},
	{"The demonstration's catalogue (make demo): real names, invented facts", func(*testing.T) (string, bool) { return filepath.Join("..", "demo", "catalogue.json"), true }, `
bonjour
!aide
!sill gimp
!sill codimd
!sill vidéo
!sill utilisateurs gimp
!sill prestataires gimp
!sill organisation dinum
!sill licence:mit
devenir référent
comment ouvrir le code de notre application ?
en help
en !sill compare gimp, inkscape
en which licence should we choose?`},
}

const exchangesHead = `# Exchanges

What people type and what the bot answers, as text without formatting (clients show
names in bold and links under their labels). Written by ` + "`make exchanges`" + `; a test fails when
the page is stale. All lines come in a direct message, where the prefix is optional. The
agenda, video conferences, thanks and webhooks are in [exchanges-room.md](exchanges-room.md).
`

// answererOf returns an answerer over a published catalogue, as of September 2026.
func answererOf(t *testing.T, path string) *commands.Answerer {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	file, err := catalogue.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	state := catalogue.State{Catalogue: catalogue.New(file.Entries, time.Date(2026, time.September, 3, 22, 30, 0, 0, time.UTC))}
	return commands.NewAnswerer(commands.Parts{
		About:     commands.About{RunBy: "Direction de l’exemple", Contact: "robot@example.org", PurgeAfter: defaults(PresetMatrix).Questions.PurgeAfter},
		Zone:      paris(),
		Catalogue: func() catalogue.State { return state },
	})
}

func (s exchangeSet) render(t *testing.T, path string) string {
	t.Helper()
	answerer := answererOf(t, path)
	var b strings.Builder
	fmt.Fprintf(&b, "\n## %s\n", s.title)
	for line := range strings.Lines(strings.TrimSpace(s.lines)) {
		lang, typed := "fr", strings.TrimSpace(line)
		if rest, english := strings.CutPrefix(typed, "en "); english {
			lang, typed = "en", rest
		}
		a, err := answerer.Answer(t.Context(), commands.Line{Text: typed, Lang: lang, Prefix: "!", Direct: true})
		if err != nil {
			t.Fatal(err)
		}
		said := matrix.PlainText(a.HTML, lang)
		if said == "" {
			said = "(no answer)"
		}
		fmt.Fprintf(&b, "\n**%s**\n\n```text\n%s\n```\n", typed, said)
	}
	return b.String()
}

// TestExchangesPage compares doc/exchanges.md with what the bot says now. Without the
// published data it compares the demonstration's section alone.
func TestExchangesPage(t *testing.T) {
	page := filepath.Join("..", "..", "doc", "exchanges.md")
	old, err := os.ReadFile(page)
	if err != nil && !*update {
		t.Fatal(err)
	}
	now, whole, count := exchangesHead, true, 0
	for _, set := range exchangeSets {
		path, ok := set.file(t)
		if !ok {
			whole = false
			t.Logf("not compared, for want of the published data: %s", set.title)
			continue
		}
		section := set.render(t, path)
		count += strings.Count(section, "```text")
		if now += section; !strings.Contains(string(old), section) && !*update {
			t.Errorf("doc/exchanges.md is stale in «%s»: run make exchanges and read the difference", set.title)
		}
	}
	if whole && count < 40 {
		t.Errorf("only %d exchanges", count)
	}
	if !*update {
		return
	}
	if !whole {
		t.Fatal("the page cannot be written without the published data")
	}
	if err := os.WriteFile(page, []byte(now), 0o600); err != nil {
		t.Fatal(err)
	}
}
