package matrix

import "testing"

func TestPlainText(t *testing.T) {
	for name, test := range map[string]struct{ html, lang, want string }{
		"paragraphs":      {"<p>Bonjour.</p><p>Écrivez <code>!aide</code>.</p>", "fr", "Bonjour.\n\nÉcrivez !aide."},
		"line break":      {"<p>Un<br>deux</p>", "fr", "Un\ndeux"},
		"no signs":        {"<strong>GIMP</strong> <em>retouche</em> <code>a*b</code>", "fr", "GIMP retouche a*b"},
		"link":            {`<a href="https://example.org/a">site</a>`, "fr", "site (https://example.org/a)"},
		"English link":    {`<a href="https://example.org/a">site</a>`, "en", "site (https://example.org/a)"},
		"address as text": {`<a href="mailto:a@example.org">a@example.org</a>`, "fr", "a@example.org"},
		"bullets":         {"<ul><li>un</li><li>deux</li></ul>", "fr", "– un\n– deux"},
		"numbers":         {"<ol><li>un</li><li>deux</li></ol>", "fr", "1. un\n2. deux"},
		"nested bullets":  {"<ul><li>un<ul><li>deux</li></ul></li></ul><p>a * b &gt; c</p>", "fr", "– un\n  – deux\n\na * b > c"},
		"quote":           {"<blockquote><p>mot</p></blockquote>", "fr", "– mot"},
		"struck through":  {"<del>ancien</del> nouveau", "fr", "retiré : ancien nouveau"},
		"struck, English": {"<del>old</del> new", "en", "removed: old new"},
		"unknown tongue":  {"<del>ancien</del>", "", "retiré : ancien"},
		"preformatted":    {"<pre><code>a\n  b\n</code></pre>", "fr", "a\n  b"},
		"entities":        {"a &lt;b&gt; &amp; c", "fr", "a <b> & c"},
		"pill":            {`<a href="https://matrix.to/#/@a:example.org">A</a>`, "fr", "A (https://matrix.to/#/@a:example.org)"},
		"a list from 3":   {`<ol start="3"><li>un</li><li>deux</li></ol>`, "fr", "3. un\n4. deux"},
		"spoiler":         {`a <span data-mx-spoiler="fin">mort</span> b`, "fr", "a [texte masqué : fin] b"},
		"bare spoiler":    {`a <span data-mx-spoiler="">mort</span>`, "en", "a [hidden text]"},
		"everybody":       {"@<b>room</b> <b>@</b>room @r<i>o</i>om <code>@room</code>", "fr", "@\u2060room @\u2060room @\u2060room @\u2060room"},
		"by a link":       {`@<a href="https://example.org">room</a>`, "fr", "@\u2060room (https://example.org)"},
		"by an entity":    {"&#64;room", "fr", "@\u2060room"},
		"data with signs": {"<p>5 * 3 _a_ **b**</p>", "fr", "5 * 3 _a_ **b**"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := PlainText(test.html, test.lang); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
