package catalogue_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"heraut/catalogue"
	"heraut/fetch"
)

func TestRefresherDoesNotUseAnotherLocationsCopy(t *testing.T) {
	db, source := openDB(t), newSource(t)
	source.gives(list(10), `"1"`)
	if err := newRefresher(t, db, source.url).Round(t.Context(), noon); err != nil {
		t.Fatal(err)
	}
	k := newRefresher(t, db, source.url+"?v=2")
	if state := k.Current(); state.Catalogue != nil || !state.Stale(noon) {
		t.Error("another location's copy is in force")
	}
	source.gives(list(2), `"1"`)
	if err := k.Round(t.Context(), noon); err != nil || k.Current().Catalogue.Len() != 2 {
		t.Errorf("%v", err)
	}
}

func TestRefresherReplacesAStoredCopyThatCannotBeRead(t *testing.T) {
	for name, body := range map[string]string{"not gzip": "?", "nothing": ""} {
		t.Run(name, func(t *testing.T) {
			db, source := openDB(t), newSource(t)
			source.gives(list(10), `"1"`)
			err := db.SaveFetched(t.Context(), source.url, catalogue.Fetched{
				Validators: fetch.Validators{ETag: `"1"`}, ConfirmedAt: noon, Body: []byte(body),
			})
			if err != nil {
				t.Fatal(err)
			}
			k := newRefresher(t, db, source.url)
			if k.Current().Catalogue != nil {
				t.Fatal("there is a catalogue")
			}
			if err := k.Round(t.Context(), noon); err != nil || k.Current().Catalogue.Len() != 10 {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestRefresherWaitsAsAsked(t *testing.T) {
	source := newSource(t)
	source.does(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "36000")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	k := newRefresher(t, openDB(t), source.url)
	if err := k.Round(t.Context(), noon); err == nil {
		t.Fatal("no error")
	}
	if next := k.Current().NextTry; next.Before(noon.Add(10 * time.Hour)) {
		t.Errorf("the next try is at %s", next)
	}
}

func TestRefresherStopsInTheMiddleOfARound(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	source := newSource(t)
	source.does(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	k := newRefresher(t, openDB(t), source.url)
	if err := k.Run(ctx, nobodyHeld); err != nil {
		t.Error(err)
	}
	if state := k.Current(); state.Err != nil || state.Failures != 0 {
		t.Errorf("%+v", state)
	}
}

// The source is a file, since time stands still in a synctest bubble that waits for the
// network.
func TestRefresherRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "sill.json")
		k := newRefresher(t, openDB(t), path)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- k.Run(ctx, nobodyHeld) }()

		time.Sleep(time.Hour)
		synctest.Wait()
		state := k.Current()
		if state.Catalogue != nil || !errors.Is(state.Err, os.ErrNotExist) {
			t.Fatalf("without a file: %+v", state)
		}
		// After 1, 2, 4, 8, 16 minutes, give or take a quarter.
		if state.Failures < 5 || state.Failures > 8 {
			t.Errorf("%d tries in the first hour", state.Failures)
		}

		write(t, path, list(10))
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		state = k.Current()
		if state.Catalogue == nil || state.Err != nil || state.Failures != 0 {
			t.Fatalf("with a file: %+v", state)
		}

		write(t, path, list(12))
		time.Sleep(2*time.Hour + 12*time.Minute)
		synctest.Wait()
		state = k.Current()
		if state.Catalogue.Len() != 12 || state.Stale(time.Now()) {
			t.Errorf("with a new file: %d entries, %+v", state.Catalogue.Len(), state)
		}

		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
