package catalogue

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

// carnetis returns all the fields of the invented program in testdata/generations.
func carnetis() Software {
	return Software{
		ID:                  "9001",
		Name:                "Carnetis",
		OtherNames:          []string{"Carnetis Notes"},
		Description:         Localized{FR: "Carnet de notes partagé", EN: "notebook for teams"},
		ExternalDescription: Localized{FR: "carnet de notes pour équipes"},
		License:             "EUPL-1.2",
		Keywords:            []string{"notes", "carnet"},
		Categories:          []string{"Office"},
		Referenced:          time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC),
		Updated:             time.Date(2024, 5, 6, 0, 0, 0, 0, time.UTC),
		Recommended:         true,
		InSupport:           true,
		FromState:           true,
		Latest:              &Version{Number: "2.4.1", Released: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)},
		MinVersion:          "2.0",
		Platforms:           []Platform{Windows, Linux},
		Organizations: []Organization{
			{Name: "Ville d’Exemple", Users: 12, Referents: 2},
			{Name: "Région Fictive", Users: 3},
		},
		Providers:     []Provider{{Name: "Atelier Fictif", URL: "https://atelier.example.org/"}},
		Replaces:      []Similar{{Name: "Noteworks"}},
		Similar:       []Similar{{Name: "Plumier", ID: "9002"}},
		Website:       "https://carnetis.example.org/",
		Code:          "https://code.example.org/carnetis",
		Documentation: "https://carnetis.example.org/doc",
		Wikidata:      "Q900000001",
		Identifiers:   []Identifier{{SourceWikidata, "Q900000001", "https://www.wikidata.org/wiki/Q900000001"}},
	}
}

// All formats give the same facts, except those that a format cannot express.
func TestReadGenerations(t *testing.T) {
	unknownSimilar := func(s *Software) {
		s.Replaces = nil
		s.Similar = []Similar{{Name: "Plumier", ID: "9002"}, {Name: "Noteworks"}}
	}
	noOutside := func(s *Software) {
		s.Website, s.Code, s.Documentation = "", "", ""
		s.OtherNames, s.Description.EN, s.ExternalDescription = nil, "", Localized{}
	}
	tests := map[Generation]struct{ lacks func(s *Software) }{
		Gen0a: {func(s *Software) {
			unknownSimilar(s)
			s.OtherNames, s.Keywords, s.Latest, s.Platforms = nil, nil, nil, nil
			s.Organizations, s.Providers, s.Wikidata, s.Updated = nil, nil, "", time.Time{}
		}},
		Gen0b: {func(s *Software) {
			noOutside(s)
			s.Keywords, s.Categories, s.Latest, s.Platforms, s.MinVersion = nil, nil, nil, nil, ""
			s.Organizations, s.Providers, s.Wikidata, s.Updated = nil, nil, "", time.Time{}
			s.Replaces, s.Similar, s.Recommended = nil, nil, false
		}},
		GenRows: {func(s *Software) {
			noOutside(s)
			unknownSimilar(s)
			s.Keywords, s.Categories, s.Latest, s.Platforms = nil, nil, nil, nil
			s.Organizations, s.Providers, s.Updated = nil, nil, time.Time{}
		}},
		GenA: {func(s *Software) {
			unknownSimilar(s)
			s.Categories, s.Latest, s.Platforms, s.Recommended = nil, nil, nil, false
			s.Organizations, s.Providers, s.Updated = nil, nil, time.Time{}
		}},
		GenB1: {func(s *Software) { s.Recommended = false }},
		GenB2: {func(s *Software) { s.Recommended = false }},
		GenB3: {func(s *Software) { s.Recommended = false }},
		GenB4: {func(*Software) {}},
		GenC:  {func(s *Software) { s.Runtimes = []Runtime{Desktop} }},
		GenN:  {func(s *Software) { s.Runtimes, s.Status = []Runtime{Desktop}, "published" }},
		GenV2: {func(s *Software) {
			s.Runtimes = []Runtime{Desktop}
			s.OtherNames, s.ExternalDescription = nil, Localized{}
		}},
		GenPlain: {func(s *Software) {
			noOutside(s)
			s.Platforms, s.MinVersion, s.Latest.Released = nil, "", time.Time{}
			s.Organizations, s.Providers, s.Updated, s.Referenced = nil, nil, time.Time{}, time.Time{}
			s.Replaces, s.Similar, s.Recommended, s.InSupport, s.FromState = nil, nil, false, false, false
		}},
	}
	for generation, tt := range tests {
		t.Run(string(generation), func(t *testing.T) {
			r, err := os.Open(filepath.Join("testdata", "generations", string(generation)+".json"))
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			f, err := Read(r)
			if err != nil {
				t.Fatal(err)
			}
			if len(f.Entries) != 2 || len(f.Dropped) != 0 || f.Generation != generation {
				t.Fatalf("got %d entries, generation %s, dropped %v", len(f.Entries), f.Generation, f.Dropped)
			}
			want := carnetis()
			tt.lacks(&want)
			want.Generation = generation
			if want.Wikidata == "" {
				want.Identifiers = nil
			}
			if got := f.Entries[0]; !reflect.DeepEqual(got, want) {
				t.Errorf("got  %s\nwant %s", asJSON(t, got), asJSON(t, want))
			}
			if got := f.Entries[1]; got.ID != "9002" || got.Name != "Plumier" || got.Withdrawn != nil {
				t.Errorf("got %s as second entry", asJSON(t, got))
			}
		})
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Elements of several generations may stand in one file.
func TestReadMixed(t *testing.T) {
	var all []json.RawMessage
	for _, name := range []string{"0a", "C", "C", "plain"} {
		data, err := os.ReadFile(filepath.Join("testdata", "generations", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var elements []json.RawMessage
		if err := json.Unmarshal(data, &elements); err != nil {
			t.Fatal(err)
		}
		all = append(all, elements...)
	}
	data, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	f, err := read(newInput(bytes.NewReader(data)))
	if err != nil {
		t.Fatal(err)
	}
	// All elements have the same two ids: Read keeps the first two.
	if len(f.Entries) != 2 || len(f.Dropped) != 6 || f.Entries[0].Generation != Gen0a {
		t.Errorf("got %d entries of %s, dropped %v", len(f.Entries), f.Entries[0].Generation, f.Dropped)
	}
}
