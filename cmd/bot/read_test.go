package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

const someSoftware = `[
	{"id": 1, "name": "Ancien", "description": {"fr": "Rangeait les lettres"}, "addedTime": "2020-01-02T00:00:00Z", "license": "MIT"},
	{"id": 2, "name": "Peintre", "description": {"fr": "Dessine & peint"}, "addedTime": "2026-09-01T06:00:00Z", "license": "MIT"},
	{"id": 3, "name": "Sans date", "keywords": ["x"]},
	{"id": 4, "name": "Parti", "addedTime": "2021-01-02T00:00:00Z", "license": "MIT", "dereferencing": {"time": "2026-08-01T00:00:00Z", "reason": "Abandonné"}},
	7]`

const someRepositories = `[
	{"html_url": "https://gitlab.example.org/carto/web/Carte", "full_name": "carto/web/Carte", "uuid": "12", "description": "Carte des écoles", "created_at": "2020-02-01T00:00:00Z"},
	{"html_url": "https://github.com/carto/plan", "full_name": "carto/plan", "created_at": "2026-02-01T10:00:00Z"},
	{"full_name": "sans/adresse"}]`

// readJSON runs the command with --json.
func readJSON(t *testing.T, text string, args ...string) (r reading, raw string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "data")
	write(t, path, text)
	stdout, stderr, status := bot(t, "", append([]string{"read", "--json", path}, args...)...)
	if status != 0 {
		t.Fatalf("status %d: %s", status, stderr)
	}
	if err := json.Unmarshal([]byte(stdout), &r); err != nil || strings.Count(stdout, "\n") != 1 {
		t.Fatalf("%v in %s", err, stdout)
	}
	return r, stdout
}

func TestReadCatalogue(t *testing.T) {
	r, raw := readJSON(t, someSoftware)
	if r.Kind != "catalogue" || r.Generation != "V2" || len(r.Entries) != 4 || len(r.Dropped) != 1 || r.Dropped[0].Index != 4 {
		t.Fatalf("got %s", raw)
	}
	var ids []string
	for _, e := range r.Entries {
		ids = append(ids, e.ID)
	}
	if got := strings.Join(ids, " "); got != "2 4 1 3" {
		t.Errorf("the order is %s, newest first would be 2 4 1 3", got)
	}
	e := r.Entries[0]
	if e.Title != "Peintre" || e.URL != "https://code.gouv.fr/sill/detail?id=2" || e.Published != "2026-09-01T08:00:00+02:00" || e.Summary != "Dessine & peint" ||
		!strings.Contains(e.Text, "Peintre") || !strings.Contains(e.Text, "Dessine & peint") || strings.Contains(e.Text, "<") {
		t.Errorf("got %+v", e)
	}
	if e := r.Entries[1]; !strings.Contains(e.Text, "Retiré du SILL") || !strings.Contains(e.Text, "Abandonné") {
		t.Errorf("a withdrawn software is announced as %q", e.Text)
	}
	if e := r.Entries[3]; e.Published != "" {
		t.Errorf("a date is made up: %+v", e)
	}
}

func TestReadRepositories(t *testing.T) {
	r, raw := readJSON(t, someRepositories)
	if r.Kind != "repositories" || r.Generation != "ecosystems" || len(r.Entries) != 2 || len(r.Dropped) != 1 {
		t.Fatalf("got %s", raw)
	}
	if e := r.Entries[1]; e.ID == "" || e.Title != "carto/web/Carte" || e.URL != "https://gitlab.example.org/carto/web/Carte" ||
		e.Published != "2020-02-01T01:00:00+01:00" || e.Summary != "Carte des écoles" || !strings.Contains(e.Text, "Carte des écoles") {
		t.Errorf("got %+v", e)
	}
}

func TestReadFeed(t *testing.T) {
	r, raw := readJSON(t, `<?xml version="1.0"?><rss version="2.0"><channel><title>Nouvelles</title><link>https://n.example.org/</link>
		<item><title>Ancienne</title><link>https://n.example.org/1</link><guid>1</guid><pubDate>Tue, 01 Sep 2026 06:00:00 GMT</pubDate></item>
		<item><title>Récente &amp; belle</title><link>https://n.example.org/2</link><guid>2</guid><pubDate>Wed, 02 Sep 2026 06:00:00 GMT</pubDate>
			<description>Un &lt;b&gt;résumé&lt;/b&gt;.</description></item></channel></rss>`)
	if r.Kind != "feed" || r.Generation != "RSS 2.0" || r.Title != "Nouvelles" || len(r.Entries) != 2 {
		t.Fatalf("got %s", raw)
	}
	e := r.Entries[0]
	if e.ID != "2" || e.Title != "Récente & belle" || e.URL != "https://n.example.org/2" || e.Published != "2026-09-02T08:00:00+02:00" ||
		e.Summary != "Un résumé." || !strings.Contains(e.Text, "Récente & belle") || !strings.Contains(e.Text, "Un résumé.") {
		t.Errorf("got %+v", e)
	}
}

