package locale

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
)

// A template that fails at its use is reported, and its fallback serves.
func TestAFailingTemplateFallsBack(t *testing.T) {
	set, problems, err := Open(folder(t, "de", map[string]string{
		dataFile: "name: deutsch\nfallback: en\n", "loading.html": "<p>{{index .Items 3}}</p>",
	}))
	if err != nil {
		t.Fatal(err, problems)
	}
	log := reportOf(t, set)
	mustFallBack(t)
	if !strings.Contains(log.String(), "template loading of language de") {
		t.Errorf("reported %q", log)
	}
}

// loops returns a template with a text in n nested loops.
func loops(n int, text string) string {
	return strings.Repeat("{{range .Items}}", n) + text + strings.Repeat("{{end}}", n)
}

// doubled returns a template that calls another one twice, which calls another one
// twice, and so on, n times.
func doubled(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{{define "t%d"}}{{template "t%d" .}}{{template "t%d" .}}{{end}}`, i, i+1, i+1)
	}
	fmt.Fprintf(&b, `{{define "t%d"}}x{{end}}<p>{{template "t0" .}}</p>`, n)
	return b.String()
}

// A template that calls itself by a name that it computes, or whose text does not end,
// is reported, and its fallback serves: it does not end the process.
func TestEndlessTemplatesFallBack(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(64 << 20)) // an overflow then takes less memory
	type row struct{ Items [11]int }
	some := struct {
		Items      [11]row
		Catalogues []string
	}{}
	for name, test := range map[string]struct {
		text string
		want string
	}{
		"itself": {`<p>{{part (print "load" "ing") .}}</p>`, errEndless.Error()},
		"long":   {`<p>` + loops(2, strings.Repeat("x", 10_000)) + `</p>`, errLong.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			set, problems, err := Open(folder(t, "de", map[string]string{dataFile: "name: deutsch\nfallback: en\n", "loading.html": test.text}))
			if err != nil {
				t.Fatal(err, problems)
			}
			log := reportOf(t, set)
			english, err := Render("en", "loading", some)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // the first failure leaves nothing behind
				if got, err := Render("de", "loading", some); err != nil || got != english {
					t.Errorf("%.300q, %v", got, err)
				}
			}
			if !strings.Contains(log.String(), test.want) || log.Len() > 4000 {
				t.Errorf("reported %.4000q", log)
			}
		})
	}
}

// The program's own templates stay far from the bounds.
func TestOwnTemplatesAreBounded(t *testing.T) {
	for _, code := range own().Codes() {
		trees, err := own().byCode[code].trees()
		if err != nil {
			t.Fatal(err)
		}
		c := costs{trees: trees}
		for name := range trees {
			if got := c.of(name); got.steps > maxSteps/50 || got.loops >= maxLoops {
				t.Errorf("%s/%s costs %+v", code, name, got)
			}
		}
		if c.circle != nil {
			t.Errorf("%s: %q call each other", code, c.circle)
		}
	}
}

// A folder that is edited while the bot is running, before its first text is needed, is
// reported, and its fallback serves.
func TestAFolderThatChangesFallsBack(t *testing.T) {
	dir := folder(t, "de", map[string]string{dataFile: "name: deutsch\nfallback: en\n", "loading.html": "<p>Moment</p>"})
	set, problems, err := Open(dir)
	if err != nil {
		t.Fatal(err, problems)
	}
	log := reportOf(t, set)
	if err := os.WriteFile(filepath.Join(dir, "de", "loading.html"), []byte("<p>{{if}}</p>"), 0o600); err != nil {
		t.Fatal(err)
	}
	mustFallBack(t)
	if !strings.Contains(log.String(), "templates of language de") {
		t.Errorf("reported %q", log)
	}
}

// A template gives one noun for each plural category that whole numbers have.
func TestPluralsOfOtherLanguages(t *testing.T) {
	for _, test := range []struct {
		rule  string
		nouns []string
		want  []string // for 1, 2, 5, 21 and 22
	}{
		{"fr", []string{"jour", "jours"}, []string{"jour", "jours", "jours", "jours", "jours"}},
		{"pl", []string{"dzień", "dni", "dni!"}, []string{"dzień", "dni", "dni!", "dni!", "dni"}},
		{"ru", []string{"день", "дня", "дней"}, []string{"день", "дня", "дней", "день", "дня"}},
		{"ja", []string{"日"}, []string{"日", "日", "日", "日", "日"}},
		{"pl", []string{"dzień", "dni"}, []string{"dzień", "dni", "dni", "dni", "dni"}}, // a noun lacks
	} {
		g := newGrammar(words{Plural: test.rule})
		for i, n := range []int{1, 2, 5, 21, 22} {
			if got := g.count(n, test.nouns...); !strings.HasSuffix(got, "\u00a0"+test.want[i]) {
				t.Errorf("%s: %d gives %q, want %s", test.rule, n, got, test.want[i])
			}
		}
	}
}
