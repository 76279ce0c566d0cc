package relay_test

import (
	"testing"

	"heraut/relay"
)

// TestPersonName: a name that holds a user id or the address of a script is not shown.
func TestPersonName(t *testing.T) {
	for name, want := range map[string]string{
		" Bruno ":                  "Bruno",
		"Bruno : data science":     "Bruno : data science",
		"Bruno @dora:example.org":  "",
		"[x](javascript:alert(1))": "",
		"JavaScript:alert(1)":      "",
	} {
		if got := relay.PersonName(name); got != want {
			t.Errorf("%q is shown as %q, want %q", name, got, want)
		}
	}
}
