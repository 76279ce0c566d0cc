// Package locale turns data into text: every sentence for people is one html/template
// file per language and message, in a folder per language.
//
// A language is a folder: its templates, language.yaml with its words and customs, and
// howto.yaml with its answers about the services. The folders of this package are part
// of the program; Open reads more from a directory of the operators. No Go file names a
// language, other than Default.
//
// A template contains only the tags p br strong em del code pre blockquote ul ol li a.
// Its line breaks and indentation serve the reader of the template; they are removed
// from the message, since clients show white space. html/template escapes the data;
// texts from outside also go through short, sentence, phrase, list or link, which limit
// their length and remove pings.
package locale

import (
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
	"sync"
	"sync/atomic"
)

//go:embed */*.html */*.yaml
var files embed.FS

// spoken is a language: a folder, and the language that serves where it has no text.
type spoken struct {
	code   string
	folder fs.FS
	// words and set read the folder when they are first used: most bots speak one
	// language, and each costs more than a MiB of memory.
	words func() words
	set   func() *template.Template
	// fallback is nil if the folder has every text, as a language of the program has.
	// owned are the names of the folder's own templates; nil without a fallback.
	fallback *spoken
	owned    map[string]bool
}

// Render returns the message name in the language lang, made from data, as HTML that
// needs no further treatment. The first comment of the template describes data. If the
// language lacks the message or its template fails, Render takes it from the fallback
// that language.yaml names, and so on. Where lang is no language of the bot, it takes
// Default: a room may have chosen a language whose folder is gone. The error is that of
// the last fallback: no such message, or a template that does not fit data.
func Render(lang, name string, data any) (string, error) {
	html, err := now().find(lang).render(name, data)
	if err != nil {
		return "", fmt.Errorf("render %s in %s: %w", name, lang, err)
	}
	return tidy(html), nil
}

// render renders the template with that name from data. It takes the language's own
// template. If the language lacks it, or the template fails, it takes that of the first
// fallback, and so on. It passes each failure to the function of Report, except the
// failure of the last fallback, which is the error.
func (l *spoken) render(name string, data any) (string, error) {
	for ; l.fallback != nil; l = l.fallback {
		if !l.owned[name] {
			continue
		}
		html, err := l.execute(name, data)
		if err == nil {
			return html, nil
		}
		report(fmt.Errorf("template %s of language %s: %w", name, l.code, err))
	}
	return l.execute(name, data)
}

func (l *spoken) execute(name string, data any) (string, error) {
	var b limited
	err := l.set().ExecuteTemplate(&b, name, data)
	return b.String(), err
}

// has reports whether the language or a fallback has a template.
func (l *spoken) has(name string) bool {
	for ; l.fallback != nil; l = l.fallback {
		if l.owned[name] {
			return true
		}
	}
	return l.set().Lookup(name) != nil
}

// dataLanguage returns the code of the language in which to show texts that catalogues
// give in several: the last fallback, or l itself if it has none.
func (l *spoken) dataLanguage() string {
	for l.fallback != nil {
		l = l.fallback
	}
	return l.code
}

// parse returns the parsed templates of a language and its fallbacks; a template of the
// language replaces that of a fallback. A file is the template with its name, without
// ".html", and may define parts for other templates. The error is that of a file that
// cannot be read or parsed.
func (l *spoken) parse() (*template.Template, error) {
	set := template.New(l.code)
	var parts atomic.Int32
	set.Funcs(l.functions()).Funcs(template.FuncMap{
		// part is {{template}} with a computed name. It returns the output of a
		// template of this set, which is already escaped. A template that calls itself by
		// a computed name would overflow the stack, which ends the process.
		"part": func(name string, data any) (template.HTML, error) {
			defer parts.Add(-1)
			if parts.Add(1) > maxParts {
				return "", errEndless
			}
			var b limited
			err := set.ExecuteTemplate(&b, name, data)
			if errors.Is(err, errEndless) {
				err = errEndless // without the place of each of the calls
			}
			return template.HTML(b.String()), err
		},
	})
	return set, l.parseInto(set)
}

func (l *spoken) parseInto(set *template.Template) error {
	if l.fallback != nil {
		if err := l.fallback.parseInto(set); err != nil {
			return err
		}
	}
	sources, err := templates(l.folder)
	if err != nil {
		return err
	}
	for _, s := range sources {
		if _, err := set.New(s.name).Parse(s.text); err != nil {
			return err
		}
	}
	return nil
}

// source is a file of templates: its name without ".html", and its compacted text.
type source struct{ name, text string }

// templates returns the files of templates in a language's folder, by alphabet. The
// error is that of reading a file, or of one that is larger than maxFile.
func templates(folder fs.FS) (all []source, err error) {
	names, err := fs.Glob(folder, "*.html")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		if len(text) > maxFile {
			return nil, fmt.Errorf("%s is larger than %d KiB", name, maxFile>>10)
		}
		all = append(all, source{strings.TrimSuffix(path.Base(name), ".html"), compact(string(text))})
	}
	return all, nil
}

// compact returns the source of a template without its line breaks, and without the
// spaces and tabs at both ends of each line. So a word at the end of a line joins the
// first one of the next line. No-break spaces stay.
func compact(source string) string {
	var b strings.Builder
	for line := range strings.Lines(source) {
		b.WriteString(strings.Trim(line, " \t\r\n"))
	}
	return b.String()
}

// once returns a function that returns the templates of a checked language, which it
// parses at its first call. Operators may change or remove a folder after the check: if
// its templates no longer parse, the function reports that and returns the templates of
// the fallback. It panics if the templates of the program do not parse. It is safe for
// concurrent use.
func (l *spoken) once() func() *template.Template {
	return sync.OnceValue(func() *template.Template {
		set, err := l.parse()
		if err != nil && l.fallback != nil {
			report(fmt.Errorf("templates of language %s: %w", l.code, err))
			return l.fallback.set()
		}
		return template.Must(set, err)
	})
}
