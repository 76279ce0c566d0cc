package search

import (
	"fmt"
	"testing"
	"time"

	"heraut/catalogue"
)

func someUsed() *Engine {
	return newEngine([]catalogue.Software{
		{ID: "1", Name: "Pinceau", Keywords: []string{"dessin"}, License: "GPL-3.0-only", Platforms: []catalogue.Platform{catalogue.Windows, catalogue.Linux},
			Organizations: []catalogue.Organization{{Name: "Ministère de la Justice", Users: 3, Referents: 1}}},
		{ID: "2", Name: "Crayon", Keywords: []string{"dessin"}, License: "MIT", Platforms: []catalogue.Platform{catalogue.Mac}, InSupport: true, RGAA: catalogue.Yes,
			ProgrammingLanguages: []string{"C++"}, Organizations: []catalogue.Organization{{Name: "Ministère de la Justice", Users: 9}, {Name: "Direction interministérielle du numérique (DINUM)", Users: 1}}},
		{ID: "3", Name: "Gomme", Keywords: []string{"dessin"}, License: "GPL-2.0", Withdrawn: &catalogue.Withdrawal{}},
	}, time.Time{})
}

func TestFacets(t *testing.T) {
	e := someUsed()
	for query, want := range map[string]string{
		"systeme:linux dessin":       "card [Pinceau]",
		"système:mac,linux dessin":   "list [Crayon Pinceau]",
		"licence:gpl":                "card [Pinceau]",
		"-licence:gpl":               "card [Crayon]",
		"support:oui":                "card [Crayon]",
		"referent:oui":               "card [Pinceau]",
		"rgaa:non":                   "card [Pinceau]",
		"langage:c++":                "card [Crayon]",
		"system:windows license:mit": "none []",
		"couleur:bleu":               "unknown couleur",
		"licence GPL":                "card [Pinceau]",
		"logiciels sous licence mit": "card [Crayon]",
		"licence eupl":               "none []", // not what resembles the name
		"sous licence EUPL-1.2":      "none []",
		"licence agplv3":             "none []",
	} {
		r, ok := e.Faceted(query)
		got := fmt.Sprint(r.Shape, " ", names(r.Matches))
		if r.Unknown != "" {
			got = "unknown " + r.Unknown
		}
		if !ok || got != want {
			t.Errorf("«%s»: got %q, want %q", query, got, want)
		}
	}
	for _, query := range []string{"dessin", "licence", "licence libre", "licence mitel", "licence eupla", "dessin licence gpl", "licence gpl dessin", "https://example.org dessin", "LemonLDAP::NG"} {
		if _, ok := e.Faceted(query); ok {
			t.Errorf("«%s» is taken for facets", query)
		}
	}
}

func TestOrganization(t *testing.T) {
	e := someUsed()
	for name, want := range map[string]string{
		"ministere de la justice": "Ministère de la Justice 12 1 [Crayon Pinceau]",
		"JUSTICE":                 "Ministère de la Justice 12 1 [Crayon Pinceau]",
		"dinum":                   "Direction interministérielle du numérique (DINUM) 1 0 [Crayon]",
		"minister justise":        "near [Ministère de la Justice]",
		"xqzkvw":                  "near []",
		"":                        "near []",
	} {
		o, near, ok := e.Organization(name)
		got := fmt.Sprint("near ", near)
		if ok {
			var used []string
			for _, u := range o.Uses {
				used = append(used, u.Software.Name)
			}
			got = fmt.Sprint(o.Name, " ", o.Users, " ", o.Referents, " ", used)
		}
		if got != want {
			t.Errorf("«%s»: got %q, want %q", name, got, want)
		}
	}
}

// A facet of which no entry says anything is no reason to find nothing.
func TestUnrecordedFacet(t *testing.T) {
	bare := For(catalogue.New([]catalogue.Software{{ID: "1", Name: "GIMP", License: "GPL"}}, time.Time{}))
	for query, want := range map[string]string{
		"systeme:linux": "systeme", "gimp langage:c": "langage", "support:oui": "support", "licence:gpl": "", "licence:gpl rgaa:oui": "rgaa",
	} {
		got, ok := bare.Faceted(query)
		if !ok || got.Unrecorded != want || want == "" && len(got.Matches) != 1 {
			t.Errorf("«%s»: %+v, %v", query, got, ok)
		}
	}
}
