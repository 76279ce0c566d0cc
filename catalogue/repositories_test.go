package catalogue

import (
	"bufio"
	"errors"
	"io"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// Invented elements, in each published format.
const (
	aCodegouv = `{"awesome-score": 12, "archived": false, "updated_at": "2026-08-30T12:00:00Z", "description": "Carte\n des  écoles",
		"id": "https://gitlab.example.org/carto/web/Carte", "fork": "", "template": true, "contributing": true, "publiccode": "",
		"language": "TypeScript", "license": "agpl-3.0", "full_name": "carto/web/Carte", "repo_name": "Carte", "forks_count": 3,
		"platform": "gitlab.example.org", "owner": "https://gitlab.example.org/carto"}`
	anEcosystems = `{"id": 812, "uuid": "4711", "full_name": "carto/Carte", "owner": "carto", "description": null, "archived": true,
		"fork": false, "pushed_at": "2026-08-30T12:00:00.000Z", "size": 0, "topics": ["carte", "école", ""], "language": null,
		"mirror_url": "https://example.org/carte.git", "license": "other", "status": "removed", "template": false,
		"created_at": "2020-02-01T00:00:00.000Z", "html_url": "https://github.com/carto/Carte",
		"repository_url": "https://ecosystem.example.org/api/v1/hosts/GitHub/repositories/carto%2FCarte"}`
	frenchHeader = "nom,organisation_nom,plateforme,repertoire_url,description,est_fork,est_archive,date_creation,derniere_mise_a_jour,derniere_modification,licence,langage,topics\n"
	aFrench      = `carte,carto,GitHub,https://github.com/carto/carte,"Carte, ""grande""",True,False,2018-09-20T09:40:15Z,2018-09-21T00:00:00Z,2018-09-22T00:00:00Z,MIT License,Go,"carte,école"` + "\n"
	anEnglish    = "license,is_fork,repository_url,name,is_archived\nOther,,https://gitlab.example.org/carto/web/carte.git/,carte,True\n"
)

func date(s string) time.Time { return parseTime(s) }

var repositoryTests = map[string]struct {
	file       string
	generation Generation
	want       Repository
}{
	"codegouv": {"[" + aCodegouv + "]", GenCodegouv, Repository{
		Host: "gitlab.example.org", URL: "https://gitlab.example.org/carto/web/Carte", FullName: "carto/web/Carte", Name: "Carte",
		Owner: "carto", Description: "Carte des écoles", Language: "TypeScript", License: "AGPL-3.0", Template: true,
		Updated: date("2026-08-30T12:00:00Z"),
	}},
	"ecosystems": {"\ufeff \n[" + anEcosystems + "]\n", GenEcosystems, Repository{
		Host: "github.com", ForgeID: "4711", Row: 812, URL: "https://github.com/carto/Carte", FullName: "carto/Carte", Name: "Carte", Owner: "carto",
		Topics: []string{"carte", "école"}, Archived: true, Mirror: true, Empty: true, Status: "removed",
		Created: date("2020-02-01"), Pushed: date("2026-08-30T12:00:00Z"),
	}},
	"ecosystems, never pushed to": {
		`[{"html_url": "https://github.com/carto/carte", "pushed_at": null}]`, GenEcosystems, Repository{
			Host: "github.com", URL: "https://github.com/carto/carte", FullName: "carto/carte", Name: "carte", Owner: "carto", Empty: true,
		},
	},
	"French": {frenchHeader + aFrench, GenFR, Repository{
		Host: "github.com", URL: "https://github.com/carto/carte", FullName: "carto/carte", Name: "carte", Owner: "carto", Organization: "carto",
		Description: `Carte, "grande"`, Language: "Go", License: "MIT", Topics: []string{"carte", "école"}, Fork: true,
		Created: date("2018-09-20T09:40:15Z"), Updated: date("2018-09-21"), Pushed: date("2018-09-22"),
	}},
	"French, in JSON": {`[{"nom": "carte", "repertoire_url": "https://github.com/carto/carte", "est_archive": true, "topics": "a,b"}]`, GenFR, Repository{
		Host: "github.com", URL: "https://github.com/carto/carte", FullName: "carto/carte", Name: "carte", Owner: "carto",
		Topics: []string{"a", "b"}, Archived: true,
	}},
	"English": {"\ufeff" + anEnglish, GenEN, Repository{
		Host: "gitlab.example.org", URL: "https://gitlab.example.org/carto/web/carte", FullName: "carto/web/carte", Name: "carte",
		Owner: "carto", Archived: true,
	}},
	"codegouv, in CSV": {"full_name,id,fork\ncarto/carte,https://github.com/carto/carte,true\n", GenCodegouv, Repository{
		Host: "github.com", URL: "https://github.com/carto/carte", FullName: "carto/carte", Name: "carte", Owner: "carto", Fork: true,
	}},
	"a license of its own": {`[{"html_url": "https://h.example.org/~me/x", "license": "Licence Ouverte"}]`, GenEcosystems, Repository{
		Host: "h.example.org", URL: "https://h.example.org/~me/x", FullName: "~me/x", Name: "x", Owner: "~me", License: "Licence Ouverte",
	}},
}

func TestReadRepositories(t *testing.T) {
	for name, test := range repositoryTests {
		t.Run(name, func(t *testing.T) {
			all, file, err := readAll(strings.NewReader(test.file))
			if err != nil || len(file.Dropped) != 0 || file.Generation != test.generation || file.Entries != 1 {
				t.Fatalf("got %+v, %v", file, err)
			}
			if !reflect.DeepEqual(all, []Repository{test.want}) {
				t.Errorf("got  %+v\nwant %+v", all, test.want)
			}
			if !AreRepositories([]byte(test.file)) {
				t.Error("it is not recognised")
			}
		})
	}
}

func readAll(r io.Reader) (all []Repository, file RepositoriesFile, err error) {
	file, err = ReadRepositories(r, func(r Repository) error {
		all = append(all, r)
		return nil
	})
	return all, file, err
}

func TestRepositoriesThatAreDropped(t *testing.T) {
	tests := map[string]struct {
		file    string
		entries int
		dropped []Dropped
	}{
		"in JSON": {
			`[1, {"html_url": "javascript:alert(1)"}, ` + anEcosystems + `, {"html_url": "https://github.com/"}, {}]`, 1,
			[]Dropped{{0, "is not an object"}, {1, "has no address"}, {3, "has the address of a whole site"}, {4, "has no address"}},
		},
		"a software among them": {`[` + aCodegouv + `, {"id": 7, "name": "Peintre"}]`, 1, []Dropped{{1, "has no address"}}},
		"in CSV": {
			frenchHeader + "a,b\n" + aFrench + "x\"y,\n" + aFrench, 2,
			[]Dropped{{0, "has 2 columns, not 13 (line 2)"}, {2, "is not well-formed CSV (line 4)"}},
		},
		"cut in a row": {frenchHeader + aFrench + aFrench[:30], 1, []Dropped{{1, "has 4 columns, not 13 (line 3)"}}},
		"cut in quotes": {
			frenchHeader + aFrench + aFrench[:60], 1, []Dropped{{1, "is not well-formed CSV (line 3)"}},
		},
		"twice the same": {frenchHeader + aFrench + aFrench, 2, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, file, err := readAll(strings.NewReader(test.file))
			if err != nil || file.Entries != test.entries || !slices.Equal(file.Dropped, test.dropped) {
				t.Errorf("got %+v, %v", file, err)
			}
		})
	}
}

