package catalogue_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"heraut/catalogue"
)

func nobodyHeld(context.Context, catalogue.Held) error { return nil }

func TestRefresherHoldsBackWhatSwells(t *testing.T) {
	for name, c := range map[string]struct {
		sizes  []int // one version every two hours; the first is accepted
		held   bool  // whether the last one is held
		before int
	}{
		"half as many again":      {[]int{100, 150}, false, 0},
		"one beyond":              {[]int{100, 151}, true, 100},
		"double":                  {[]int{586, 1061}, true, 586},
		"a small one":             {[]int{2, 7}, false, 0},
		"a small one, by far":     {[]int{2, 8}, true, 2},
		"in steps within a day":   {[]int{100, 130, 160}, true, 130},
		"in steps over two days":  {[]int{100, 130, 130, 130, 130, 130, 130, 130, 130, 130, 130, 130, 130, 130, 160}, false, 0},
		"back after a small loss": {[]int{100, 85, 100, 120}, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			source := newSource(t)
			r := newRefresher(t, openDB(t), source.url)
			var err error
			for i, n := range c.sizes {
				source.gives(list(n), "")
				if err = r.Round(t.Context(), noon.Add(time.Duration(i)*2*time.Hour)); err != nil && i+1 < len(c.sizes) {
					t.Fatal(err)
				}
			}
			state, last := r.Current(), c.sizes[len(c.sizes)-1]
			if errors.Is(err, catalogue.ErrSwollen) != c.held || (state.Held != nil) != c.held {
				t.Fatalf("got %v, held %+v", err, state.Held)
			}
			if !c.held {
				return
			}
			if state.Held.Before != c.before || state.Held.After != last || state.Catalogue.Len() != c.before {
				t.Errorf("held %+v with %d entries in force", state.Held, state.Catalogue.Len())
			}
		})
	}
}

func TestAccept(t *testing.T) {
	for name, after := range map[string]int{"swollen": 200, "shrunk": 20} {
		t.Run(name, func(t *testing.T) {
			db, source := openDB(t), newSource(t)
			r := newRefresher(t, db, source.url)
			if _, err := r.Accept(t.Context()); !errors.Is(err, catalogue.ErrNothingHeld) {
				t.Errorf("nothing is held: %v", err)
			}
			round := func(r *catalogue.Refresher, n int, at time.Time) error {
				source.gives(list(n), "")
				return r.Round(t.Context(), at)
			}
			if err := round(r, 100, noon); err != nil {
				t.Fatal(err)
			}
			if err := round(r, after, noon.Add(2*time.Hour)); err == nil {
				t.Fatal("it is taken")
			}
			held, err := r.Accept(t.Context())
			if err != nil || held.Before != 100 || held.After != after || !held.At().Equal(noon.Add(2*time.Hour)) {
				t.Fatalf("accepted %+v, %v", held, err)
			}
			if state := r.Current(); state.Catalogue.Len() != after || state.Err != nil || state.Held != nil || !state.Catalogue.AsOf().Equal(held.At()) {
				t.Errorf("after it was accepted: %+v", state)
			}
			if err := round(r, after, noon.Add(4*time.Hour)); err != nil {
				t.Errorf("the same version again: %v", err)
			}
			if again := newRefresher(t, db, source.url); again.Current().Catalogue.Len() != after {
				t.Error("what was accepted is not stored")
			}
		})
	}
}

// A held version is forgotten when the source corrects itself.
func TestHeldIsForgotten(t *testing.T) {
	source := newSource(t)
	r := newRefresher(t, openDB(t), source.url)
	for _, n := range []int{100, 300, 101} {
		source.gives(list(n), "")
		_ = r.Round(t.Context(), noon)
	}
	if state := r.Current(); state.Held != nil || state.Err != nil || state.Catalogue.Len() != 101 {
		t.Errorf("got %+v", state)
	}
}

// A catalogue that lists its software twice has not swollen.
func TestDoublesDoNotSwell(t *testing.T) {
	source := newSource(t)
	r := newRefresher(t, openDB(t), source.url)
	once := list(100)
	twice := strings.TrimSuffix(once, "]") + "," + strings.TrimPrefix(strings.ReplaceAll(once, `"id":`, `"id":1000`), "[")
	for i, text := range []string{once, twice, once} {
		source.gives(text, "")
		if err := r.Round(t.Context(), noon); err != nil {
			t.Fatal(err)
		}
		if n := r.Current().Catalogue.Len(); n != 100 {
			t.Errorf("version %d: %d entries", i, n)
		}
	}
}

