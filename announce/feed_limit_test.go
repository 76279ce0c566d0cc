package announce_test

import (
	"errors"
	"strings"
	"testing"

	"heraut/fetch"
	"heraut/sources"
)

// A feed within the size limit that would take gigabytes to parse is refused; one with
// ten thousand entries is read.
func TestFeedElements(t *testing.T) {
	tests := map[string]struct {
		body   string
		refuse bool
	}{
		"elements in one another":       {rss(strings.Repeat("<a:b>", 100_000) + strings.Repeat("</a:b>", 100_000)), true},
		"elements that never end":       {rss(strings.Repeat("<b>", 100_000)), true},
		"elements in one another, Atom": {`<feed xmlns="http://www.w3.org/2005/Atom"><entry>` + strings.Repeat(`<b a="/">`, 100_000), true},
		"empty elements":                {rss(strings.Repeat("<a:b/>", 1_000_000)), true},
		"empty objects":                 {`{"version":"https://jsonfeed.org/version/1.1","items":[{}` + strings.Repeat(",{}", 100_000) + "]}", true},
		"ten thousand objects": {`{"version":"https://jsonfeed.org/version/1.1","items":[{}` +
			strings.Repeat(`,{"id":"1","authors":[{"name":"A"}]}`, 10_000) + "]}", false},
		"ten thousand entries": {rss(strings.Repeat("<title>A</title><link>https://blog.example.org/1</link><guid>1</guid>"+
			"<description><![CDATA["+strings.Repeat("<p>a<br>", 30)+"]]></description></item><!-- <b> --><item>", 10_000)), false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := newPage(t, test.body)
			n := newNewsroom(t)
			n.source(sources.Settings{Name: "blog", Kind: sources.Feed, Location: p.URL})
			if err := n.try(0, "blog"); errors.Is(err, fetch.ErrTooLarge) != test.refuse || err != nil && !test.refuse {
				t.Errorf("got %v", err)
			}
		})
	}
}