func TestRepositoriesThatCannotBeRead(t *testing.T) {
	broken := errors.New("the wire broke")
	tests := map[string]struct {
		file io.Reader
		want error
	}{
		"nothing":               {strings.NewReader(" \n"), ErrEmpty},
		"a web page":            {strings.NewReader("<!doctype html>"), ErrWebPage},
		"an object":             {strings.NewReader(`{"catalog": []}`), ErrUnknownList},
		"a text":                {strings.NewReader("Bonjour,\nvoici la liste"), ErrNoTable},
		"a table of software":   {strings.NewReader("id,name\n1,GIMP\n"), ErrUnknownList},
		"no entry":              {strings.NewReader("[]"), ErrNoEntries},
		"no row":                {strings.NewReader(frenchHeader), ErrNoEntries},
		"software":              {strings.NewReader(`[{"id": 7, "name": "Peintre"}]`), ErrUnknownList},
		"semicolons":            {strings.NewReader("full_name;id\ncarto/c;https://f.example/carto/c\n"), ErrSeparator},
		"tabs":                  {strings.NewReader("name\thtml_url\nc\thttps://f.example/carto/c\n"), ErrSeparator},
		"lines of JSON":         {strings.NewReader(aCodegouv + "\n" + aCodegouv), ErrLines},
		"a single one":          {strings.NewReader(aCodegouv), ErrSingle},
		"packed":                {strings.NewReader("\x1f\x8b\x08\x00"), ErrNotText},
		"cut off":               {strings.NewReader("[" + aCodegouv + ",{"), ErrTruncated},
		"cut between elements":  {strings.NewReader("[" + aCodegouv), ErrTruncated},
		"no JSON":               {strings.NewReader("[" + aCodegouv + ", oops]"), ErrNotJSON},
		"more than a list":      {strings.NewReader("[" + aCodegouv + "] {}"), ErrNotJSON},
		"a wire that breaks":    {io.MultiReader(strings.NewReader("["+aCodegouv), iotest.ErrReader(broken)), broken},
		"one that breaks a row": {io.MultiReader(strings.NewReader(frenchHeader+aFrench[:9]), iotest.ErrReader(broken)), broken},
		"endless":               {io.MultiReader(strings.NewReader("["+aCodegouv+`, "`), endless{}), ErrTooLarge},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, file, err := readAll(test.file); !errors.Is(err, test.want) {
				t.Errorf("got %+v, %v, want %v", file, err, test.want)
			}
		})
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

