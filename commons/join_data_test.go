package commons

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/testkit/realdata"
)

// published opens a file of the published data, which is not in the repository.
func published(t *testing.T, name string) io.Reader {
	t.Helper()
	path, ok := realdata.Find(t, "sill", name)
	if !ok {
		t.Skip("no published data here")
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}

// fourCatalogues returns the SILL of 2026, as far as it is published here, and three
// others made of real entries: Comptoir du Libre, in its own format, with the Wikidata
// items and the Comptoir's numbers that the SILL of 2022 knew; the instance of another
// administration (2024); and a list of repositories in publiccode.yml's terms, with the
// addresses of 2022.
func fourCatalogues(t *testing.T) []*catalogue.Catalogue {
	t.Helper()
	sill, err := catalogue.Read(published(t, "sill-2026-09-partial-selected-fields.json"))
	if err != nil {
		t.Fatal(err)
	}
	agency := through(t, Catalogi, "agence", published(t, "compiled-public-2024-11-12-fork.json"))
	var rows, short []element
	for name, into := range map[string]*[]element{"sill-rows-2022-01-27.json": &rows, "sill-2022-05-10-shortkeys.json": &short} {
		dec := json.NewDecoder(published(t, name))
		dec.UseNumber()
		if err := dec.Decode(into); err != nil {
			t.Fatal(err)
		}
	}
	var comptoir, listed []any
	for _, r := range rows {
		if id := r.text("comptoirDuLibreOrgId"); id != "" {
			// Only entries without an item get the SILL's number, so that both keys are
			// tried.
			resources := map[string]any{"wikidata": map[string]any{"id": r.text("wikidataId")}}
			if r.text("wikidataId") == "" {
				resources = map[string]any{"sill": map[string]any{"id": r.text("_id")}, "wikidata": []any{}}
			}
			comptoir = append(comptoir, map[string]any{
				"id": id, "name": r.text("_name"), "licence": r.text("_license"), "external_resources": resources,
			})
		}
	}
	for _, r := range short {
		if r.text("sources") != "" {
			listed = append(listed, map[string]any{
				"publiccodeYmlVersion": "0.4", "name": r.text("i"), "url": r.text("sources"), "legal": map[string]any{"license": r.text("l")},
			})
		}
	}
	return []*catalogue.Catalogue{
		catalogue.New(sill.Entries, time.Now()), agency,
		through(t, Comptoir, "comptoir", encoded(t, map[string]any{"softwares": comptoir})),
		through(t, PublicCode, "depots", encoded(t, listed)),
	}
}

func encoded(t *testing.T, v any) io.Reader {
	t.Helper()
	r, w := io.Pipe()
	go func() { w.CloseWithError(json.NewEncoder(w).Encode(v)) }()
	return r
}

// through reads a catalogue by its reader.
func through(t *testing.T, kind Kind, name string, r io.Reader) *catalogue.Catalogue {
	t.Helper()
	s := Settings{Name: name, Label: name, Kind: kind, Language: "fr"}
	if kind == PublicCode {
		p, err := parseListOfFiles(r, &s)
		if err != nil {
			t.Fatal(err)
		}
		return catalogue.New(p.Entries, time.Now())
	}
	file, err := Read(r, s)
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", name, err))
	}
	return catalogue.New(file.Entries, time.Now())
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
