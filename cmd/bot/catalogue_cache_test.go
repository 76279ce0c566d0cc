package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/catalogue"
	"heraut/search"
)

func TestCatalogueCache(t *testing.T) {
	config := &Config{State: t.TempDir()}
	config.Catalogue.SILL.URL = "https://example.org/sill.json"
	dir := filepath.Join(config.State, "cache")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(dir, "left.flat.123")
	if err := os.WriteFile(left, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cache := newCatalogueCache(config, zerolog.Nop())
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("an unfinished file stays: %v", err)
	}
	name, asOf := config.Catalogue.SILL.URL, time.Unix(1_800_000_000, 0)
	made := catalogue.New([]catalogue.Software{{ID: "33", Name: "GIMP"}, {ID: "2", Name: "Inkscape"}}, asOf)
	if cache.Load(name, "1", asOf) != nil {
		t.Error("something is stored")
	}
	if stored := cache.Save(name, "1", made); stored == made || stored.Len() != 2 {
		t.Errorf("stored form %v", stored)
	}
	again := newCatalogueCache(config, zerolog.Nop()) // as after a restart
	stored := again.Load(name, "1", asOf.Add(time.Hour))
	if stored == nil || !stored.AsOf().Equal(asOf.Add(time.Hour)) {
		t.Fatalf("%v", stored)
	}
	if s, ok := search.For(stored).Resolve("gimp"); !ok || s.ID != "33" {
		t.Errorf("gimp is %v", s)
	}
	if again.Load(name, "2", asOf) != nil || again.Load("other", "1", asOf) != nil || again.withoutIndex().Load(name, "1", asOf) != nil {
		t.Error("another version, name or kind is loaded")
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	path := filepath.Join(dir, files[0].Name())
	if err := os.Truncate(path, 100); err != nil {
		t.Fatal(err)
	}
	if newCatalogueCache(config, zerolog.Nop()).Load(name, "1", asOf) != nil {
		t.Error("a damaged file is loaded")
	}
	if stored := cache.Save(name, "3", made); stored == made {
		t.Error("the damaged file is not replaced")
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if stored := cache.Save(name, "4", made); stored != made {
		t.Errorf("%v without a directory, want the catalogue itself", stored)
	}
}
