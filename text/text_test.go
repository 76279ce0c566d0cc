package text

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"Éditeur": "editeur", "cœur": "coeur", "Straße": "strasse", "l’État": "l'etat", "ﬁn": "fin", "e\u0301t\u00e9": "ete", "": "",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

// The table of the common characters gives the same as the work on any of them.
func TestFoldTable(t *testing.T) {
	for r := range rune(0x3000) {
		for _, in := range []string{string(r), "Aé" + string(r) + "Zz", string(r) + "\u0301’e", string(r) + "\xff"} {
			if got, want := Fold(in), foldAny(in); got != want {
				t.Fatalf("Fold(%q) = %q, want %q", in, got, want)
			}
		}
	}
}

func TestWords(t *testing.T) {
	if got := strings.Join(Words("L’éditeur «GIMP», v3.2 !"), "|"); got != "l|editeur|gimp|v3|2" {
		t.Errorf("got %q", got)
	}
	for r := range rune(0x3000) { // each character ends a word, or belongs to it
		in := foldAny("a" + string(r) + "b")
		want := strings.FieldsFunc(in, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if got := Words(in); !slices.Equal(got, want) {
			t.Errorf("Words(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTruncate(t *testing.T) {
	for _, test := range []struct {
		in    string
		limit int
		want  string
	}{
		{"bonjour", 3, "bon"}, {"bonjour", 7, "bonjour"}, {"bonjour", 0, ""}, {"éàü", 2, "éà"},
		{"ae\u0301", 2, "a"}, {"ae\u0301", 3, "ae\u0301"}, {"a\xffb", 3, "ab"},
	} {
		if got := Truncate(test.in, test.limit); got != test.want {
			t.Errorf("Truncate(%q, %d) = %q, want %q", test.in, test.limit, got, test.want)
		}
	}
}

func TestTruncateBytes(t *testing.T) {
	for limit, want := range []string{"", "a", "a", "aé", "aé", "aé", "aé€", "aé€z", "aé€z"} {
		if got := TruncateBytes("aé€z", limit); got != want {
			t.Errorf("%d bytes: %q, want %q", limit, got, want)
		}
	}
}

func TestShorten(t *testing.T) {
	for _, test := range []struct {
		in    string
		limit int
		want  string
	}{
		{"un mot", 6, "un mot"}, {"un mot, puis un autre", 14, "un mot, puis…"}, {"anticonstitutionnel", 8, "anticon…"},
		{"un éditeur, libre", 12, "un éditeur…"},
	} {
		if got := Shorten(test.in, test.limit); got != test.want || utf8.RuneCountInString(got) > test.limit {
			t.Errorf("Shorten(%q, %d) = %q, want %q", test.in, test.limit, got, test.want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"sill", "sil", 1}, {"sill", "slil", 1}, {"depot", "depto", 1},
		{"aide", "aidé", 1}, {"kitten", "sitting", 3}, {"ca", "abc", 3},
	} {
		if got := Distance(test.a, test.b); got != test.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
	}
}

func TestPingNobody(t *testing.T) {
	for in, want := range map[string]string{
		"@room, (@Room) !":     "@\u2060room, (@\u2060Room) !",
		"contact@room.example": "contact@room.example",
		"@rooms":               "@rooms",
		"é@room":               "é@\u2060room",
		"":                     "",
	} {
		if got := PingNobody(in); got != want || PingsEverybody(got) {
			t.Errorf("%q became %q", in, got)
		}
	}
	for in, want := range map[string]string{
		"<p>@room</p>":                     "<p>@\u2060room</p>",
		"@<b>room</b>":                     "@\u2060<b>room</b>",
		"<b>@</b>room":                     "<b>@\u2060</b>room",
		"@r<i></i>o<a href=\"x\">o</a>m !": "@\u2060r<i></i>o<a href=\"x\">o</a>m !",
		"a@<b>rooms</b>":                   "a@<b>rooms</b>",
	} {
		if got := PingNobodyHTML(in); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
}

func BenchmarkFold(b *testing.B) {
	for name, in := range map[string]string{"ascii": "a text editor for code", "capitals": "LibreOffice Writer", "french": "Éditeur de textes libre, pour l’État et les collectivités"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Fold(in)
			}
		})
	}
}
