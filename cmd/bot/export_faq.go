package main

import (
	"html/template"
	"io"
	"strings"

	"heraut/relay"
)

// faqPage is the template of the FAQ as one HTML page that works without scripts, at
// any width, by keyboard and with a screen reader: a language, landmarks, headings in
// order, a link past the list, contrasts of at least 4.5.
var faqPage = template.Must(template.New("faq").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Questions et réponses – {{.RunBy}}</title>
<style>
body { font-family: sans-serif; line-height: 1.6; max-width: 45rem; margin: 0 auto; padding: 1rem; color: #161616; background: #fff }
a { color: #000091 }
a:focus { outline: 2px solid #0a76f6; outline-offset: 2px }
time { color: #555 }
</style>
</head>
<body>
<header role="banner">
<a href="#contenu">Aller aux réponses</a>
<h1>Questions et réponses</h1>
<p>{{.RunBy}}</p>
</header>
<nav role="navigation" aria-label="Questions">
<ol>
{{- range .Entries}}
<li><a href="#n{{.Number}}">{{.Question}}</a></li>
{{- end}}
</ol>
</nav>
<main id="contenu" role="main">
{{- range .Entries}}
<article id="n{{.Number}}" aria-labelledby="t{{.Number}}">
<h2 id="t{{.Number}}">{{.Question}}</h2>
{{- range .Paragraphs}}
<p>{{.}}</p>
{{- end}}
<p><time datetime="{{.Day}}">{{.Day}}</time>{{range .Facts}}, {{.}}{{end}}</p>
</article>
{{- else}}
<p>Aucune réponse n’est gardée.</p>
{{- end}}
</main>
</body>
</html>
`))

// pageEntry is an entry of the FAQ as the template of the exported web page shows it.
type pageEntry struct {
	Number     int64
	Question   string
	Paragraphs []string
	Day        string   // "2026-09-03"
	Facts      []string // what entryFacts says beside
}

// faqAsHTML writes the entries of the FAQ to w as one HTML page in French, which may be
// published as it is. The error comes from writing.
func faqAsHTML(w io.Writer, entries []relay.Entry, config *Config) error {
	page := struct {
		Lang, RunBy string
		Entries     []pageEntry
	}{Lang: "fr", RunBy: config.About.RunBy}
	for _, e := range entries {
		one := pageEntry{Number: e.Number, Question: strings.Join(strings.Fields(e.Question), " "), Day: dayOf(e.KeptAt, config.Timezone), Facts: entryFacts(e, config.Timezone)[1:]}
		for line := range strings.Lines(e.Answer) {
			if line = strings.TrimSpace(line); line != "" {
				one.Paragraphs = append(one.Paragraphs, line)
			}
		}
		page.Entries = append(page.Entries, one)
	}
	return faqPage.Execute(w, page)
}
