package storage

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/fetch"
)

func TestFetchedIsKeptByLocation(t *testing.T) {
	db := open(t)
	if _, err := db.Fetched(t.Context(), "a"); !errors.Is(err, catalogue.ErrNeverFetched) {
		t.Errorf("never fetched: %v", err)
	}
	at := time.UnixMilli(1_700_000_000_123)
	a1 := catalogue.Fetched{Validators: fetch.Validators{ETag: `"1"`}, ConfirmedAt: at, Body: []byte{0, 255}}
	a2 := catalogue.Fetched{Validators: fetch.Validators{LastModified: "x"}, ConfirmedAt: at.Add(time.Hour), Body: []byte("2")}
	b := catalogue.Fetched{ConfirmedAt: at, Body: []byte("b")}
	for _, save := range []struct {
		location string
		catalogue.Fetched
	}{{"a", a1}, {"b", b}, {"a", a2}} {
		if err := db.SaveFetched(t.Context(), save.location, save.Fetched); err != nil {
			t.Fatal(err)
		}
		if got, err := db.Fetched(t.Context(), save.location); err != nil || !reflect.DeepEqual(got, save.Fetched) {
			t.Errorf("%s: got %+v, %v; want %+v", save.location, got, err, save.Fetched)
		}
	}
	if err := db.ConfirmFetched(t.Context(), "a", at.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	a2.ConfirmedAt = at.Add(2 * time.Hour)
	for location, want := range map[string]catalogue.Fetched{"a": a2, "b": b} {
		if got, err := db.Fetched(t.Context(), location); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v; want %+v", location, got, err, want)
		}
	}
	if err := db.DeleteFetched(t.Context(), "b", "c"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Fetched(t.Context(), "a"); !errors.Is(err, catalogue.ErrNeverFetched) {
		t.Errorf("what is no longer configured is still stored: %v", err)
	}
	if got, err := db.Fetched(t.Context(), "b"); err != nil || !reflect.DeepEqual(got, b) {
		t.Errorf("what is configured is gone: %+v, %v", got, err)
	}
}
