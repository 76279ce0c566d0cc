package commons_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"heraut/catalogue"
	"heraut/commons"
)

// samples are a file of each kind.
var samples = map[commons.Kind]string{
	commons.Catalogi: "../catalogue/testdata/generations/V2.json", commons.PublicCode: "testdata/publiccode.yml",
	commons.Italia: "testdata/italia-1.json", commons.Comptoir: "testdata/comptoir.json", commons.BetaGouv: "testdata/betagouv.json",
	commons.Etabli: "testdata/etabli.json", commons.DPGA: "testdata/dpga.json",
}

func sample(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func read(t *testing.T, kind commons.Kind, data []byte) (catalogue.File, error) {
	t.Helper()
	return commons.Read(catalogue.Text(bytes.NewReader(data), ""), commons.Settings{Name: "essai", Label: "essai", Kind: kind, Language: "fr"})
}

// facts returns what a person sees of an entry, on one line.
func facts(s *catalogue.Software) string {
	gone := ""
	if w := s.Withdrawn; w != nil {
		gone = "withdrawn"
		if w.Abandoned {
			gone = "abandoned"
		}
	}
	return fmt.Sprint(strings.Join([]string{s.ID, s.Name, s.Description.FR, s.Description.EN, s.License, s.Code, s.Page(), s.Contact, s.Phase, gone}, " | "))
}

func TestEachKind(t *testing.T) {
	for kind, want := range map[commons.Kind][]string{
		commons.Comptoir: {
			"essai:72 | Nuage |  |  | AGPL-3.0 | https://github.com/nuage/server.git | https://comptoir-du-libre.org/fr/softwares/72 |  |  | ",
			"essai:73 | Courrier |  |  | GPL-2.0 |  | https://comptoir-du-libre.org/fr/softwares/73 |  |  | ",
		},
		commons.BetaGouv: {
			"essai:rendez-vous | Rendez-vous | Prendre rendez-vous en ligne avec un agent |  |  | https://github.com/betagouv/rendez-vous | https://beta.gouv.fr/startups/rendez-vous.html | contact@beta.gouv.fr | acceleration | ",
			"essai:vieille-idee | Vieille idée | Un service que personne n’a repris |  |  |  | https://beta.gouv.fr/startups/vieille-idee.html | contact@beta.gouv.fr | alumni | abandoned",
		},
		commons.Etabli: {
			"essai:5f8b1f0e-1111-4222-8333-444455556666 | Parapheur | Signature électronique des courriers d’une préfecture |  |  | https://gitlab.example.gouv.fr/dnum/parapheur | https://parapheur.example.gouv.fr |  |  | ",
			"essai:5f8b1f0e-1111-4222-8333-777777777777 | Trombinoscope | Annuaire d’un service |  |  | https://github.com/exemple/trombi | https://github.com/exemple/trombi |  |  | withdrawn",
		},
		commons.DPGA: {
			"essai:registry-x | Registry X | Civil registration of births and deaths. |  | MPL-2.0 | https://github.com/registry-x/core | https://digitalpublicgoods.net/r/registry-x | hello@registry-x.example.org | dpg | ",
		},
		commons.Italia: {
			"essai:22766c9d-0001 | Mensa |  | Fatturazione della mensa | AGPL-3.0-or-later | https://github.com/comune/mensa.git | https://developers.italia.it/en/software/22766c9d-0001 | equipe@example.org | stable | ",
			"essai:22766c9d-0002 | Vecchio | Facturation de la cantine |  | AGPL-3.0-or-later | https://gitlab.example.it/comune/vecchio | https://developers.italia.it/en/software/22766c9d-0002 | equipe@example.org | obsolete | abandoned",
		},
		commons.PublicCode: {
			"essai:github.com/exemple/cantine | Cantine | Facturation de la cantine |  | AGPL-3.0-or-later | https://github.com/exemple/cantine | https://www.example.org/cantine | equipe@example.org | beta | ",
		},
	} {
		t.Run(string(kind), func(t *testing.T) {
			file, err := read(t, kind, sample(t, samples[kind]))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for i := range file.Entries {
				got = append(got, facts(&file.Entries[i]))
			}
			if strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			t.Logf("%s: %d entries, %d left out", kind, len(file.Entries), len(file.Dropped))
		})
	}
}

// What no line of facts shows.
func TestDetailsOfEntries(t *testing.T) {
	file, err := read(t, commons.PublicCode, sample(t, samples[commons.PublicCode]))
	if err != nil {
		t.Fatal(err)
	}
	s := file.Entries[0]
	if s.Latest == nil || s.Latest.Number != "1.0" || s.Latest.Released.IsZero() {
		t.Errorf("the version 1.0 became %+v", s.Latest)
	}
	if got := fmt.Sprint(s.Platforms, s.Keywords); got != "[linux web] [billing-and-invoicing Factures Paiement]" {
		t.Error(got)
	}
	file, err = read(t, commons.Comptoir, sample(t, samples[commons.Comptoir]))
	if err != nil {
		t.Fatal(err)
	}
	s = file.Entries[0]
	sill, _ := s.Identifier(catalogue.SourceSILL)
	own, _ := s.Identifier(catalogue.SourceComptoir)
	if s.Wikidata != "Q25874683" || sill.Value != "33" || own.Value != "72" || len(s.Providers) != 1 {
		t.Errorf("%+v %+v %+v %+v", s.Wikidata, sill, own, s.Providers)
	}
	if len(file.Dropped) != 1 {
		t.Errorf("left out: %v", file.Dropped)
	}
}

// A list of one kind is refused as any other.
func TestUnknownListsAreRefused(t *testing.T) {
	for kind := range samples {
		for other, name := range samples {
			if kind == other {
				continue
			}
			if file, err := read(t, kind, sample(t, name)); err == nil {
				t.Errorf("%s reads %s: %+v", kind, name, file)
			}
		}
		_, err := read(t, kind, []byte(`[{"sku":"A1","price":3},{"sku":"A2","price":4}]`))
		if err == nil || kind != commons.PublicCode && kind != commons.Italia && !errors.Is(err, catalogue.ErrUnknownList) {
			t.Errorf("%s reads a price list: %v", kind, err)
		}
	}
}

func TestDetect(t *testing.T) {
	for kind, name := range samples {
		want := kind
		if kind == commons.Catalogi {
			want = "" // the SILL's own format
		}
		if got := commons.Detect(sample(t, name)); got != want {
			t.Errorf("%s is taken for %q", name, got)
		}
	}
}

func TestHostileYAML(t *testing.T) {
	laughs := "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
	for i := 1; i < 30; i++ {
		laughs += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 10), ","))
	}
	for name, text := range map[string]string{
		"aliases of aliases": "publiccodeYmlVersion: '0.2'\nname: *a29\n" + laughs,
		"deep brackets":      "name: " + strings.Repeat("[", 100_000),
		"deep lists":         strings.Repeat("- ", 100_000),
		"large":              "name: " + strings.Repeat("x", 300<<10),
		"no YAML":            "\t- : {",
		"empty":              "",
		"a text":             "publiccode",
	} {
		t.Run(name, func(t *testing.T) {
			if file, err := read(t, commons.PublicCode, []byte(text)); err == nil {
				t.Errorf("read as %+v", file.Entries)
			}
		})
	}
}

func TestRepositoryKey(t *testing.T) {
	for address, want := range map[string]string{
		"https://github.com/Owner/Name.git": "github.com/owner/name", "git@github.com:owner/name.git": "github.com/owner/name",
		"http://www.github.com/owner/name/": "github.com/owner/name", "git+https://github.com/owner/name#readme": "github.com/owner/name",
		"https://github.com/owner/name/tree/main/part": "github.com/owner/name", "https://gitlab.example.fr/a/b/c/-/tree/main": "gitlab.example.fr/a/b/c",
		"https://forge.example.fr:8443/a/b": "forge.example.fr:8443/a/b", "https://example.org": "", "https://example.org/": "", "": "", "n/a": "",
	} {
		if got := catalogue.RepositoryKey(address); got != want {
			t.Errorf("%s: got %q, want %q", address, got, want)
		}
	}
}