// Operators are told once of each version, and again if that failed.
func TestOperatorsAreToldOfWhatIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "sill.json")
		write := func(n int) {
			if err := os.WriteFile(path, []byte(list(n)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write(100)
		r := newRefresher(t, openDB(t), path)
		var told []int
		fails := true
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			done <- r.Run(ctx, func(_ context.Context, h catalogue.Held) error {
				told = append(told, h.After)
				if fails {
					fails = false
					return io.ErrClosedPipe
				}
				return nil
			})
		}()
		time.Sleep(time.Hour)
		for _, n := range []int{200, 10} {
			write(n)
			time.Sleep(12 * time.Hour)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if len(told) != 3 || told[0] != 200 || told[1] != 200 || told[2] != 10 {
			t.Errorf("told of %v", told)
		}
	})
}

func TestRefresherFallsBackToVersion1(t *testing.T) {
	const v2, v1 = "/sill/api/v2/catalogi.json", "/sill/api/sill.json"
	type answers map[string]string // the answer at each path: a number of entries, or a fault
	for name, c := range map[string]struct {
		answers
		first  bool // no catalogue is in force
		want   int  // entries in force after the round
		failed bool
	}{
		"both are served":            {answers{v2: "20", v1: "30"}, true, 20, false},
		"version 2 is not served":    {answers{v2: "404", v1: "12"}, false, 12, false},
		"nor at first":               {answers{v2: "404", v1: "30"}, true, 30, false},
		"a page for every address":   {answers{v2: "page", v1: "12"}, false, 12, false},
		"out of order":               {answers{v2: "500", v1: "12"}, false, 10, true},
		"out of order at first":      {answers{v2: "500", v1: "30"}, true, 30, false},
		"not readable":               {answers{v2: "nonsense", v1: "12"}, false, 10, true},
		"neither is served":          {answers{v2: "404", v1: "404"}, false, 10, true},
		"version 1 out of order too": {answers{v2: "404", v1: "500"}, false, 10, true},
	} {
		t.Run(name, func(t *testing.T) {
			source := newSource(t)
			give := func(a answers) {
				source.does(func(w http.ResponseWriter, r *http.Request) {
					switch answer := a[r.URL.Path]; answer {
					case "404":
						http.NotFound(w, r)
					case "500":
						http.Error(w, "invalid data", http.StatusInternalServerError)
					case "page":
						io.WriteString(w, "<!doctype html><html></html>")
					case "nonsense":
						io.WriteString(w, "[{")
					default:
						io.WriteString(w, list(map[string]int{"10": 10, "12": 12, "20": 20, "30": 30}[answer]))
					}
				})
			}
			db := openDB(t)
			location := strings.TrimSuffix(source.url, "/sill.json") + v2
			r := newRefresher(t, db, location)
			if !c.first {
				give(answers{v2: "10"})
				if err := r.Round(t.Context(), noon); err != nil {
					t.Fatal(err)
				}
			}
			give(c.answers)
			err := r.Round(t.Context(), noon.Add(2*time.Hour))
			state := r.Current()
			if (err != nil) != c.failed || state.Catalogue == nil || state.Catalogue.Len() != c.want {
				t.Fatalf("got %v, %+v", err, state)
			}
			if c.failed && !state.Catalogue.AsOf().Equal(noon) {
				t.Errorf("the last good one is of %s", state.Catalogue.AsOf())
			}
			if again := newRefresher(t, db, location); again.Current().Catalogue.Len() != c.want {
				t.Errorf("after a restart: %d entries", again.Current().Catalogue.Len())
			}
		})
	}
}

// Copies are deleted unless they belong to the configured location or to its version 1.
func TestOtherLocationsAreDeleted(t *testing.T) {
	db := openDB(t)
	const v2 = "https://catalogue.example.org/api/v2/catalogi.json"
	for _, location := range []string{v2, catalogue.V1Address(v2), "https://elsewhere.example.org/sill.json"} {
		if err := db.SaveFetched(t.Context(), location, catalogue.Fetched{ConfirmedAt: noon, Body: []byte{}}); err != nil {
			t.Fatal(err)
		}
	}
	newRefresher(t, db, v2)
	for location, kept := range map[string]bool{v2: true, catalogue.V1Address(v2): true, "https://elsewhere.example.org/sill.json": false} {
		if _, err := db.Fetched(t.Context(), location); (err == nil) != kept {
			t.Errorf("%s: %v", location, err)
		}
	}
}
