package sources

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"heraut/catalogue"
)

// The fault of an unreadable list names its format, not its server.
func TestFaultsOfLists(t *testing.T) {
	const repo = `{"html_url": "https://f.example/a/b", "full_name": "a/b"}`
	for text, want := range map[string]Fault{
		"full_name;id\na/b;https://f.example/a/b\n": FaultSeparator,
		repo + "\n" + repo:                          FaultLines,
		repo:                                        FaultSingle,
		`{"data": []}`:                              FaultUnknown,
		"id,name\n1,GIMP\n":                         FaultUnknown,
		"[]":                                        FaultEmpty,
		"[" + repo:                                  FaultCut,
		"<html>":                                    FaultHTML,
		"Bonjour":                                   FaultFormat,
		"[" + repo + ", oops]":                      FaultFormat,
		"\x1f\x8b\x08\x00":                          FaultFormat,
	} {
		_, err := catalogue.ReadRepositories(strings.NewReader(text), func(catalogue.Repository) error { return nil })
		if got := FaultOf(fmt.Errorf("read the list: %w: %w", errFormat, err)); err == nil || got != want {
			t.Errorf("%q: got %s of %v, want %s", text, got, err, want)
		}
	}
	for _, err := range []error{catalogue.ErrShrunk, catalogue.ErrSwollen} {
		if got := FaultOf(fmt.Errorf("x: %w", err)); got != FaultHeld {
			t.Errorf("%v: got %s", err, got)
		}
	}
	if got := FaultOf(errors.New("any")); got != FaultNetwork {
		t.Errorf("any other error: got %s", got)
	}
}
