package search

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"heraut/catalogue"
	"heraut/text"
)

// demo returns an engine for the demonstration's catalogue.
func demo(tb testing.TB) *Engine {
	tb.Helper()
	f, err := os.Open(filepath.Join("..", "cmd", "demo", "catalogue.json"))
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	file, err := catalogue.Read(f)
	if err != nil {
		tb.Fatal(err)
	}
	return newEngine(file.Entries, time.Time{})
}

// newEngine returns an engine for entries.
func newEngine(entries []catalogue.Software, asOf time.Time) *Engine {
	return For(catalogue.New(entries, asOf))
}

func names(matches []Match) []string {
	out := []string{}
	for _, m := range matches {
		out = append(out, m.Software.Name)
	}
	return out
}

// Variants and slips that people write in place of a name or of a word.
func TestForgiving(t *testing.T) {
	tests := map[string]string{ // the query and its first match
		"LIBREOFFICE": "LibreOffice", "libre office": "LibreOffice", "libre-office": "LibreOffice", "libreofice": "LibreOffice",
		"7zip": "7-Zip", "7 zip": "7-Zip",
		"notepad": "Notepad++", "notepad plus plus": "Notepad++",
		"bbb": "BigBlueButton", "bigbluebuton": "BigBlueButton",
		"demarches simplifiees": "Démarches simplifiées", "De\u0301marches simplifie\u0301es": "Démarches simplifiées", "démarche simplifiée": "Démarches simplifiées",
		"gmip": "GIMP", "gimpp": "GIMP", "gmp": "GIMP", "himp": "GIMP",
		"thunderbrid": "Mozilla Thunderbird", "hunderbird": "Mozilla Thunderbird",
		"télécharger gimp": "GIMP", "gimp sous linux": "GIMP",
		"draw io": "draw.io Desktop", "drawio": "draw.io Desktop",
		"retoucher des photos": "GIMP", "l’édition d'une carte": "QGIS",
		"chiffrer une clef ou une clé USB": "VeraCrypt", "mots de passes": "KeePass",
		"traitementdetexte": "LibreOffice", "cœur de page": "", "visioconferance": "BigBlueButton",
		"photoshop": "GIMP", "alternative à photoshop": "GIMP", "photosohp": "GIMP", "ms project": "ProjectLibre",
		"quel logiciel libre à la place de Trello ?": "Wekan", "replace outlook": "Mozilla Thunderbird",
		"un outil au lieu de dropbox": "Nextcloud", "fotoshop": "GIMP", "mircosoft teams": "Jitsi Meet",
		"Adobe Photoshop CC 2024": "GIMP", "adobe acrobat pro dc": "PDFsam Basic", "alternative à in design": "Scribus",
		"alternative à project": "ProjectLibre",
		"libreoffice 7.2":       "LibreOffice", "partage sécurisé de fichiers": "Nextcloud", "carte mantale": "Freeplane",
		"sondage pour les agents de la mairie": "LimeSurvey", "chansons de la mairie": "",
	}
	c := demo(t)
	for query, want := range tests {
		got := ""
		if found := c.Search(query).Matches; len(found) > 0 {
			got = found[0].Software.Name
		}
		if got != want {
			t.Errorf("«%s» found first %q, want %q", query, got, want)
		}
	}
}

func TestNonsense(t *testing.T) {
	c := demo(t)
	for _, query := range []string{
		"", " ", "?!", "…", "le", "de la", "bonjour", "merci", "xqzkvw", "qsdfghjklm", "zzzzzzzz", "123456", "girafe", "montagne",
		"il pleut sur Brest depuis ce matin", "recette de tarte aux pommes", "carte bancaire", "documents",
		"librewxyz", "gitouille", "koala", "\x00\xff\xfe", "'; DROP TABLE software; --", strings.Repeat("gimp", 1000),
	} {
		if got := c.Search(query); len(got.Matches) > 0 {
			t.Errorf("«%.40s» found %q", query, names(got.Matches))
		}
	}
}

func TestClear(t *testing.T) {
	c := demo(t)
	for query, want := range map[string]bool{
		"gimp": true, "GIMP ": true, "gmip": true, "firefox": true, "libre office": true, "gestionnaire de mots de passe": true,
		"visioconférence": false, "base de données": false, "zoom": false, "xqzkvw": false,
	} {
		if got := c.Search(query); (got.Shape == Card) != want {
			t.Errorf("«%s»: shape is %v with %q", query, got.Shape, names(got.Matches))
		}
	}
}

func TestSearchTellsHow(t *testing.T) {
	c := demo(t)
	tests := map[string]struct {
		name, product string
		by            Field
	}{
		"gimp":       {"GIMP", "", ByName},
		"retouche":   {"GIMP", "", ByKeyword},
		"photoshop":  {"GIMP", "Adobe Photoshop", ByAlternative},
		"paint shop": {"GIMP", "Paint Shop Pro", ByAlternative},
		"krita":      {"GIMP", "Krita", ByAlternative},
		"gmail":      {"Mozilla Thunderbird", "Gmail", ByAlternative},
		"pistes":     {"Audacity", "", ByDescription},
	}
	for query, want := range tests {
		got := c.Search(query).Matches
		if len(got) == 0 || got[0].Software.Name != want.name || got[0].By != want.by || got[0].Product != want.product {
			t.Errorf("«%s» found %+v", query, got)
		}
	}
}

