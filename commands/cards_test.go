package commands

import (
	"strconv"
	"strings"
	"testing"
	"time"
	"weak"

	"heraut/catalogue"
)

// TestCardsAreRenderedAgain: a kept card serves for the same data, catalogue, language
// and day only.
func TestCardsAreRenderedAgain(t *testing.T) {
	first, second := catalogue.New(nil, time.Now()), catalogue.New(nil, time.Now())
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
	if got := render(second, "fr", plain, 0); !strings.Contains(got, "again") {
		t.Errorf("other catalogue: an old card was given:\n%s", got)
	}
	for i := range 2 * maxCards {
		render(second, "fr", card{entry: entry{Software: &catalogue.Software{ID: strconv.Itoa(i), Name: "x"}}}, 0)
	}
	if len(c.made) > maxCards {
		t.Errorf("%d cards are kept", len(c.made))
	}
}

// TestCardsOfCopies: a catalogue gives another copy of an entry for each search, and
// rooms take turns with their catalogues; each card is rendered once all the same.
func TestCardsOfCopies(t *testing.T) {
	entries := []catalogue.Software{{ID: "1", Name: "GIMP"}, {ID: "2", Name: "Krita"}}
	both := []*catalogue.Catalogue{catalogue.New(entries, time.Now()), catalogue.New(entries[1:], time.Now())}
	var c cards
	for range 3 {
		for _, of := range both {
			s := of.Entry(0)
			html, err := c.render(of, "fr", card{entry: entry{Software: s}}, time.Now())
			if err != nil || !strings.Contains(html, s.Name) {
				t.Errorf("the card of %s: %v\n%s", s.Name, err, html)
			}
		}
	}
	if len(c.made) != len(both) {
		t.Errorf("%d cards are kept, not %d", len(c.made), len(both))
	}
	if again, of := both[0].Entry(0), both[0]; c.made[cardKey{weak.Make(of), again.ID, "fr"}].data.Software != nil {
		t.Error("a kept card keeps its entry too")
	}
	renamed := both[0].Entry(0)
	renamed.Name = "renamed"
	if html, err := c.render(both[0], "fr", card{entry: entry{Software: renamed}}, time.Now()); err != nil || strings.Contains(html, "renamed") {
		t.Errorf("the card of another copy was rendered again: %v\n%s", err, html)
	}
}
