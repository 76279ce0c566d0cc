package feed

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// FuzzRead checks the guarantees of Read for any bytes: plain text on one line, web
// addresses, entries in order.
func FuzzRead(f *testing.F) {
	for _, body := range []string{
		rss("<title>A &amp; B</title><link>/1</link><guid isPermaLink='false'>1</guid><description><![CDATA[<p>x</p>]]></description><pubDate>Tue, 01 Sep 2026 08:00:00 +0200</pubDate>"),
		atom(`<title type="xhtml"><div><b>A</b></div></title><id>urn:1</id><link href="1"/><updated>2026-09-01T08:00:00Z</updated><content src="/1"/>`),
		jsonFeed(`{"id":1,"url":"/1","title":"A","content_html":"<p>x</p>","date_published":"2026-09-01"},null`),
		`<!DOCTYPE rss [<!ENTITY a "b">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><item xml:base="x"><title>&a;&#55357;&#56841;</title></item></rdf:RDF>`,
		"\xff\xfe<\x00r\x00s\x00s\x00",
	} {
		f.Add([]byte(body), "text/xml; charset=utf-8")
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		parsed, err := Read(body, Source{Address: home + "feed", ContentType: contentType})
		Links(body, Source{Address: home, ContentType: contentType})
		Guesses(body, home, 4)
		if err != nil {
			if !errors.Is(err, ErrFormat) && !errors.Is(err, ErrTooMany) {
				t.Errorf("another error: %v", err)
			}
			return
		}
		var last Entry
		for i, e := range parsed.Entries {
			for _, text := range []string{e.ID, e.Title, e.OwnTitle, e.Summary, parsed.Title} {
				if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) || text != strings.TrimSpace(text) {
					t.Errorf("%q is no text on one line", text)
				}
			}
			for _, address := range []string{e.Link, e.URL, parsed.Site} {
				if address != "" && !strings.HasPrefix(address, "http://") && !strings.HasPrefix(address, "https://") {
					t.Errorf("%q is no address of the web", address)
				}
			}
			if e.Title == "" && e.ID == "" {
				t.Errorf("an entry of nothing: %+v", e)
			}
			if i > 0 && e.order.After(last.order) {
				t.Error("the entries are not in order")
			}
			last = e
		}
	})
}
