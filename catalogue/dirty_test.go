package catalogue

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

// A software under two ids makes one entry, and ByID finds it under both.
func TestDoubles(t *testing.T) {
	const wikidata = `"softwareExternalData": {"sourceSlug": "wikidata", "externalId": "Q%s"}`
	entry := func(id int, name, rest string) string {
		return fmt.Sprintf(`{"id": %d, "name": %q, %s}`, id, name, rest)
	}
	item := func(q string) string { return fmt.Sprintf(wikidata, q) }
	for name, test := range map[string]struct {
		elements []string
		ids      string // the entries with their other ids
		dropped  int
	}{
		"same item":              {[]string{entry(1, "7zip", item("5")), entry(2, "Autre", item("6")), entry(901, "7-Zip", item("5"))}, "1+901 2", 1},
		"three times":            {[]string{entry(1, "A b", item("5")), entry(7, "A-B", item("5")), entry(9, "a.b", item("5"))}, "1+7+9", 2},
		"the listed one is kept": {[]string{entry(1, "A", item("5")+`, "dereferencing": {"time": 1}`), entry(7, "A", item("5"))}, "7+1", 1},
		"another name":           {[]string{entry(1, "Nextcloud", item("5")), entry(7, "Nextcloud Talk", item("5"))}, "1 7", 0},
		"another item":           {[]string{entry(1, "Galaxy", item("5")), entry(7, "Galaxy", item("6"))}, "1 7", 0},
		"same description":       {[]string{entry(1, "A", `"description": "Écrit des notes"`), entry(7, "a", `"description": "écrit des notes"`)}, "1+7", 1},
		"no description":         {[]string{entry(1, "A", `"description": ""`), entry(7, "A", `"description": ""`)}, "1 7", 0},
		"another description":    {[]string{entry(1, "A", `"description": "pour Firefox"`), entry(7, "A", `"description": "pour LibreOffice"`)}, "1 7", 0},
		"signs count":            {[]string{entry(1, "C++", `"description": "langage"`), entry(7, "C#", `"description": "langage"`)}, "1 7", 0},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Read(strings.NewReader("[" + strings.Join(test.elements, ",") + "]"))
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			c := New(f.Entries, time.Time{})
			for i := range f.Entries {
				s := &f.Entries[i]
				ids = append(ids, strings.Join(append([]string{s.ID}, s.OtherIDs...), "+"))
				for _, id := range append([]string{s.ID}, s.OtherIDs...) {
					if found, ok := c.ByID(id); !ok || !reflect.DeepEqual(found, s) {
						t.Errorf("%s does not find %s", id, s.Name)
					}
				}
			}
			if got := strings.Join(ids, " "); got != test.ids || len(f.Dropped) != test.dropped {
				t.Errorf("got %s, dropped %v; want %s and %d", got, f.Dropped, test.ids, test.dropped)
			}
		})
	}
}

// A double adds its own information.
func TestDoublesAreJoined(t *testing.T) {
	f, err := Read(strings.NewReader(`[
		{"id": 1, "name": "Outil", "wikidata": "Q5", "userAndReferentCountByOrganization": {"DGE": {"userCount": 2}, "DIRN": {"userCount": 1}}},
		{"id": 2, "name": "outil", "wikidata": "Q5", "license": "MIT", "dereferencing": {"time": 1700000000000},
		 "userAndReferentCountByOrganization": {"DIRN": {"userCount": 4}}, "similarExternalSoftwares": [{"name": "Cher", "isLibreSoftware": false}]}]`))
	if err != nil {
		t.Fatal(err)
	}
	s := f.Entries[0]
	if s.License != "MIT" || s.Withdrawn != nil || !reflect.DeepEqual(s.Replaces, []Similar{{Name: "Cher"}}) ||
		!reflect.DeepEqual(s.Organizations, []Organization{{Name: "DIRN", Users: 4}, {Name: "DGE", Users: 2}}) {
		t.Errorf("got %+v", s)
	}
}

