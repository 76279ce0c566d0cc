package locale

import (
	"html"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"heraut/locale/localetest"
)

// sources returns the templates of a language by name.
func sources(t *testing.T, lang string) map[string]string {
	t.Helper()
	names, err := fs.Glob(files, lang+"/*.html")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, name := range names {
		b, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[path.Base(name)] = string(b)
	}
	return all
}

func defined(lang string) []string {
	var names []string
	for _, t := range own().byCode[lang].set().Templates() {
		if t.Name() != lang { // the set itself
			names = append(names, t.Name())
		}
	}
	slices.Sort(names)
	return names
}

func TestEveryMessageIsInEveryLanguage(t *testing.T) {
	first := slices.Sorted(maps.Keys(sources(t, Languages()[0])))
	if len(first) == 0 {
		t.Fatal("no templates")
	}
	for _, lang := range Languages()[1:] {
		if own().byCode[lang].fallback != nil {
			continue // the fallback serves
		}
		if got := slices.Sorted(maps.Keys(sources(t, lang))); !slices.Equal(got, first) {
			t.Errorf("files of %s: %v\nfiles of %s: %v", lang, got, Languages()[0], first)
		}
		if want, got := defined(Languages()[0]), defined(lang); !slices.Equal(want, got) {
			t.Errorf("templates of %s: %v\ntemplates of %s: %v", lang, got, Languages()[0], want)
		}
	}
}

var action = regexp.MustCompile(`(?s)\{\{.*?\}\}`)

// The data cannot add tags, since html/template escapes it, so the tags in the
// templates are the only ones.
func TestTemplatesHoldAllowedTagsOnly(t *testing.T) {
	for _, lang := range Languages() {
		for name, source := range sources(t, lang) {
			bare := action.ReplaceAllString(strings.ReplaceAll(source, `href="{{`, `href="https://example.org/{{`), "")
			for _, err := range localetest.Tags(compact(bare)) {
				t.Errorf("%s/%s: %v", lang, name, err)
			}
		}
	}
}

func TestTypography(t *testing.T) {
	wrong := map[string]*regexp.Regexp{
		"fr": regexp.MustCompile(`[ \p{L}\p{N})>][:;!?](\s|<|$)|« | »|'|\.\.\.`),
		"en": regexp.MustCompile(`\s[;:!?](\s|<|$)|'|\.\.\.`),
	}
	for _, lang := range Languages() {
		for name, source := range sources(t, lang) {
			if wrong[lang] == nil {
				continue
			}
			text := html.UnescapeString(action.ReplaceAllString(source, "x"))
			for _, at := range wrong[lang].FindAllString(text, -1) {
				t.Errorf("%s/%s: %q: use no-break spaces and typographic apostrophes", lang, name, at)
			}
		}
	}
}

func TestRenderTellsWhatItCannotRender(t *testing.T) {
	if got, err := Render("de", "loading", nil); err != nil {
		t.Errorf("a language that is gone gives %q, %v", got, err)
	}
	if _, err := Render("fr", "nothing", nil); err == nil {
		t.Error("a template that does not exist was rendered")
	}
}

// spokenIn returns the rules of a language.
func spokenIn(t *testing.T, lang string) grammar {
	t.Helper()
	return newGrammar(own().byCode[lang].words())
}