func TestYieldStopsTheReading(t *testing.T) {
	full, n := errors.New("the disk is full"), 0
	for _, file := range []string{"[" + aCodegouv + "," + aCodegouv, frenchHeader + aFrench + aFrench} {
		n = 0
		_, err := ReadRepositories(strings.NewReader(file), func(Repository) error {
			n++
			return full
		})
		if !errors.Is(err, full) || n != 1 {
			t.Errorf("after %d, %v", n, err)
		}
	}
}

func TestAreRepositories(t *testing.T) {
	for start, want := range map[string]bool{
		"":                                 false,
		"[":                                false,
		`[{"id": 7, "name": "Peintre"}]`:   false,
		`{"catalog": [` + aCodegouv:        false,
		"id,name\n":                        false,
		"a sentence\n":                     false,
		`[1, ` + aCodegouv:                 true,
		frenchHeader[:len(frenchHeader)-1]: true,
	} {
		if got := AreRepositories([]byte(start)); got != want {
			t.Errorf("%q: got %v", start, got)
		}
	}
}

// The expected figures were counted in the files by other means.
func TestRealRepositories(t *testing.T) {
	tests := map[string]struct {
		entries, distinct int
		generation        Generation
		forks, archived   int
	}{
		"repertoires-2021-01-30T1938.csv":               {6634, 6632, GenFR, 463, 314},
		"repertoires-2020-09-23-outage-before.csv":      {4471, 4471, GenFR, 421, 239},
		"repertoires-2020-09-23-outage-after.csv":       {5180, 5178, GenFR, 421, 244},
		"repertoires-2020-12-17-mass-import-before.csv": {5743, 5741, GenFR, 455, 277},
		"repertoires-2020-12-17-mass-import-after.csv":  {6365, 6363, GenFR, 455, 289},
		"repositories-2021-11-sample.csv":               {16, 16, GenEN, 1, 2},
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			f := realData(t, filepath.Join("..", "codegouv", name))
			all, file, err := readAll(f)
			if err != nil || len(file.Dropped) != 0 || file.Entries != want.entries || file.Generation != want.generation {
				t.Fatalf("got %+v, %v", file, err)
			}
			got := want
			got.distinct, got.forks, got.archived = 0, 0, 0
			seen := map[string]bool{}
			for _, r := range all {
				if !seen[r.URL] {
					seen[r.URL] = true
					got.distinct++
				}
				if r.Fork {
					got.forks++
				}
				if r.Archived {
					got.archived++
				}
				if r.Host == "" || r.Owner == "" || r.Name == "" || r.Created.IsZero() || r.Updated.IsZero() || r.Pushed.IsZero() {
					t.Errorf("not complete: %+v", r)
				}
				if strings.Contains(r.License, "License") {
					t.Errorf("%s has the licence %q", r.URL, r.License)
				}
			}
			if got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
			head := make([]byte, 4096)
			n, err := f.ReadAt(head, 0)
			if err != nil && !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			if !AreRepositories(head[:n]) {
				t.Error("it is not recognised")
			}
		})
	}
}

func FuzzReadRepositories(f *testing.F) {
	for _, test := range repositoryTests {
		f.Add([]byte(test.file))
	}
	f.Add([]byte(`[{"html_url": ["https://a.example/b"], "size": {"fr": "0"}, "topics": {"a": 1}, "created_at": 1e999, "fork": "oui"}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		n := 0
		file, err := ReadRepositories(bufio.NewReader(strings.NewReader(string(data))), func(r Repository) error {
			n++
			if link(r.URL) == "" || r.Host == "" || r.FullName == "" {
				t.Errorf("not usable: %+v", r)
			}
			return nil
		})
		if n != file.Entries || err == nil && (n == 0 || file.Generation == "") {
			t.Errorf("%d were handed over: %+v, %v", n, file, err)
		}
		AreRepositories(data)
	})
}
