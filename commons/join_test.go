package commons

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"heraut/catalogue"
)

// The pairs that a person judged: no different software is joined, and at least
// sixty entries are found in two catalogues or more.
func TestJoinedPairs(t *testing.T) {
	j := newJoin(fourCatalogues(t))
	groups := 0
	for _, group := range j.groups() {
		if len(group) > 1 {
			groups++
		}
	}
	if groups < 60 {
		t.Errorf("only %d entries are in two catalogues or more", groups)
	}
	places := map[string]int{}
	for i, s := range j.entries {
		places[s.ID] = i
	}
	pairs, wrong, found, same := 0, 0, 0, 0
	for line := range strings.Lines(string(readFile(t, "testdata/pairs.tsv"))) {
		part := strings.Split(strings.TrimSpace(line), "\t")
		if len(part) != 5 || strings.HasPrefix(line, "#") {
			continue // a comment
		}
		pairs++
		a, known := places[part[0]]
		b, knownToo := places[part[1]]
		if !known || !knownToo {
			t.Errorf("no entries %s and %s", part[0], part[1])
			continue
		}
		together := j.root(a) == j.root(b)
		switch {
		case part[4] == "same":
			same++
			if together {
				found++
			}
		case together:
			wrong++
			t.Errorf("%s and %s are joined", part[2], part[3])
		}
	}
	if pairs < 200 || found < 80 {
		t.Errorf("%d pairs, %d joined", pairs, found)
	}
	t.Logf("%d groups; of %d pairs, %d are the same software: %d joined; %d joined wrongly", groups, pairs, same, found, wrong)
}

// entry returns an entry of the catalogue with that label; none is the SILL.
func entry(label, id, name, wikidata, code string) catalogue.Software {
	if label != "" {
		id = label + ":" + id
	}
	return catalogue.Software{Catalogue: label, ID: id, Name: name, Wikidata: wikidata, Code: code}
}

func TestJoin(t *testing.T) {
	const code = "https://github.com/a/b"
	ofSILL := func(s catalogue.Software, number string) catalogue.Software {
		s.Identifiers = []catalogue.Identifier{{Source: catalogue.SourceSILL, Value: number}}
		return s
	}
	for name, test := range map[string]struct {
		a, b   []catalogue.Software
		joined bool
	}{
		"one Wikidata item":    {[]catalogue.Software{entry("", "1", "A", "Q1", "")}, []catalogue.Software{entry("x", "1", "B", "Q1", "")}, true},
		"the SILL's number":    {[]catalogue.Software{entry("", "1", "A", "", "")}, []catalogue.Software{ofSILL(entry("x", "7", "B", "", ""), "1")}, true},
		"one repository":       {[]catalogue.Software{entry("", "1", "A b", "", code)}, []catalogue.Software{entry("x", "1", "A", "", code+".git/")}, true},
		"other names":          {[]catalogue.Software{entry("", "1", "iOS", "", code)}, []catalogue.Software{entry("x", "1", "Nagios", "", code)}, false},
		"an organisation":      {[]catalogue.Software{entry("", "1", "A", "", "https://github.com/a")}, []catalogue.Software{entry("x", "1", "A", "", "https://github.com/a")}, false},
		"different items":      {[]catalogue.Software{entry("", "1", "A", "Q1", code)}, []catalogue.Software{entry("x", "1", "A", "Q2", code)}, false},
		"a shared repository":  {[]catalogue.Software{entry("", "1", "A", "", code), entry("", "2", "A c", "", code)}, []catalogue.Software{entry("x", "1", "A", "", code)}, false},
		"the names alone":      {[]catalogue.Software{entry("", "1", "A", "", "")}, []catalogue.Software{entry("x", "1", "A", "", "")}, false},
		"the same in one only": {[]catalogue.Software{entry("", "1", "A", "Q1", ""), entry("", "2", "A", "Q1", "")}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			j := newJoin([]*catalogue.Catalogue{catalogue.New(test.a, time.Time{}), catalogue.New(test.b, time.Time{})})
			if got := len(j.groups()) < len(test.a)+len(test.b); got != test.joined {
				t.Errorf("joined: %t", got)
			}
		})
	}
}

// shelf returns a shelf with these entries.
func shelf(name, label string, all ...catalogue.Software) Shelf {
	c := catalogue.New(all, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	return Shelf{Name: name, Label: label, Current: func() catalogue.State { return catalogue.State{Catalogue: c} }}
}

func TestLibrary(t *testing.T) {
	gimp, also, own := entry("", "1", "GIMP", "Q1", ""), entry("Comptoir", "9", "Gimp", "Q1", ""), entry("Comptoir", "8", "Seul", "", "")
	gimp.License, also.License = "GPL-3.0", "MIT"
	also.Withdrawn = &catalogue.Withdrawal{Abandoned: true}
	also.Updated = time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)
	l := NewLibrary(shelf(SILL, "", gimp), shelf("comptoir", "Comptoir", also, own))
	found := l.Also(&gimp)
	if len(found) != 1 || found[0].Label != "Comptoir" || found[0].License != "MIT" || found[0].Status != "abandoned" || !found[0].Date.Equal(also.Updated) {
		t.Errorf("also in %+v", found)
	}
	if back := l.Also(&also); len(back) != 1 || back[0].Label != "" || back[0].Status != "listed" {
		t.Errorf("also in %+v", back)
	}
	both := l.State([]string{"comptoir", SILL}).Catalogue
	if both.Len() != 2 || strings.Join(both.Labels(), " ") != "SILL Comptoir" {
		t.Errorf("%d entries of %v", both.Len(), both.Labels())
	}
	if s, ok := both.ByID("Comptoir:9"); !ok || s.ID != "1" {
		t.Error("the id in the second catalogue does not find the entry")
	}
	if again := l.State([]string{"comptoir", SILL}).Catalogue; !again.SameEntries(both) {
		t.Error("an unchanged library builds the catalogue again")
	}
	var many []Shelf
	for i := range 10 {
		many = append(many, shelf(fmt.Sprint(i), fmt.Sprint("C", i), entry(fmt.Sprint("C", i), "1", "A", "", "")))
	}
	crowded := NewLibrary(many...)
	for i := range 9 {
		crowded.State([]string{fmt.Sprint(i), fmt.Sprint(i + 1)})
	}
	if len(crowded.merged) != maxMerged {
		t.Errorf("%d sets are held", len(crowded.merged))
	}
	if one := l.State([]string{"comptoir"}).Catalogue; one.Len() != 2 || one.Labels()[0] != "Comptoir" {
		t.Error("one catalogue alone is not itself")
	}
}

func TestLicenseKey(t *testing.T) {
	for _, same := range [][2]string{{"GPL-3.0", "GNU GPLv3"}, {"GPL-3.0-or-later", "GPL-3.0+"}, {"AGPL-3.0-only", "AGPL-3.0"}, {"Apache-2.0", "Apache License 2.0"}, {"MIT", "MIT licence"}} {
		if licenseKey(same[0]) != licenseKey(same[1]) {
			t.Errorf("%s and %s: %s, %s", same[0], same[1], licenseKey(same[0]), licenseKey(same[1]))
		}
	}
	for _, other := range [][2]string{{"GPL-2.0", "GPL-3.0"}, {"GPL-3.0", "AGPL-3.0"}, {"GPL-3.0", "LGPL-3.0"}, {"MIT", "BSD-3-Clause"}} {
		if licenseKey(other[0]) == licenseKey(other[1]) {
			t.Errorf("%s is taken for %s", other[0], other[1])
		}
	}
}