// Replaces never holds a free program, nor a page that is no program.
func TestReplacesOnlyWhatIsProprietary(t *testing.T) {
	similar := func(name, rest string) string {
		return fmt.Sprintf(`{"name": %q, "externalId": "Q%d", "isLibreSoftware": false%s}`, name, len(name), rest)
	}
	for name, test := range map[string]struct{ element, replaces, similar string }{
		"proprietary":                      {similar("WinZip", ""), "WinZip", ""},
		"an entry":                         {similar("7-Zip", ""), "", "7-Zip"},
		"an entry written so":              {similar("7 ZIP", ""), "", "7 ZIP"},
		"an entry by its item":             {`{"name": "Zip", "externalId": "Q777", "isLibreSoftware": false}`, "", "Zip"},
		"known to be free":                 {similar("VLC Media Player", ""), "", "VLC Media Player"},
		"said free elsewhere":              {similar("Obscur", ""), "", "Obscur"},
		"a disambiguation page in French":  {similar("Mercure", `, "description": {"fr": "page d'homonymie de Wikimedia"}`), "", ""},
		"a disambiguation page in English": {similar("Mercury", `, "description": {"en": "Wikimedia disambiguation page"}`), "", ""},
		"one by its bare description":      {similar("Merkur", `, "description": "page d’homonymie d’un projet Wikimédia"`), "", ""},
		"one by its name":                  {similar("Mars (homonymie)", ""), "", ""},
		"a list":                           {similar("Liste d'outils", `, "description": "article de liste d'un projet Wikimedia"`), "", ""},
		"not known":                        {`{"name": "Inconnu", "isLibreSoftware": null}`, "", "Inconnu"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Read(strings.NewReader(`[{"id": 1, "name": "Peintre", "similarExternalSoftwares": [` + test.element + `]},
				{"id": 2, "name": "7-Zip", "license": "LGPL", "wikidata": "Q777", "isLibreSoftware": false, "similarExternalSoftwares": [{"name": "obscur", "isLibreSoftware": true}]}]`))
			if err != nil {
				t.Fatal(err)
			}
			names := func(all []Similar) string {
				var out []string
				for _, s := range all {
					out = append(out, s.Name)
				}
				return strings.Join(out, " ")
			}
			s := f.Entries[0]
			if names(s.Replaces) != test.replaces || names(s.Similar) != test.similar {
				t.Errorf("replaces %v, similar %v", s.Replaces, s.Similar)
			}
		})
	}
}

// The error for a list of another kind names its fields.
func TestUnknownLists(t *testing.T) {
	for name, test := range map[string]struct{ text, fields string }{
		"Developers Italia":   {`{"data": [{"id": "1", "url": "https://f.example/a/b.git", "publiccodeYml": ""}], "links": {}}`, "data, links"},
		"DPGA":                {`[{"id": "a", "name": "A", "description": "d", "website": "https://a.example", "SDGs": [], "sectors": [], "stage": "DPG"}]`, "SDGs"},
		"Comptoir du Libre":   {`{"date_of_export": "x", "number_of_software": 1, "softwares": [{"id": 1, "name": "A"}]}`, "softwares"},
		"its elements":        {`[{"id": 1, "created": "x", "modified": "y", "name": "A", "licence": "MIT", "users": []}]`, "licence"},
		"Établi":              {`[{"id": "x", "name": "A", "description": "d", "websites": [], "repositories": [], "tools": [], "createdAt": ""}]`, "repositories"},
		"short keys":          {`[{"n": "dépôt", "fn": "a/dépôt", "a?": "", "li": "mit", "p": "GitHub", "o": "a", "d": "x"}]`, "fn"},
		"organizations":       {`[{"login": "etalab", "nom": "Etalab", "organisation_url": "https://github.com/etalab"}]`, "organisation_url"},
		"an error":            {`{"error": "not found"}`, "error"},
		"a table":             {"ID,nom,fonction\n1,7zip,Compression\n", "ID, nom, fonction"},
		"one with semicolons": {"ID;nom;fonction\n1;7zip;Compression\n", "ID, nom, fonction"},
	} {
		for reader, read := range map[string]func() error{
			"as a catalogue":  func() error { _, err := Read(strings.NewReader(test.text)); return err },
			"as repositories": func() error { _, _, err := readAll(strings.NewReader(test.text)); return err },
		} {
			t.Run(name+" "+reader, func(t *testing.T) {
				err := read()
				var unknown *UnknownListError
				if !errors.As(err, &unknown) || !errors.Is(err, ErrUnknownList) || !strings.Contains(err.Error(), test.fields) {
					t.Errorf("got %v, want the fields %s", err, test.fields)
				}
			})
		}
	}
}

// A list of the SILL may have unknown fields, and some elements of another kind, which
// are dropped.
func TestSomeForeignElements(t *testing.T) {
	f, err := Read(strings.NewReader(`[{"id": 1, "name": "A", "license": "MIT", "operatingSystems": {}, "novelty": 1},
		{"id": 2, "name": "B", "keywords": []}, {"id": 3, "name": "C", "stars": 1, "forks": 2}]`))
	if err != nil || len(f.Entries) != 2 || len(f.Dropped) != 1 || !strings.Contains(f.Dropped[0].Reason, "forks, stars") {
		t.Errorf("got %+v, %v", f, err)
	}
	_, err = Read(strings.NewReader(`[{"id": 1, "name": "A"}, {"name": "B", "stars": 1}, {"name": "C", "stars": 2}]`))
	if !errors.Is(err, ErrUnknownList) || !strings.Contains(err.Error(), "name, stars") {
		t.Errorf("a list that is mostly of another kind: got %v", err)
	}
}
