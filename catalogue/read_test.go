package catalogue

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"heraut/testkit/realdata"
)

// realData opens a real catalogue, which the repository does not contain.
func realData(tb testing.TB, name string) *os.File {
	tb.Helper()
	f, err := os.Open(realdata.Path(tb, "sill", name))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { f.Close() })
	return f
}

func TestReadRealCatalogues(t *testing.T) {
	tests := map[string]struct {
		entries    int
		generation Generation
	}{
		"sill-2022-05-10-shortkeys.json":            {240, Gen0a},
		"sill-2026-09-partial-selected-fields.json": {269, GenPlain},
		"sill-rows-2022-01-27.json":                 {232, GenRows},
		"compiled-public-2024-11-12-fork.json":      {38, GenB2},
		"compiled-public-2024-10-01-fork.json":      {7, GenB2},
		"compiled-public-2024-07-fork.json":         {5, GenB2},
		"compiled-public-2024-02-hal-fork.json":     {1, GenB2},
		"compiled-public-2025-06-fork.json":         {1, GenB2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f, err := Read(realData(t, name))
			if err != nil {
				t.Fatal(err)
			}
			if len(f.Entries) != tt.entries || len(f.Dropped) != 0 || f.Generation != tt.generation {
				t.Errorf("got %d entries, generation %s, dropped %v; want %d, %s and none",
					len(f.Entries), f.Generation, f.Dropped, tt.entries, tt.generation)
			}
		})
	}
}

func TestReadErrors(t *testing.T) {
	tests := map[string]struct {
		in   string
		want error
	}{
		"nothing":                {"", ErrEmpty},
		"white space":            {" \n\t", ErrEmpty},
		"only a byte order mark": {"\ufeff", ErrEmpty},
		"web page":               {"<!DOCTYPE html><html><body>404</body></html>", ErrWebPage},
		"web page after spaces":  {"\n  <html>", ErrWebPage},
		"feed":                   {`<?xml version="1.0"?><rss/>`, ErrWebPage},
		"UTF-16":                 {"\xff\xfe[\x00]\x00", ErrNoEntries},
		"packed":                 {"\x1f\x8b\x08\x00", ErrNotText},
		"cut in a list":          {`[{"id":1,"name":"A"},`, ErrTruncated},
		"cut in an element":      {`[{"id":1,"name":"A"},{"id":2,"na`, ErrTruncated},
		"cut in a catalog":       {`{"catalog":[{"id":1,"name":"A"}]`, ErrTruncated},
		"cut before a catalog":   {`{"services":[],`, ErrTruncated},
		"cut in what is skipped": {`{"services":[1,2`, ErrTruncated},
		"text":                   {"Service unavailable", ErrNotJSON},
		"broken":                 {`[{"id":1,}]`, ErrNotJSON},
		"two lists":              {`[{"id":1,"name":"A"}][]`, ErrNotJSON},
		"lines":                  {"{\"id\":1}\n{\"id\":2}", ErrLines},
		"string":                 {`"catalog"`, ErrNotList},
		"null":                   {"null", ErrNotList},
		"object":                 {`{"error":"not found"}`, ErrUnknownList},
		"empty object":           {`{}`, ErrUnknownList},
		"catalog is no list":     {`{"catalog":{"id":1}}`, ErrNotList},
		"one entry":              {`{"id":1,"name":"A","license":"MIT"}`, ErrSingle},
		"a table":                {"id;name\n1;GIMP\n", ErrUnknownList},
		"repositories in CSV":    {"nom;repertoire_url\na;https://f.example/a/b\n", ErrSeparator},
		"empty list":             {`[]`, ErrNoEntries},
		"empty catalog":          {`{"catalog":[]}`, ErrNoEntries},
		"numbers":                {`[1,2,3]`, ErrNoEntries},
		"nameless":               {`[{"id":1},{"id":2,"name":" "}]`, ErrNoEntries},
		"repositories":           {`[{"id":"https://f.example/a/b","full_name":"a/b","name":"b"}]`, ErrNoEntries},
		"too deep":               {strings.Repeat("[", 100_000), ErrNotJSON},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f, err := Read(strings.NewReader(tt.in))
			if !errors.Is(err, tt.want) {
				t.Errorf("got error %v, want %v", err, tt.want)
			}
			if len(f.Entries) != 0 {
				t.Errorf("got %d entries with an error", len(f.Entries))
			}
		})
	}
}

// spaces is an endless reader of white space.
type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestReadTooLarge(t *testing.T) {
	if _, err := Read(io.MultiReader(strings.NewReader("["), spaces{})); !errors.Is(err, ErrTooLarge) {
		t.Errorf("got error %v, want %v", err, ErrTooLarge)
	}
}

func TestReadPassesErrorsOn(t *testing.T) {
	if _, err := Read(iotest.ErrReader(io.ErrClosedPipe)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got error %v, want %v", err, io.ErrClosedPipe)
	}
}

// one reads the single entry of a list in the current format.
func one(t *testing.T, element string) Software {
	t.Helper()
	f, err := Read(strings.NewReader("[" + element + "]"))
	if err != nil {
		t.Fatal(err)
	}
	return f.Entries[0]
}

