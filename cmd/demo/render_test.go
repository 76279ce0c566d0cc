package main

import (
	"strings"
	"testing"
)

func TestRender(t *testing.T) {
	for name, test := range map[string]struct {
		markup string
		width  int
		want   string
	}{
		"paragraphs":      {"<p>un</p><p>deux<br>trois</p>", 80, "  un\n  deux\n  trois\n"},
		"white space":     {"<p>\n  un \n deux\t</p>\n", 80, "  un deux\n"},
		"an empty line":   {"un<br><br>deux", 80, "  un\n  \n  deux\n"},
		"styles":          {"<strong>b<em>bi</em></strong> <del>s</del> <code>c</code>", 80, "  \x1b[0;1mb\x1b[0;1;3mbi\x1b[0m \x1b[0;9ms\x1b[0m \x1b[0;1mc\x1b[0m\n"},
		"link":            {`<a href="https://example.org/">site</a>, <a href="https://example.org">https://example.org</a>`, 80, "  site (https://example.org/), https://example.org\n"},
		"mail":            {`<a href="mailto:a@example.org">a@example.org</a>`, 80, "  a@example.org\n"},
		"bullets":         {"<p>un</p><ul><li>deux</li><li>trois</li></ul><p>quatre</p>", 80, "  un\n  – deux\n  – trois\n  quatre\n"},
		"numbers":         {`<ol start="9"><li>neuf</li><li>dix<ul><li>dedans</li></ul></li></ol>`, 80, "  9. neuf\n  10. dix\n      – dedans\n"},
		"quote":           {"<blockquote>un<br>deux</blockquote>trois", 80, "  │ un\n  │ deux\n  trois\n"},
		"code block":      {"<pre><code>a  b\n  c\n</code></pre>", 80, "  \x1b[0;1ma  b\x1b[0m\n  \x1b[0;1m  c\x1b[0m\n"},
		"entities":        {"&lt;b&gt; &amp; &#x27;", 80, "  <b> & '\n"},
		"wrapped":         {"<ul><li>un deux trois</li></ul>", 11, "  – un deux\n    trois\n"},
		"wrapped in bold": {"<strong>un deux</strong>", 5, "  \x1b[0;1mun\x1b[0m\n  \x1b[0;1mdeux\x1b[0m\n"},
		"exactly full":    {"un deux", 9, "  un deux\n"},
		"a long word":     {"à https://example.org/long ici", 12, "  à\n  https://example.org/long\n  ici\n"},
		"bound spaces":    {"le prix\u00a0: dix\u202f% ici", 10, "  le\n  prix\u00a0:\n  dix\u202f%\n  ici\n"},
		"wide":            {"漢字 漢字", 7, "  漢字\n  漢字\n"},
		"no room at all":  {"un deux", 0, "  un\n  deux\n"},
		"hostile":         {"a\x1b[2Jb&#x1b;]0;c\x07<script>alert(1)</script>", 80, "  a[2Jb]0;calert(1)\n"},
		"nothing":         {"", 80, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := render(test.markup, "  ", test.width); got != test.want {
				t.Errorf("got\n%q\nwant\n%q", got, test.want)
			}
		})
	}
}

func TestWrap(t *testing.T) {
	got := wrap("un  deux trois\n\n\x07quatre\n  cinq six", 8)
	if want := "un  deux\ntrois\n\nquatre\n  cinq\n  six"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestExcerpt(t *testing.T) {
	for text, want := range map[string]string{
		"gimp":                     "gimp",
		"un\ndeux":                 "un",
		"«\u202fa\u202f» et « b »": "“a” et “ b ”",
		strings.Repeat("é", 41):    strings.Repeat("é", 40) + "…",
	} {
		if got := excerpt(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
