// Package locale turns data into text: every sentence for people is one html/template
// file per language and message, in fr/ and en/.
//
// A template contains only the tags p br strong em del code pre blockquote ul ol li a.
// Its line breaks and indentation serve the reader of the template; they are removed
// from the message, since clients show white space. html/template escapes the data;
// texts from outside also go through short, sentence, phrase, list or link, which limit
// their length and remove pings.
package locale

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
	"sync"
)

// Languages are the languages of every message, the default first.
var Languages = []string{"fr", "en"}

//go:embed fr/*.html en/*.html
var files embed.FS

// sets parses the templates of a language when they are first used: most bots speak
// one language, and each costs more than a MiB of memory.
var sets = func() map[string]func() *template.Template {
	all := map[string]func() *template.Template{}
	for _, lang := range Languages {
		all[lang] = sync.OnceValue(func() *template.Template { return template.Must(parse(lang)) })
	}
	return all
}()

// Render returns the message made from the template name in the language lang, as HTML
// ready to send. The first comment in the template's file says which data it needs.
// The error means that the template does not exist or does not fit data.
func Render(lang, name string, data any) (string, error) {
	set, ok := sets[lang]
	if !ok {
		return "", fmt.Errorf("render %s: no language %q", name, lang)
	}
	var b strings.Builder
	if err := set().ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("render %s in %s: %w", name, lang, err)
	}
	return tidy(b.String()), nil
}

// parse parses all templates of a language. A file gives the template with its name,
// without ".html", and may define further ones for use in others.
func parse(lang string) (*template.Template, error) {
	set := template.New(lang)
	set.Funcs(functions(lang)).Funcs(template.FuncMap{
		// part is {{template}} with a computed name. It returns the output of a
		// template of this set, which is already escaped.
		"part": func(name string, data any) (template.HTML, error) {
			var b strings.Builder
			err := set.ExecuteTemplate(&b, name, data)
			return template.HTML(b.String()), err
		},
	})
	names, err := fs.Glob(files, lang+"/*.html")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		source, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if _, err := set.New(strings.TrimSuffix(path.Base(name), ".html")).Parse(compact(string(source))); err != nil {
			return nil, err
		}
	}
	return set, nil
}

// compact returns the source of a template with its line breaks and indentation
// removed. No-break spaces stay.
func compact(source string) string {
	var b strings.Builder
	for line := range strings.Lines(source) {
		b.WriteString(strings.Trim(line, " \t\r\n"))
	}
	return b.String()
}
