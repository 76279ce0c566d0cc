package commands

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"heraut/catalogue"
	"heraut/locale"
	"heraut/text"
)

func TestFirstLine(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"one":         {"!sill gimp", "!sill gimp"},
		"blank ones":  {" \n\u00a0\t\n !sill gimp \nmerci", "!sill gimp"},
		"nothing":     {"\n\n", ""},
		"CRLF":        {"!sill gimp\r\nmerci", "!sill gimp"},
		"bounded":     {strings.Repeat("é", 9999), strings.Repeat("é", maxLine)},
		"end trimmed": {strings.Repeat("é", maxLine-1) + " éé", strings.Repeat("é", maxLine-1)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := firstLine(test.in); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestFind(t *testing.T) {
	a := &Answerer{table: table()}
	tests := map[string]struct{ in, command, args string }{
		"a command":             {"sill gimp", "sill", "gimp"},
		"alone":                 {"sill", "sill", ""},
		"in capitals":           {"SILL Gimp", "sill", "Gimp"},
		"a part":                {"sill remplace photoshop", "sill remplace", "photoshop"},
		"a part alone":          {"sill compare", "sill compare", ""},
		"with accents":          {"sill nouveautés 5", "sill nouveautes", "5"},
		"accents apart":         {"sill nouveaute\u0301s", "sill nouveautes", ""},
		"an alias":              {"help sill", "aide", "sill"},
		"a part's alias":        {"Sill Équivalent à Word", "sill remplace", "à Word"},
		"a colon":               {"sill : gimp", "sill", "gimp"},
		"a colon stuck to it":   {"sill: gimp", "sill", "gimp"},
		"a colon at the end":    {"depot : langage:", "depot", "langage:"},
		"no-break spaces":       {"sill\u00a0remplace\u202fphotoshop", "sill remplace", "photoshop"},
		"several spaces":        {"sill   utilisateurs   7-Zip  ", "sill utilisateurs", "7-Zip"},
		"a part without topic":  {"remplace photoshop", "", ""},
		"a longer word":         {"sillage", "", ""},
		"the start of a word":   {"sill rem photoshop", "sill", "rem photoshop"},
		"nothing":               {"", "", ""},
		"a part of another one": {"aide compare", "aide", "compare"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c, args := a.find(test.in)
			var command string
			if c != nil {
				command = c.name()
			}
			if command != test.command || args != test.args {
				t.Errorf("got %q and %q, want %q and %q", command, args, test.command, test.args)
			}
		})
	}
}

func TestSplit(t *testing.T) {
	tests := map[string]struct {
		in   string
		want []string
	}{
		"a comma":            {"gimp, krita", []string{"gimp", "krita"}},
		"several":            {"a b,c ; d", []string{"a b", "c", "d"}},
		"a comma at the end": {"libre office, gimp,", []string{"libre office", "gimp"}},
		"a comma, then et":   {"gimp, krita et vlc", []string{"gimp", "krita", "vlc"}},
		"et":                 {"libre office et only office", []string{"libre office", "only office"}},
		"vs":                 {"Gimp VS. Krita", []string{"Gimp", "Krita"}},
		"a slash":            {"gimp / krita", []string{"gimp", "krita"}},
		"two words":          {"gimp krita", []string{"gimp", "krita"}},
		"one word":           {"gimp", nil},
		"three words":        {"gimp libre office", nil},
		"one, and a comma":   {"gimp,", nil},
		"nothing":            {"", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := split(test.in); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestNumber(t *testing.T) {
	tests := map[string]struct {
		in   string
		want int // 0 for none
	}{
		"a digit":      {"3", 3},
		"two":          {"12", 12},
		"a keycap":     {"3\uFE0F\u20E3", 3},
		"n°":           {"N° 3", 3},
		"no":           {"no 3", 3},
		"hash":         {"#3", 3},
		"a stop":       {" 3. ", 3},
		"the":          {"le 3", 3},
		"la":           {"La 3", 3},
		"an option":    {"option 3", 3},
		"a choice":     {"choix n° 3", 3},
		"in words":     {"numéro 3", 3},
		"decomposed":   {"le nume\u0301ro 3", 3},
		"circled":      {"③", 3},
		"circled, ten": {"⑩", 10},
		"in black":     {"❸", 3},
		"sans serif":   {"➂", 3},
		"full width":   {"３", 3},
		"no-break":     {"le\u00a03", 3},
		"the day":      {"le 3 mai", 0},
		"zero":         {"0", 0},
		"three digits": {"100", 0},
		"negative":     {"-3", 0},
		"words":        {"3 ou 4", 0},
		"a version":    {"3.1", 0},
		"a name":       {"7-Zip", 0},
		"nothing":      {"", 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, ok := number(test.in)
			if got != test.want || ok != (test.want != 0) {
				t.Errorf("got %d, %v", got, ok)
			}
		})
	}
}

func TestNearest(t *testing.T) {
	a := &Answerer{table: table()}
	tests := map[string]struct{ in, want string }{
		"a letter less":   {"sil", "sill"},
		"two swapped":     {"adie", "aide"},
		"English":         {"halp", "help"},
		"a part":          {"compare", "sill compare"},
		"a misspelt part": {"prestatairs", "sill prestataires"},
		"with accents":    {"nouveautés", "sill nouveautes"},
		"far":             {"meteo", ""},
		"too short":       {"x", ""},
		"very long":       {strings.Repeat("aide", 9999), ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := a.nearest(test.in); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// Every row of the table needs a line in the guide to rights.
func TestTableIsDocumented(t *testing.T) {
	rights, err := os.ReadFile(filepath.Join("..", "doc", "droits.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range table() {
		if !strings.Contains(string(rights), "!"+c.name()) {
			t.Errorf("doc/droits.md lacks !%s", c.name())
		}
	}
}

func TestTableIsWhole(t *testing.T) {
	a := NewAnswerer(Parts{Catalogue: func() catalogue.State { return catalogue.State{} }})
	seen := map[string]bool{}
	for i := range a.table {
		c := &a.table[i]
		for _, word := range c.words {
			if word != text.Fold(word) {
				t.Errorf("%q is not as people may type it without accents", word)
			}
			if seen[c.with(word)] {
				t.Errorf("%q stands twice in the table", c.with(word))
			}
			seen[c.with(word)] = true
			if found, _ := a.find(c.with(word)); found != c {
				t.Errorf("%q is not found", c.with(word))
			}
		}
		for _, lang := range locale.Languages() {
			r := request{Line: Line{Lang: lang, Prefix: "!"}, command: a.byName("aide")}
			got, err := a.explain(t.Context(), r, c)
			if err != nil {
				t.Errorf("%s has no help in %s: %v", c.name(), lang, err)
			}
			if _, typed, _ := strings.Cut(got.HTML, "<code>!"); !a.begins(typed, c) {
				t.Errorf("the help of %s in %s begins with another command: %s", c.name(), lang, got.HTML)
			}
		}
	}
}

// begins reports whether a help text begins with the command c.
func (a *Answerer) begins(typed string, c *command) bool {
	typed, _, _ = strings.Cut(typed, "</code>")
	typed, _, _ = strings.Cut(typed, "&lt;")
	typed, _, _ = strings.Cut(typed, "[")
	found, _ := a.find(strings.TrimSpace(typed))
	return found == c
}
