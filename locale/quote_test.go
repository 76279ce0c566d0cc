package locale

import (
	"errors"
	"strings"
	"testing"

	"heraut/locale/localetest"
)

func TestQuote(t *testing.T) {
	for name, test := range map[string]struct {
		source, plain string
		limit         int
		want          string
		cut           bool
	}{
		"plain lines":        {"", "a < b\n\n  c ", 100, "<p>a &lt; b<br><br>c</p>", false},
		"allowed tags":       {"<p>a <b>b</b> <i>c</i></p><ul><li>d</li></ul>", "", 100, "<p>a <strong>b</strong> <em>c</em></p><ul><li>d</li></ul>", false},
		"no paragraph":       {"a <em>b</em>", "", 100, "<p>a <em>b</em></p>", false},
		"code keeps lines":   {"<pre><code class=\"x\">a\n  b\n</code></pre>", "", 100, "<pre><code>a\n  b</code></pre>", false},
		"headings":           {"<h1>a</h1>b", "", 100, "<p><strong>a</strong><br>b</p>", false},
		"a table":            {"<table><tr><td>a</td><td>b</td></tr></table>", "", 100, "<p>a b </p>", false},
		"the quoted message": {"<mx-reply>old</mx-reply>new", "", 100, "<p>new</p>", false},
		"scripts":            {"<script>alert(1)</script><p onclick=x style=y>a</p>", "", 100, "<p>a</p>", false},
		"images alone":       {"<img src=\"mxc://a/b\">", "fallback", 100, "<p>fallback</p>", false},
		"a mention":          {`<a href="https://matrix.to/#/@a:b.fr">Ada</a>`, "", 100, "<p>Ada</p>", false},
		"a bare mention":     {"", "https://matrix.to/#/@a:b.fr", 100, "<p>https://matrix.\u2060to/#/@a:b.fr</p>", false},
		"the whole room":     {"<b>@room</b> @room", "", 100, "<p><strong>@\u2060room</strong> @\u2060room</p>", false},
		"a link":             {`<a href="https://example.org/?a=1&amp;b" target=x>y</a>`, "", 100, `<p><a href="https://example.org/?a=1&amp;b">y</a></p>`, false},
		"a bad link":         {`<a href="javascript:x">y</a>`, "", 100, "<p>y</p>", false},
		"cut":                {"<p>one two <b>three four</b></p><p>five</p>", "", 13, "<p>one two <strong>thre…</strong></p>", true},
		"cut in plain":       {"", "one two three four\nfive", 13, "<p>one two…</p>", true},
		"exactly":            {"", "one two", 7, "<p>one two</p>", false},
		"hidden text":        {"", "a\u202eb\u200bc", 100, "<p>abc</p>", false},
	} {
		t.Run(name, func(t *testing.T) {
			got, cut := Quote(test.source, test.plain, test.limit)
			if got != test.want || cut != test.cut {
				t.Errorf("got %q, %t; want %q, %t", got, cut, test.want, test.cut)
			}
		})
	}
}

func TestQuoteOfDeepTags(t *testing.T) {
	if got, _ := Quote(strings.Repeat("<blockquote>", 3000)+"a", "plain", 100); got != "<p>plain</p>" {
		t.Errorf("too deep to be read: %q", got)
	}
	got, _ := Quote(strings.Repeat("<blockquote>", 300)+"a", "", 100)
	if n := strings.Count(got, "<blockquote>"); n != maxDepth || !strings.Contains(got, "a") {
		t.Errorf("%d levels: %.100q", n, got)
	}
}

// Whatever is quoted, the message holds no more than it may, in tags that match.
func FuzzQuote(f *testing.F) {
	for _, seed := range []string{
		"", "<p>a</p>", "<ul><li><a href=\"https://a.fr\">b</a>", "<table><td><p>x", "</p></b><a><a>", "<svg><style><img title=\"</style>\">",
		"<a href='http://\"'>b</a>", "<a href='https://a.fr/?\"<'>b</a>",
	} {
		f.Add(seed, "plain")
	}
	f.Fuzz(func(t *testing.T, source, plain string) {
		got, _ := Quote(source, plain, 50)
		if err := errors.Join(localetest.Tags(got)...); err != nil {
			t.Errorf("%q: %v", got, err)
		}
	})
}
