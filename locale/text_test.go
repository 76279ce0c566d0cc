package locale

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestShort(t *testing.T) {
	tests := map[string]struct {
		limit    int
		in, want string
	}{
		"as it is":          {20, "GIMP", "GIMP"},
		"at a word":         {20, "retouche d’images et de photos", "retouche d’images…"},
		"no mark before …":  {12, "images, photos et dessins", "images…"},
		"one long word":     {8, "anticonstitutionnellement", "anticon…"},
		"accents together":  {4, "ede\u0301de\u0301", "ed…"},
		"one line":          {40, "un\ndeux\t trois\u2028quatre", "un deux trois quatre"},
		"no control":        {40, "a\x00b\x1bc", "a b c"},
		"no direction":      {40, "a\u202ecba\u2066x", "acbax"},
		"nothing hidden":    {40, "vi\u00adsi\u200bble\U000E0041", "visible"},
		"emoji stay":        {40, "👩\u200d💻", "👩\u200d💻"},
		"not UTF-8":         {40, "caf\xe9", "caf\uFFFD"},
		"everybody":         {40, "@room, (@Room) !", "@\u2060room, (@\u2060Room) !"},
		"an address":        {40, "contact@room.example", "contact@room.example"},
		"rooms":             {40, "@rooms", "@rooms"},
		"hidden everybody":  {40, "@\u202eroom", "@\u2060room"},
		"a link to mention": {60, "https://matrix.to/#/@a:b.c", "https://matrix.\u2060to/#/@a:b.c"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := short(test.limit, test.in)
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if n := utf8.RuneCountInString(got); n > test.limit {
				t.Errorf("%d characters", n)
			}
		})
	}
}

func TestSentence(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"one":           {"Retouche d’images.", "Retouche d’images."},
		"first of two":  {"Retouche d’images et de photos. Dessine aussi.", "Retouche d’images et de photos."},
		"a version":     {"Remplace la version 2.10 du logiciel précédent. Oui.", "Remplace la version 2.10 du logiciel précédent."},
		"abbreviation":  {"Logiciel (ex. retouche, dessin) libre", "Logiciel (ex. retouche, dessin) libre"},
		"short initial": {"A. B. C est un éditeur de textes libre. Fin.", "A. B. C est un éditeur de textes libre."},
		"question":      {"Vous cherchez un tableur ? Le voici.", "Vous cherchez un tableur ?"},
		"quote":         {"Il se dit « le meilleur des tableurs. » Mais non.", "Il se dit « le meilleur des tableurs. »"},
		"too long":      {strings.Repeat("mot ", 3000), strings.TrimSpace(strings.Repeat("mot ", 15)) + "…"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := sentence(60, test.in); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestLink(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"https":          {"https://www.gimp.org/a?b=c#d", "https://www.gimp.org/a?b=c#d"},
		"http":           {" http://example.org ", "http://example.org"},
		"none":           {"", ""},
		"script":         {"javascript:alert(1)", ""},
		"script in caps": {"JaVaScRiPt://example.org/%0aalert(1)", ""},
		"data":           {"data:text/html,x", ""},
		"no host":        {"https:///path", ""},
		"no scheme":      {"www.gimp.org", ""},
		"hidden host":    {"https://code.gouv.fr@evil.example/", ""},
		"a person":       {"https://matrix.to/#/@camille:example.org", ""},
		"a person there": {"https://tchap.gouv.fr/#/user/@camille:example.org", ""},
		"a room":         {"https://element.example.org/#/room/!abc:example.org", ""},
		"web client":     {"https://example.org/#/docs", "https://example.org/#/docs"},
		"everybody":      {"https://example.org/@room", "https://example.org/%40room"},
		"not a URL":      {"https://exa mple.org", ""},
		"too long":       {"https://example.org/" + strings.Repeat("a", 500), ""},
		"accents":        {"https://example.org/é", "https://example.org/%C3%A9"},
		"quotes":         {`https://example.org/"><b>`, "https://example.org/%22%3E%3Cb%3E"},
		"in the query":   {`https://example.org/?q="><b> c`, "https://example.org/?q=%22%3E%3Cb%3E%20c"},
		"for a host":     {`https://"`, ""},
		"line break":     {"https://example.org/\nx", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := link(test.in); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestWords(t *testing.T) {
	fr, en := spokenIn(t, "fr"), spokenIn(t, "en")
	first := time.Date(2026, time.August, 1, 0, 0, 0, 0, time.UTC)
	tests := map[string]struct{ got, want string }{
		"date":             {fr.date(time.Date(2026, time.September, 3, 0, 0, 0, 0, time.UTC)), "3 septembre 2026"},
		"first of a month": {fr.date(first), "1er août 2026"},
		"English date":     {en.date(first), "1 August 2026"},
		"the time's zone":  {fr.date(time.Date(2026, 9, 3, 23, 0, 0, 0, time.UTC).In(time.FixedZone("", 2*3600))), "4 septembre 2026"},
		"none":             {fr.count(0, "référent", "référents"), "0\u00a0référent"},
		"none in English":  {en.count(0, "user", "users"), "0\u00a0users"},
		"one":              {en.count(1, "user", "users"), "1\u00a0user"},
		"thousands":        {fr.count(1234567, "référent", "référents"), "1\u202f234\u202f567\u00a0référents"},
		"hundreds":         {en.number(999), "999"},
		"English":          {en.number(1000), "1,000"},
		"negative":         {en.number(-123456), "-123,456"},
		"empty list":       {fr.list(3, nil), ""},
		"list of one":      {fr.list(3, []string{"a"}), "a"},
		"list of three":    {fr.list(3, []string{"a", "b", "c"}), "a, b et c"},
		"one more":         {fr.list(2, []string{"a", "b", "c"}), "a, b et 1 autre"},
		"more":             {en.list(2, []string{"a", "b", "c", "d"}), "a, b and 2 others"},
		"long names":       {fr.list(2, []string{strings.Repeat("a", 99)}), strings.Repeat("a", 39) + "…"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if test.got != test.want {
				t.Errorf("got %q, want %q", test.got, test.want)
			}
		})
	}
}