func TestReadDropsOnlyTheBad(t *testing.T) {
	f, err := Read(strings.NewReader(`[
		{"id":1,"name":"A"}, 7, null, {"id":2}, ["x"],
		{"id":3,"name":{"fr":"Trois"},"keywords":"seul","license":{"name":"MIT"},"categories":null},
		{"id":"1","name":"B"}, {"id":4,"name":"D","full_name":"d/d"}]`))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range f.Entries {
		names = append(names, s.Name)
	}
	if got := strings.Join(names, " "); got != "A Trois" {
		t.Errorf("got entries %q", got)
	}
	var dropped []int
	for _, d := range f.Dropped {
		dropped = append(dropped, d.Index)
		if d.Reason == "" {
			t.Errorf("element %d dropped without a reason", d.Index)
		}
	}
	want := []int{1, 2, 3, 4, 6, 7}
	if len(dropped) != len(want) {
		t.Fatalf("dropped %v, want the elements %v", f.Dropped, want)
	}
	for i := range want {
		if dropped[i] != want[i] {
			t.Errorf("dropped %v, want the elements %v", f.Dropped, want)
		}
	}
	if s := f.Entries[1]; len(s.Keywords) != 1 || s.Keywords[0] != "seul" || s.License != "MIT" {
		t.Errorf("strings and objects in each other's place: got %+v", s)
	}
}

func TestReadWithoutIDs(t *testing.T) {
	f, err := Read(strings.NewReader(`[{"name":"Démo Un"},{"name":"démo un"},{"id":null,"name":"Deux"}]`))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"name-demo-un", "name-demo-un-2", "name-deux"} {
		if f.Entries[i].ID != want {
			t.Errorf("got id %q, want %q", f.Entries[i].ID, want)
		}
	}
}

func TestReadWithdrawals(t *testing.T) {
	at := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	whole := &Withdrawal{Reason: "Abandonné", Time: at, LastRecommendedVersion: "1.2"}
	tests := map[string]struct {
		element string
		want    *Withdrawal
	}{
		"listed":                 {`{"id":1,"name":"A"}`, nil},
		"null":                   {`{"id":1,"name":"A","dereferencing":null}`, nil},
		"time in milliseconds":   {`{"id":1,"name":"A","dereferencing":{"reason":"Abandonné","time":1778051289000,"lastRecommendedVersion":"1.2"}}`, whole},
		"time in ISO 8601":       {`{"id":1,"name":"A","dereferencing":{"reason":"Abandonné","time":"2026-05-06T07:08:09.000Z","lastRecommendedVersion":"1.2"}}`, whole},
		"without anything":       {`{"id":1,"name":"A","dereferencing":{}}`, &Withdrawal{}},
		"published":              {`{"id":1,"name":"A","status":{"name":"published","changed":{"reason":"x"}}}`, nil},
		"archived":               {`{"id":1,"name":"A","status":{"name":"archived","changed":{"reason":"Abandonné","time":"2026-05-06T07:08:09Z","lastRecommendedVersion":"1.2"}}}`, whole},
		"a status of the future": {`{"id":1,"name":"A","status":{"name":"frozen"}}`, &Withdrawal{}},
		"another kind of status": {`{"id":1,"name":"A","status":"accepter"}`, nil},
		"0a":                     {`{"id":"1","i":"A","st":"FR","v+":"1.2"}`, &Withdrawal{LastRecommendedVersion: "1.2", Ending: true}},
		"rows":                   {`{"_id":1,"_name":"A","recommendationStatus":"no longer recommended","versionMax":"1.2"}`, &Withdrawal{LastRecommendedVersion: "1.2", Ending: true}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := one(t, tt.element).Withdrawn
			if (got == nil) != (tt.want == nil) || got != nil && *got != *tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// FuzzRead checks that Read survives any bytes, and that its entries are safe to show
// (without hidden characters, changes of direction or unsafe links), have distinct ids,
// and can be searched.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"catalog":[{"id":1,"name":"A","status":{"name":"archived"}}]}`))
	f.Add([]byte(`[{"id":1e3,"name":{"fr":"\u202eA"},"keywords":[{"id":"Q1"},""],"si":"1;2"}]`))
	names, err := filepath.Glob(filepath.Join("testdata", "generations", "*.json"))
	if err != nil || len(names) == 0 {
		f.Fatal("no fixtures: ", err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := read(newInput(bytes.NewReader(data)))
		if err != nil {
			return
		}
		c := New(file.Entries, time.Time{})
		ids := map[string]bool{}
		for i := range file.Entries {
			s := &file.Entries[i]
			if s.ID == "" || ids[s.ID] || s.Name == "" || s.Generation == "" {
				t.Fatalf("entry %d: id %q, name %q, generation %q", i, s.ID, s.Name, s.Generation)
			}
			ids[s.ID] = true
			if found, ok := c.ByID(s.ID); !ok || !reflect.DeepEqual(found, s) {
				t.Fatalf("entry %d is not found by its id", i)
			}
			for _, text := range append(append([]string{s.Name, s.Description.FR, s.License}, s.Keywords...), s.OtherNames...) {
				if text != clean(text, maxDescription) {
					t.Fatalf("entry %d: %q is not clean", i, text)
				}
			}
			for _, l := range []string{s.Website, s.Code, s.Documentation} {
				if l != "" && !strings.HasPrefix(l, "http://") && !strings.HasPrefix(l, "https://") {
					t.Fatalf("entry %d: link %q", i, l)
				}
			}
		}
	})
}
