package search

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"heraut/catalogue"
)

// Each rule of ranking has a small catalogue of its own.
func TestRanking(t *testing.T) {
	withdrawn := &catalogue.Withdrawal{}
	people := func(n int) []catalogue.Organization { return []catalogue.Organization{{Name: "Commune", Users: n}} }
	tests := map[string]struct {
		entries []catalogue.Software
		query   string
		want    []string
	}{
		"name, keyword, product, description": {
			[]catalogue.Software{
				{Name: "Alpha", Description: catalogue.Localized{FR: "remplit une zorba"}},
				{Name: "Beta", Replaces: []catalogue.Similar{{Name: "Zorba"}}},
				{Name: "Gamma", Keywords: []string{"zorba"}},
				{Name: "Zorba"},
			},
			"zorba", []string{"Zorba", "Gamma", "Beta", "Alpha"},
		},
		"a beginning matches, a middle does not": {
			[]catalogue.Software{{Name: "Zorbatron"}, {Name: "Megazorba"}, {Name: "Beta", Keywords: []string{"zorbatique"}}},
			"zorba", []string{"Zorbatron", "Beta"},
		},
		"the recommended first": {
			[]catalogue.Software{{Name: "Alpha", Keywords: []string{"zorba"}}, {Name: "Beta", Keywords: []string{"zorba"}, Recommended: true}},
			"zorba", []string{"Beta", "Alpha"},
		},
		"then the most used": {
			[]catalogue.Software{
				{Name: "Alpha", Keywords: []string{"zorba"}, Organizations: people(2)},
				{Name: "Beta", Keywords: []string{"zorba"}, Organizations: people(30)},
				{Name: "Gamma", Keywords: []string{"zorba"}, Recommended: true},
			},
			"zorba", []string{"Gamma", "Beta", "Alpha"},
		},
		"the withdrawn last": {
			[]catalogue.Software{
				{Name: "Alpha", Keywords: []string{"zorba"}, Recommended: true, Withdrawn: withdrawn},
				{Name: "Beta", Description: catalogue.Localized{FR: "une zorba"}},
			},
			"zorba", []string{"Beta", "Alpha"},
		},
		"the withdrawn first when named": {
			[]catalogue.Software{{Name: "Beta", Keywords: []string{"zorba"}}, {Name: "Zorba", Withdrawn: withdrawn}},
			"zorba", []string{"Zorba", "Beta"},
		},
		"the name itself before longer ones": {
			[]catalogue.Software{{Name: "Zorba Mobile", Recommended: true, Organizations: people(9)}, {Name: "Zorba"}},
			"ZORBA", []string{"Zorba", "Zorba Mobile"},
		},
		"an exact word of a product before a beginning of a name": {
			[]catalogue.Software{{Name: "Zorbatron"}, {Name: "Beta", Replaces: []catalogue.Similar{{Name: "Maxi Zorba"}}}},
			"zorba", []string{"Beta", "Zorbatron"},
		},
		"a well-known product before a part of a name": {
			[]catalogue.Software{{Name: "WordSmith"}, {Name: "Beta", Replaces: []catalogue.Similar{{Name: "Microsoft Word"}}}},
			"word", []string{"Beta"},
		},
		"but not before a name": {
			[]catalogue.Software{{Name: "Word"}, {Name: "Beta", Replaces: []catalogue.Similar{{Name: "Microsoft Word"}}}},
			"word", []string{"Word", "Beta"},
		},
		"all words rather than some": {
			[]catalogue.Software{
				{Name: "Alpha", Keywords: []string{"zorba"}},
				{Name: "Beta", Description: catalogue.Localized{FR: "des zorbas velues"}},
				{Name: "Gamma", Keywords: []string{"velue"}},
			},
			"zorba velue", []string{"Beta"},
		},
		"the other name": {
			[]catalogue.Software{{Name: "Alpha", OtherNames: []string{"Zorba"}}, {Name: "Beta", Keywords: []string{"zorba"}}},
			"zorba", []string{"Alpha", "Beta"},
		},
		"a free program outside the catalogue": {
			[]catalogue.Software{{Name: "Alpha", Similar: []catalogue.Similar{{Name: "Zorba"}}}, {Name: "Beta", Similar: []catalogue.Similar{{Name: "Alpha", ID: "0"}}}},
			"zorba", []string{"Alpha"},
		},
		"English where that is all": {
			[]catalogue.Software{{Name: "Alpha", Description: catalogue.Localized{EN: "zorba reader"}}, {Name: "Beta"}},
			"zorba reader", []string{"Alpha"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for i := range tt.entries {
				tt.entries[i].ID = fmt.Sprint(i)
			}
			if got := names(newEngine(tt.entries, time.Time{}).Search(tt.query).Matches); !slices.Equal(got, tt.want) {
				t.Errorf("«%s» found %q, want %q", tt.query, got, tt.want)
			}
		})
	}
}
