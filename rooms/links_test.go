package rooms_test

import (
	"testing"

	"heraut/rooms"
)

func TestLinks(t *testing.T) {
	for base, want := range map[rooms.Links]string{
		"https://matrix.to":      "https://matrix.to/#/%21a:example.org",
		"https://matrix.to/":     "https://matrix.to/#/%21a:example.org",
		"https://tchap.gouv.fr":  "https://tchap.gouv.fr/#/room/!a:example.org",
		"https://e.example/chat": "https://e.example/chat/#/room/!a:example.org",
	} {
		if got := base.Room("!a:example.org"); got != want {
			t.Errorf("%s: %s, want %s", base, got, want)
		}
		if got := base.Event("!a:example.org", "$e/f"); got != want+"/$e%2Ff" {
			t.Errorf("%s: %s", base, got)
		}
		if got := rooms.Reference(base.Event("!a:example.org", "$e/f")); got != "!a:example.org" {
			t.Errorf("%s: read as %q", base, got)
		}
	}
}

func TestReference(t *testing.T) {
	for text, want := range map[string]string{
		"!abc:example.org": "!abc:example.org",
		"!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM":       "!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM",
		"#salon:example.org":                                 "#salon:example.org",
		"https://matrix.to/#/%23salon%3Aexample.org":         "#salon:example.org",
		"https://matrix.to/#/#salon:example.org?via=a":       "#salon:example.org",
		"https://tchap.gouv.fr/#/room/!abc:example.org?via=": "!abc:example.org",
		"https://matrix.to/#/@camille:example.org":           "",
		"https://example.org/salon":                          "",
		"#salon":                                             "",
		"#":                                                  "",
		"salon":                                              "",
		"":                                                   "",
		"https://matrix.to/#/%zz":                            "",
	} {
		if got := rooms.Reference(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
