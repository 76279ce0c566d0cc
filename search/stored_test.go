package search

import (
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/flat"
)

// A stored catalogue answers as the one that it was made of.
func TestStored(t *testing.T) {
	entries := invented(300)
	made := catalogue.New(entries, time.Unix(1_800_000_000, 0))
	var w flat.Writer
	if err := made.Store(&w); err != nil {
		t.Fatal(err)
	}
	Store(made, &w)
	path := filepath.Join(t.TempDir(), "c.flat")
	if err := w.Write(path, "key"); err != nil {
		t.Fatal(err)
	}
	f, err := flat.Open(path, "key")
	if err != nil {
		t.Fatal(err)
	}
	r := f.Reader()
	stored, err := catalogue.Stored(f, r, made.AsOf())
	if err != nil {
		t.Fatal(err)
	}
	UseStored(stored, f, r)
	if For(stored).index.file != f {
		t.Fatal("the stored index is not used")
	}
	for _, q := range append(inventedQueries(entries), "licence:gpl", "gestion -support:oui") {
		if got, want := For(stored).Search(q), For(made).Search(q); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, want %+v", q, got, want)
		}
	}
	for i := range entries {
		if s, ok := stored.ByID(entries[i].ID); !ok || !reflect.DeepEqual(s, made.Entry(i)) {
			t.Errorf("entry %d: %+v", i, s)
		}
	}
	if stored.Len() != made.Len() || !stored.Dated().Equal(made.Dated()) || !reflect.DeepEqual(stored.Labels(), made.Labels()) || stored.TellsUsers() != made.TellsUsers() {
		t.Errorf("%d entries of %s, labels %q", stored.Len(), stored.Dated(), stored.Labels())
	}
}
