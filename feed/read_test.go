package feed

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

const home = "https://blog.example.org/"

// rss returns a feed in RSS with one item.
func rss(item string) string {
	return `<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Le blog</title><link>` + home + `</link><item>` + item + `</item></channel></rss>`
}

// atom returns a feed in Atom with one entry.
func atom(entry string) string {
	return `<feed xmlns="http://www.w3.org/2005/Atom"><title>Le blog</title><link href="` + home + `"/><entry>` + entry + `</entry></feed>`
}

// jsonFeed returns a JSON Feed with one item.
func jsonFeed(item string) string {
	return `{"version":"https://jsonfeed.org/version/1.1","title":"Le blog","items":[` + item + `]}`
}

// said renders an entry on one line: title | link | summary | date.
func said(e Entry) string {
	date := ""
	if at := e.At(); !at.IsZero() {
		date = at.UTC().Format("2006-01-02 15:04")
	}
	return strings.Join([]string{e.Title, strings.TrimPrefix(e.URL, home), e.Summary, date}, " | ")
}

func read(t *testing.T, body string, contentType string) *Feed {
	t.Helper()
	f, err := Read([]byte(body), Source{Address: home + "flux/feed.xml", ContentType: contentType})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestEntries reads feeds with one entry, and compares its text and address.
func TestEntries(t *testing.T) {
	for name, test := range map[string]struct{ body, want string }{
		"RSS": {rss("<title>A &amp; B</title><link>https://blog.example.org/1</link><description>&lt;p&gt;Du &lt;b&gt;texte&lt;/b&gt;.&lt;/p&gt;</description><pubDate>Tue, 01 Sep 2026 08:00:00 +0200</pubDate>"),
			"A & B | 1 | Du texte. | 2026-09-01 06:00"},
		"Atom":                {atom(`<title>A</title><id>urn:1</id><link href="https://blog.example.org/1"/><updated>2026-09-01T08:00:00Z</updated><content type="html">&lt;p&gt;x&lt;/p&gt;</content>`), "A | 1 | x | 2026-09-01 08:00"},
		"JSON":                {jsonFeed(`{"id":"1","url":"https://blog.example.org/1","title":"A","content_html":"<p>x</p>","date_published":"2026-09-01T08:00:00Z"}`), "A | 1 | x | 2026-09-01 08:00"},
		"RSS 1.0":             {`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel><title>x</title></channel><item><title>A</title><link>https://blog.example.org/1</link></item></rdf:RDF>`, "A | 1 |  | "},
		"Atom with a prefix":  {`<z:feed xmlns:z="http://www.w3.org/2005/Atom"><z:title>x</z:title><z:entry><z:title>A</z:title><z:link href="/1"/></z:entry></z:feed>`, "A | 1 |  | "},
		"Atom, https":         {strings.Replace(atom("<title>A</title><link href='/1'/>"), "http://www", "https://www", 1), "A | 1 |  | "},
		"Atom 0.3":            {`<feed xmlns="http://purl.org/atom/ns#"><title>x</title><entry><title>A</title><link rel="alternate" href="/1"/><issued>2026-09-01T08:00:00Z</issued></entry></feed>`, "A | 1 |  | 2026-09-01 08:00"},
		"XML 1.1":             {strings.Replace(rss("<title>A</title>"), `"1.0"`, `"1.1"`, 1), "A |  |  | "},
		"notices before":      {"\r\n<br />\n<b>Warning</b>: x in <b>/srv/y.php</b><br />\n" + rss("<title>A</title>"), "A |  |  | "},
		"a comment before":    {"<!-- " + strings.Repeat("é <rss> ", 5000) + "-->" + rss("<title>A</title>"), "A |  |  | "},
		"marks before":        {"\ufeff \ufeff" + rss("<title>A</title>"), "A |  |  | "},
		"junk after":          {rss("<title>A</title>") + "<script>1<2</script>", "A |  |  | "},
		"forbidden bytes":     {rss("<title>A\x08B\x00C</title>"), "A B C |  |  | "},
		"forbidden reference": {rss("<title>A&#8;B&#xFFFF;C&#xD800;D</title>"), "A B C D |  |  | "},
		"surrogate halves":    {rss("<title>&#55357;&#56841; &#xd83d;&#xDE09;</title>"), "😉 😉 |  |  | "},
		"bytes of Windows":    {rss("<title>l&#146;eau</title>"), "l’eau |  |  | "},
		"own entity":          {`<!DOCTYPE rss [<!ENTITY a "Agence"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>` + rss("<title>&a; &b; &f; &eacute;</title>"), "Agence &b; &f; é |  |  | "},
		"stray signs":         {rss("<title>A & B &c; 1 < 2</title>"), "A & B &c; 1 < 2 |  |  | "},
		"an unclosed element": {rss("<title>A</title><foo><description>x</description>"), "A |  | x | "},
		"HTML as it is":       {rss("<title>A</title><description><p>Un<br>deux <b>trois</p></description>"), "A |  | Un deux trois | "},

		"guid":                    {rss("<title>A</title><guid>https://blog.example.org/1</guid>"), "A | 1 |  | "},
		"guid that is none":       {rss(`<title>A</title><guid isPermaLink="false">https://blog.example.org/1</guid>`), "A |  |  | "},
		"id that is an address":   {atom("<title>A</title><id>https://blog.example.org/1</id>"), "A | 1 |  | "},
		"its own document alone":  {atom(`<title>A</title><id>urn:1</id><link rel="self" href="https://blog.example.org/1.atom"/>`), "A | 1.atom |  | "},
		"its own document, page":  {atom(`<title>A</title><id>urn:1</id><link rel="self" href="https://blog.example.org/1.atom"/><content type="html">&lt;a href="https://blog.example.org/1"&gt;x&lt;/a&gt;</content>`), "A | 1 | x | "},
		"atom:link in RSS":        {rss(`<title>A</title><atom:link href="https://blog.example.org/1"/>`), "A | 1 |  | "},
		"Atom’s namespace in RSS": {rss(`<title>A</title><link xmlns="http://www.w3.org/2005/Atom" href="https://blog.example.org/1"/>`), "A | 1 |  | "},
		"content elsewhere":       {atom(`<title>A</title><id>urn:1</id><content type="text/html" src="/1"/>`), "A | 1 |  | "},
		"a file":                  {rss(`<title>A</title><enclosure url="https://blog.example.org/1.mp3"/>`), "A | 1.mp3 |  | "},
		"the page among links":    {atom(`<title>A</title><link rel="enclosure" href="/1.mp3"/><link rel="self" href="/1.atom"/><link rel="replies" href="/c"/><link rel="alternate" type="application/pdf" href="/1.pdf"/><link href="/1"/>`), "A | 1 |  | "},
		"a link without href":     {atom(`<title>A</title><link href="/1"/><link rel="enclosure">https://x.example.org/i.jpg</link>`), "A | 1 |  | "},
		"an address in the text":  {rss("<title>A</title><description>Voir https://blog.example.org/1.</description>"), "A | 1 | Voir https://blog.example.org/1. | "},
		"escaped twice":           {rss("<title>A</title><link>https://blog.example.org/?a=1&amp;amp;b=2</link>"), "A | ?a=1&b=2 |  | "},
		"no web address":          {rss("<title>A</title><link>javascript:alert(1)</link>"), "A |  |  | "},
		"xml:base":                {strings.Replace(atom(`<title>A</title><link href="c"/>`), "<entry", `<entry xml:base="a/b/"`, 1), "A | flux/a/b/c |  | "},
		"a folder":                {strings.Replace(atom(`<title>A</title><link href="1"/>`), "<entry", `<link rel="self" href="https://blog.example.org/deux/atom.xml"/><entry`, 1), "A | deux/1 |  | "},
		"JSON, external":          {jsonFeed(`{"id":"1","title":"A","external_url":"https://blog.example.org/1"}`), "A | 1 |  | "},
		"JSON, attachment":        {jsonFeed(`{"id":"1","title":"A","attachments":[{"url":"https://blog.example.org/1.mp3"}]}`), "A | 1.mp3 |  | "},

		"a tag in a title":       {rss("<title>Plus de &lt;blink&gt; ni de &lt;b&gt;</title>"), "Plus de <blink> ni de <b> |  |  | "},
		"markup in a title":      {rss("<title>&lt;em&gt;A&lt;/em&gt; &amp;amp; B&lt;br/&gt;C</title>"), "A & B C |  |  | "},
		"tags escaped twice":     {rss("<title>&amp;lt;details&amp;gt;</title>"), "<details> |  |  | "},
		"Atom’s text":            {atom(`<title type="text">&lt;dialog&gt; &amp;amp; co</title>`), "<dialog> &amp; co |  |  | "},
		"Atom’s HTML":            {atom(`<title type="html">&lt;b&gt;A&lt;/b&gt; &amp;amp; co</title>`), "A & co |  |  | "},
		"Atom’s XHTML":           {atom(`<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><b>A</b> &amp; co</div></title>`), "A & co |  |  | "},
		"JSON’s text":            {jsonFeed(`{"id":"1","title":"<dialog> &amp; co","content_text":"if a<b then"}`), "<dialog> &amp; co |  | if a<b then | "},
		"CDATA in CDATA":         {atom("<title>&lt;![CDATA[Lettre]]&gt;</title>"), "Lettre |  |  | "},
		"a script without end":   {rss("<title>A</title><description>&lt;script async src='x'/&gt;&lt;p&gt;Le texte.&lt;/p&gt;</description>"), "A |  | Le texte. | "},
		"a script":               {rss("<title>A</title><description>a &lt;script&gt;b&lt;/script&gt; c &lt;style&gt;d&lt;/style&gt;</description>"), "A |  | a c | "},
		"an unfinished tag":      {rss("<title>A</title><description>if a&lt;b then</description>"), "A |  | if a<b then | "},
		"no title":               {rss("<description>" + strings.Repeat("mot ", 30) + "</description>"), strings.TrimSpace(strings.Repeat("mot ", 20)) + "… |  | " + strings.TrimSpace(strings.Repeat("mot ", 30)) + " | "},
		"no title but an image":  {rss("<description>&lt;img src='x' alt='Un chat'&gt;</description>"), "Un chat |  |  | "},
		"no title but a link":    {rss("<link>https://blog.example.org/1/</link>"), "blog.example.org/1 | 1/ |  | "},
		"nothing but an id":      {rss("<guid>x</guid>"), " |  |  | "},
		"a section for a text":   {rss("<title>A</title><description>\n-\n<a href='/r'>Rubrique</a></description><content:encoded>&lt;p&gt;Le texte.&lt;/p&gt;</content:encoded>"), "A |  | Le texte. | "},
		"a title of its own":     {rss("<itunes:title>Court</itunes:title><image><title>Logo</title></image><title>A</title>"), "A |  |  | "},
		"another feed’s title":   {atom("<source><title>B</title><id>urn:b</id></source><title>A</title>"), "A |  |  | "},
		"a video":                {atom("<title>A</title><media:group><media:title>B</media:title><media:description>Ce qu’on voit.</media:description></media:group>"), "A |  | Ce qu’on voit. | "},
		"no date":                {rss("<title>A</title><pubDate>hier</pubDate><dc:date>2026-08-30T10:00Z</dc:date>"), "A |  |  | 2026-08-30 10:00"},
		"JSON, odd fields":       {jsonFeed(`{"id":42,"authors":{"name":1},"author":"x","tags":"a, b","title":"A","url":7,"attachments":{},"summary":null}`), "A |  |  | "},
		"JSON, halves of emojis": {jsonFeed(`{"id":"1","title":"\ud83d\ude09 \ud83d"}`), "😉 � |  |  | "},
	} {
		t.Run(name, func(t *testing.T) {
			f := read(t, test.body, "")
			if len(f.Entries) != 1 {
				t.Fatalf("%d entries, dropped %v", len(f.Entries), f.Dropped)
			}
			if got := said(f.Entries[0]); got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

// A broken entry does not affect the others.
func TestDropped(t *testing.T) {
	for name, body := range map[string]string{
		"null items":          jsonFeed(`null,{"id":"1","title":"A"},[]`),
		"a feed cut off":      strings.TrimSuffix(rss("<title>A</title></item><item><title>B</title><pubDate>Tue, 01 Sep"), "</item></channel></rss>"),
		"an entry of nothing": rss("<title>A</title></item><item><author>x</author>"),
		"an unclosed entry":   rss("<title>A</title></item><item><title>B</title></channel>"),
		"a JSON item cut off": strings.TrimSuffix(jsonFeed(`{"id":"1","title":"A"},{"id":"2","tit`), "]}"),
		"JSON cut off":        strings.TrimSuffix(jsonFeed(`{"id":"1","title":"A"},null`), "]}"),
	} {
		t.Run(name, func(t *testing.T) {
			if f := read(t, body, ""); len(f.Entries) != 1 || f.Entries[0].Title != "A" || len(f.Dropped) == 0 {
				t.Errorf("got %v, dropped %v", f.Entries, f.Dropped)
			}
		})
	}
}

// Other documents are refused, even if they can be parsed.
func TestNoFeed(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		err  error
	}{
		"nothing":                 {"", ErrFormat},
		"a page":                  {"<!DOCTYPE html><html><head></head></html>", ErrPage},
		"XHTML":                   {`<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html xmlns="http://www.w3.org/1999/xhtml"/>`, ErrPage},
		"a site map":              {"<urlset><url><loc>x</loc></url></urlset>", ErrFormat},
		"an empty channel":        {`<rss version="2.0"><channel></channel></rss>`, ErrFormat},
		"entries of nothing":      {`<rss version="2.0"><channel><item/><item></item></channel></rss>`, ErrFormat},
		"other JSON":              {`{"items":[{"id":1}]}`, ErrFormat},
		"a JSON array":            {`[{"id":1}]`, ErrFormat},
		"text":                    {"bonjour", ErrFormat},
		"elements in one another": {rss(strings.Repeat("<b>", 100_000)), ErrTooMany},
		"empty elements":          {rss(strings.Repeat("<b/>", 600_000)), ErrTooMany},
		"entries":                 {rss(strings.Repeat("<item/>", 60_000)), ErrTooMany},
		"values in one another":   {`{"items":` + strings.Repeat("[", 4_000_000), ErrTooMany},
		"null items":              {jsonFeed(strings.Repeat("null,", 1_000_000) + "null"), ErrTooMany},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Read([]byte(test.body), Source{Address: home}); !errors.Is(err, test.err) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A feed without entries is a feed.
func TestEmptyFeed(t *testing.T) {
	f := read(t, `<rss version="2.0"><channel><title>Le blog</title></channel></rss>`, "")
	if f.Title != "Le blog" || len(f.Entries) != 0 {
		t.Errorf("got %+v", f)
	}
}

// Entries are sorted by date; one without a date stays behind the one that it follows.
func TestOrder(t *testing.T) {
	item := func(title, date string) string {
		return fmt.Sprintf("<title>%s</title><pubDate>%s</pubDate></item><item>", title, date)
	}
	f := read(t, rss(item("b", "")+item("c", "Tue, 01 Sep 2026 08:00:00 GMT")+item("d", "")+item("a", "Wed, 02 Sep 2026 08:00:00 GMT")), "")
	got := ""
	for _, e := range f.Entries {
		got += e.Title
	}
	if got != "abcd" {
		t.Errorf("got %q", got)
	}
}
