package locale

import (
	"errors"
	"html"
	"regexp"
	"strings"
	"testing"

	"heraut/locale/localetest"
	"heraut/text"
)

func TestQuote(t *testing.T) {
	for name, test := range map[string]struct {
		source, plain string
		limit         int
		want          string
		cut           bool
	}{
		"plain lines":        {"", "a < b\n\n  c ", 100, "<p>a &lt; b<br><br>\u00a0\u00a0c</p>", false},
		"indented":           {"", "\n  - a\n\t- b\n", 100, "<p>\u00a0\u00a0- a<br>\u00a0\u00a0\u00a0\u00a0- b</p>", false},
		"numbers":            {`<ol start="3"><li>a</li><li>b</li></ol>`, "", 100, `<ol start="3"><li>a</li><li>b</li></ol>`, false},
		"a number given":     {`<ol><li>a</li><li value="7">b</li><li>c</li></ol>`, "", 100, `<ol><li>a</li></ol><ol start="7"><li>b</li><li>c</li></ol>`, false},
		"the number due":     {`<ol><li>a</li><li value="2">b</li></ol>`, "", 100, `<ol><li>a</li><li>b</li></ol>`, false},
		"no number":          {`<ol start="x' onclick="><li value="99999999999">a</li></ol>`, "", 100, `<ol><li>a</li></ol>`, false},
		"a spoiler":          {`a <span data-mx-spoiler="la fin">b</span>`, "", 100, `<p>a <span data-mx-spoiler="la fin">b</span></p>`, false},
		"a bare spoiler":     {`<p><span data-mx-spoiler>b</span></p>`, "", 100, `<p><span data-mx-spoiler="">b</span></p>`, false},
		"a hostile reason":   {`<span data-mx-spoiler='"><b>@room'>b</span>`, "", 100, `<p><span data-mx-spoiler="&#34;&gt;&lt;b&gt;@` + "\u2060" + `room">b</span></p>`, false},
		"details":            {"<details><summary>a</summary>b<p>c</p></details>d", "", 100, "a<br>b<p>c</p>d", false},
		"details after text": {"a<details><summary>b</summary>c</details>d", "", 100, "<p>a<br>b<br>c<br>d</p>", false},
		"coloured code":      {"<pre><code><span>a</span>\n<span>b\n</span><span>  c</span>\n</code></pre>", "", 100, "<pre><code>a\nb\n  c</code></pre>", false},
		"code with breaks":   {"<pre>a<br>b\n</pre>", "", 100, "<pre>a<br>b</pre>", false},
		"everybody in parts": {"@<b>room</b> <i>@</i>room", "", 100, "<p>@\u2060<strong>room</strong> <em>@\u2060</em>room</p>", false},
		"a div after text":   {"a<div>b</div>c", "", 100, "<p>a<br>b<br>c</p>", false},
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

var tags = regexp.MustCompile(`<[^>]*>`)

// FuzzQuote checks that a quote of any message pings nobody, stays within its limit,
// and has balanced tags.
func FuzzQuote(f *testing.F) {
	for _, seed := range []string{
		"", "<p>a</p>", "<ul><li><a href=\"https://a.fr\">b</a>", "<table><td><p>x", "</p></b><a><a>", "<svg><style><img title=\"</style>\">",
		"<a href='http://\"'>b</a>", "<a href='https://a.fr/?\"<'>b</a>", "@<b>ro</b>om", "<ol start=3><li value=9>a", "<span data-mx-spoiler=x>@</span>room", "<b data-mx-spoiler>0", "<span data-mx-spoiler><p>a</span>b",
	} {
		f.Add(seed, "plain")
	}
	f.Fuzz(func(t *testing.T, source, plain string) {
		got, _ := Quote(source, plain, 50)
		if err := errors.Join(localetest.Tags(got)...); err != nil {
			t.Errorf("%q: %v", got, err)
		}
		if shown := html.UnescapeString(tags.ReplaceAllString(got, "")); text.PingsEverybody(shown) {
			t.Errorf("%q rings everybody", shown)
		}
	})
}
