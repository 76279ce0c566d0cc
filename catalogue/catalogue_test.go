package catalogue

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestCatalogue(t *testing.T) {
	at := func(day int) time.Time { return time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC) }
	c := New([]Software{
		{ID: "1", Name: "A", Referenced: at(1)},
		{ID: "2", Name: "B", Referenced: at(5), Withdrawn: &Withdrawal{Time: at(6)}},
		{ID: "3", Name: "C", Referenced: at(3)},
		{ID: "4", Name: "D"},
		{ID: "5", Name: "E", Referenced: at(2), Withdrawn: &Withdrawal{Time: at(9)}},
		{ID: "6", Name: "F", Withdrawn: &Withdrawal{}},
	}, at(20))
	list := func(all []*Software) string {
		var b strings.Builder
		for _, s := range all {
			b.WriteString(s.Name)
		}
		return b.String()
	}
	for got, want := range map[string]string{
		"newest " + list(c.Newest(5)):               "newest CA",
		"newest " + list(c.Newest(1)):               "newest C",
		"newest " + list(c.Newest(-1)):              "newest ",
		"withdrawn " + list(c.LastWithdrawn(5)):     "withdrawn EB",
		fmt.Sprint("length ", c.Len()):              "length 6",
		fmt.Sprint("date ", c.AsOf().Equal(at(20))): "date true",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if s, ok := c.ByID("3"); !ok || s.Name != "C" {
		t.Error("no entry by its id")
	}
	if _, ok := c.ByID("7"); ok {
		t.Error("an entry by an unknown id")
	}
}
