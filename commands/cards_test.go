package commands

import (
	"strings"
	"testing"
	"time"

	"heraut/catalogue"
)

// TestCardsAreRenderedAgain: a kept card serves for the same data, catalogue, language
// and day only.
func TestCardsAreRenderedAgain(t *testing.T) {
	first, second := catalogue.New(nil, time.Time{}), catalogue.New(nil, time.Time{})
	s := &catalogue.Software{ID: "1", Name: "GIMP", Activity: &catalogue.Activity{Commit: time.Now().Add(-2*year - time.Hour)}}
	plain := card{entry: entry{Software: s}}
	asks := plain
	asks.Ask = "!"
	var c cards
	render := func(of *catalogue.Catalogue, lang string, data card, after time.Duration) string {
		t.Helper()
		html, err := c.render(of, lang, data, time.Now().Add(after))
		if err != nil {
			t.Fatal(err)
		}
		return html
	}
	kept := func(is *catalogue.Catalogue) bool { return c.of == is }
	html := render(first, "fr", plain, 0)
	s.Name = "renamed" // data of a catalogue do not change: a kept card does not see this
	if got := render(first, "fr", plain, 0); got != html {
		t.Errorf("the same card was rendered again:\n%s", got)
	}
	for name, got := range map[string]string{
		"other data":     render(first, "fr", asks, 0),
		"other language": render(first, "en", plain, 0),
		"other day":      render(first, "fr", asks, 48*time.Hour),
	} {
		if !strings.Contains(got, "renamed") {
			t.Errorf("%s: an old card was given:\n%s", name, got)
		}
	}
	s.Name = "again"
	if got := render(second, "fr", plain, 0); !strings.Contains(got, "again") || !kept(second) {
		t.Errorf("other catalogue: an old card was given:\n%s", got)
	}
	for range 2 * maxCards {
		render(second, "fr", card{entry: entry{Software: &catalogue.Software{Name: "x"}}}, 0)
	}
	if len(c.made) > maxCards {
		t.Errorf("%d cards are kept", len(c.made))
	}
}