func TestIsFeed(t *testing.T) {
	for text, want := range map[string]bool{
		"<?xml version='1.0'?><rss/>": true, "\ufeff\ufeff <a:feed xmlns:a='x'>": true, "Warning: x\n<rss version='2.0'>": true, "<!doctype html>": true,
		`{"version": "https://jsonfeed.org/version/1.1", "title": "x"}`: true, `{"title": "x", "items": []}`: true,
		"\xff\xfe<\x00r\x00s\x00s\x00>\x00": true,
		`{"catalog": []}`:                   false, `[{"id": 1, "name": "<rss>"}]`: false, "nom,repertoire_url\n": false, "": false,
	} {
		if got := isFeed([]byte(text)); got != want {
			t.Errorf("%q: got %v", text, got)
		}
	}
}

// The contract names every field, and empty lists appear too.
func TestReadContract(t *testing.T) {
	_, raw := readJSON(t, `[{"id": 1, "name": "A", "license": "MIT"}]`)
	for _, want := range []string{`{"kind":"catalogue","generation":"plain","title":"","entries":[{"id":"1","title":"A","url":"`,
		`"published":"","summary":"","text":"`, `"}],"dropped":[]}`} {
		if !strings.Contains(raw, want) {
			t.Errorf("%s is not in %s", want, raw)
		}
	}
}

func TestReadAs(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		write(t, path, text)
		return path
	}
	list := file("list.json", someRepositories)
	latin := file("latin.csv", "nom,repertoire_url,description\ncarte,https://github.com/etalab/carte,10 \xa4\n")
	for name, test := range map[string]struct {
		args           []string
		status         int
		stdout, stderr string
	}{
		"for people":          {[]string{file("sill.json", someSoftware)}, 0, "Catalogue de logiciels, génération V2.\nEntrées : 4. Éléments écartés : 1.\n\n2026-09-01", ""},
		"without a date":      {[]string{file("sill.json", someSoftware)}, 0, "(sans date)", ""},
		"the dropped":         {[]string{file("sill.json", someSoftware)}, 0, "Élément 4 écarté (is not an object).", ""},
		"repositories":        {[]string{"--as", "repositories", list}, 0, "Liste de dépôts", ""},
		"as another kind":     {[]string{"--as", "catalogue", list}, 1, "", "aucune entrée utilisable"},
		"as no kind":          {[]string{"--as", "recette", list}, 2, "", "ce genre n’existe pas"},
		"with a charset":      {[]string{"--content-type", "text/csv; charset=iso-8859-15", latin}, 0, "10 €", ""},
		"nothing to read":     {[]string{file("none.json", "[]")}, 1, "", "aucune entrée utilisable"},
		"an unknown list":     {[]string{file("other.json", `{"data": [], "links": {}}`)}, 1, "", "les champs sont : data, links"},
		"an address, no more": {[]string{"http://127.0.0.1:1/sill.json"}, 1, "", "ne peut pas être joint"},
		"its help":            {[]string{"--help"}, 0, "catalogue     un catalogue du SILL", ""},
	} {
		t.Run(name, func(t *testing.T) {
			stdout, stderr, status := bot(t, "", append([]string{"read"}, test.args...)...)
			if status != test.status || !strings.Contains(stdout, test.stdout) || !strings.Contains(stderr, test.stderr) || (test.stdout == "") != (stdout == "") {
				t.Errorf("status %d, standard output %q, standard error %q", status, stdout, stderr)
			}
		})
	}
}

// The command shows the post for a webhook's body, in either language.
func TestReadWebhook(t *testing.T) {
	file := filepath.Join(t.TempDir(), "body")
	write(t, file, `payload={"text":"Voir <https://ci.example.org/7|la version 7> & le *reste*"}`)
	stdout, stderr, status := bot(t, "", "read", file, "--as", "webhook", "--json")
	var r struct {
		Kind    string
		Entries []struct{ Text, HTML, URL string }
	}
	if err := json.Unmarshal([]byte(stdout), &r); err != nil || status != 0 || r.Kind != "webhook" || len(r.Entries) != 1 {
		t.Fatalf("%d %v: %s%s", status, err, stdout, stderr)
	}
	e := r.Entries[0]
	if strings.ReplaceAll(e.Text, "\u00a0", " ") != "Voir la version 7 (https://ci.example.org/7) & le reste" || e.URL != "https://ci.example.org/7" ||
		e.HTML != `<p>Voir <a href="https://ci.example.org/7">la version 7</a> &amp; le <strong>reste</strong></p>` {
		t.Errorf("got %+v", e)
	}
	write(t, file, `{"object_kind":"pipeline","object_attributes":{"id":1,"status":"failed"},"project":{"name":"a"}}`)
	if stdout, _, _ := bot(t, "", "read", file, "--as", "webhook", "--lang", "en"); !strings.Contains(stdout, "Pipeline – failed: #1") {
		t.Error(stdout)
	}
	write(t, file, `{"text":`)
	if _, stderr, status := bot(t, "", "read", file, "--as", "webhook", "--content-type", "application/json"); status != 1 || !strings.Contains(stderr, "not valid JSON") {
		t.Errorf("%d %s", status, stderr)
	}
}