func TestNearest(t *testing.T) {
	c := demo(t)
	for query, want := range map[string]string{"keepassxc": "KeePass", "openoffice": "LibreOffice", "librofffyce": "LibreOffice"} {
		got := c.Search(query)
		if len(got.Matches) > 0 {
			continue // a similar program's name, which some catalogues hold
		}
		if len(got.Nearest) == 0 || len(got.Nearest) > 3 || got.Nearest[0].Name != want {
			t.Errorf("nearest to «%s»: %v", query, got.Nearest)
		}
	}
	if got := c.Search("gimp"); got.Nearest != nil {
		t.Error("nearest names after a hit")
	}
	for _, query := range []string{"koala", "zzyzx", "il pleut encore", "raconte une blague"} {
		if got := c.Search(query); got.Shape != None {
			t.Errorf("«%s»: shape %v, nearest %v", query, got.Shape, got.Nearest)
		}
	}
	if got := c.Search("codimdd xyz"); slices.ContainsFunc(got.Nearest, func(s *catalogue.Software) bool { return s.Withdrawn != nil }) {
		t.Error("withdrawn software is offered")
	}
}

func TestReplacing(t *testing.T) {
	c := demo(t)
	tests := map[string][]string{
		"Photoshop":       {"GIMP"},
		"photoshopp":      {"GIMP"},
		"Adobe Photoshop": {"GIMP"},
		"zoom":            {"BigBlueButton", "Jitsi Meet"},
		"google docs":     {"HedgeDoc", "Collabora Online", "CodiMD"}, // the withdrawn one comes last
		"winrar":          {"7-Zip"},
		"gmail":           {"Mozilla Thunderbird"}, // wellKnown names it, the catalogue does not
		"Jitsi Meet":      {"BigBlueButton"},       // software that resembles an entry
		"gimp":            {},                      // the catalogue has no substitute
		"girafe":          {},
		"":                {},
	}
	for product, want := range tests {
		got := names(c.Replacing(product).Matches)
		if !slices.Equal(got[:min(len(got), max(len(want), 1))], want) {
			t.Errorf("«%s» is replaced by %q, want %q", product, got, want)
		}
	}
}

func TestResolve(t *testing.T) {
	c := demo(t)
	for name, want := range map[string]string{"gimp": "GIMP", "Libre Office": "LibreOffice", "glpi": "GLPI", "photoshop": "", "visioconférence": "", "": "", "xqzkvw": ""} {
		got := ""
		if s, ok := c.Resolve(name); ok {
			got = s.Name
		}
		if got != want {
			t.Errorf("«%s» means %q, want %q", name, got, want)
		}
	}
}

func TestNothingIsFoundInNothing(t *testing.T) {
	empty := newEngine(nil, time.Time{})
	if r := empty.Search("gimp"); len(r.Matches)+len(r.Nearest) != 0 || len(empty.Replacing("gimp").Matches) != 0 {
		t.Error("something found in nothing")
	}
}

// Searches share their scratches: a search must leave no trace in the next, and
// several may run at once.
func TestSearchesDoNotMix(t *testing.T) {
	c, other := demo(t), newEngine([]catalogue.Software{{ID: "1", Name: "GIMP", Keywords: []string{"visioconférence"}}}, time.Time{})
	queries := []string{"gimp", "libre office calc", "visioconférence", "éditeur de texte collaboratif", "xqzkvw", "gmip photo", "zoom"}
	var want []string
	for _, q := range queries {
		want = append(want, fmt.Sprint(names(demo(t).Search(q).Matches)))
	}
	done := make(chan error)
	for range 4 {
		go func() {
			for round := range 50 {
				for i, q := range queries {
					other.Search(q)
					if got := fmt.Sprint(names(c.Search(q).Matches)); got != want[i] {
						done <- fmt.Errorf("round %d: «%s» found %s, want %s", round, q, got, want[i])
						return
					}
				}
			}
			done <- nil
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// FuzzSearch checks that any query gets an answer without a panic, within the
// bounds, with distinct entries, and the same each time.
func FuzzSearch(f *testing.F) {
	c := demo(f)
	for _, q := range []string{"gimp", "libre office calc", "alternative à photoshop", "l'éditeur d’images", "C", "\xff\x00", "…", "ß œ İ ﬁ", "\u07eb", "e\u0301", strings.Repeat("é", 500)} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, q string) {
		r := c.Search(q)
		if len(r.Matches) > MaxMatches || len(r.Nearest) > 3 || len(r.Matches) > 0 && r.Nearest != nil || r.Shape == Card && len(r.Matches) == 0 {
			t.Fatalf("%q: %d matches, %d nearest, shape %v", q, len(r.Matches), len(r.Nearest), r.Shape)
		}
		seen := map[string]bool{}
		for _, m := range r.Matches {
			if seen[m.Software.ID] || (m.By == ByAlternative) != (m.Product != "") {
				t.Fatalf("%q: found %+v", q, m)
			}
			seen[m.Software.ID] = true
		}
		if again := c.Search(q); fmt.Sprint(names(again.Matches)) != fmt.Sprint(names(r.Matches)) {
			t.Fatalf("%q: found %q, then %q", q, names(r.Matches), names(again.Matches))
		}
		c.Replacing(q)
		if s := text.Truncate(q, maxQuery); !utf8.ValidString(s) || utf8.RuneCountInString(s) > maxQuery {
			t.Fatalf("%q is cut to %q", q, s)
		}
	})
}
