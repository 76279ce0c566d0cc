package catalogue

import (
	"reflect"
	"strings"
	"testing"
)

func TestReadUntrustedText(t *testing.T) {
	s := one(t, `{"id":1,
		"name":"  Évil\u202e\u200b\u0000\n  @room <b>x</b>\u2066 ",
		"description":"`+strings.Repeat("long ", 2000)+`",
		"keywords":["","a\u200bb",{"entity-type":"item","id":"Q1"},"A\u200bB",null,7],
		"userAndReferentCountByOrganization":{"null":{"userCount":3},"":{"userCount":1},"Ville\u202e":{"userCount":2,"referentCount":"1"},"Vide":{}},
		"serviceProviders":[{"name":"P\u202e","url":"javascript:alert(1)"},{"name":"P"},{"url":"https://x.example"}],
		"softwareExternalData":{"externalId":"q42","sourceSlug":"wikidata",
			"url":"javascript:alert(1)","codeRepositoryUrl":"//code.example.org/x","softwareHelp":"https://sill.example.org@evil.example/"}}`)
	checks := map[string][2]string{
		"name":          {s.Name, "Évil @room <b>x</b>"},
		"keywords":      {strings.Join(s.Keywords, "|"), "ab|7"},
		"website":       {s.Website, ""},
		"code":          {s.Code, "https://code.example.org/x"},
		"documentation": {s.Documentation, ""},
		"wikidata":      {s.Wikidata, "Q42"},
	}
	for what, c := range checks {
		if c[0] != c[1] {
			t.Errorf("%s: got %q, want %q", what, c[0], c[1])
		}
	}
	if n := len([]rune(s.Description.FR)); n > maxDescription || n < maxDescription-10 {
		t.Errorf("a long description was cut to %d runes, want about %d", n, maxDescription)
	}
	if len(s.Organizations) != 1 || s.Organizations[0] != (Organization{Name: "Ville", Users: 2, Referents: 1}) {
		t.Errorf("got organisations %+v", s.Organizations)
	}
	if len(s.Providers) != 1 || !reflect.DeepEqual(s.Providers[0], Provider{Name: "P"}) {
		t.Errorf("got providers %+v", s.Providers)
	}
}

func TestLink(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"https":            {"https://www.gimp.org/fr", "https://www.gimp.org/fr"},
		"http":             {"http://example.org", "http://example.org"},
		"upper case":       {"HTTPS://example.org/A", "https://example.org/A"},
		"spaces around":    {" https://example.org ", "https://example.org"},
		"protocol missing": {"//example.org/logo.png", "https://example.org/logo.png"},
		"javascript":       {"javascript:alert(1)", ""},
		"data":             {"data:text/html,x", ""},
		"mail":             {"mailto:a@example.org", ""},
		"no scheme":        {"www.example.org", ""},
		"path":             {"/wiki/GIMP", ""},
		"no host":          {"https:///x", ""},
		"user in it":       {"https://code.gouv.fr@example.org/", ""},
		"space inside":     {"https://example.org/a b", ""},
		"empty":            {"", ""},
		"two":              {"https://a.example, https://b.example", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := link(tt.in); got != tt.want {
				t.Errorf("link(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestDescriptionsThatSayNothing(t *testing.T) {
	s := one(t, `{"id":1,"name":"A","description":"No description","softwareExternalData":{"externalId":"Q1","description":{"fr":"logiciel informatique","en":"image editor"}}}`)
	if s.Description != (Localized{EN: "image editor"}) || s.ExternalDescription != (Localized{}) {
		t.Errorf("got %+v and %+v", s.Description, s.ExternalDescription)
	}
}
