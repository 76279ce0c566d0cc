package feed

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	htmlparser "golang.org/x/net/html"
)

// Link is a feed that a page names.
type Link struct {
	URL   string
	Title string // may be empty
}

// maxLinks is how many feeds are read of one page.
const maxLinks = 10

// feedTypes are the types of links to feeds.
var feedTypes = []string{"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "text/xml", "application/xml"}

// Links returns the feeds that a web page names, the one of its articles before
// those of their comments. They are read as browsers do: <link rel="alternate">,
// seen from the page's <base>.
func Links(page []byte, from Source) (links []Link) {
	text, err := decode(page, from.ContentType)
	if err != nil {
		return nil
	}
	base := from.Address
	z := htmlparser.NewTokenizer(bytes.NewReader(text))
	for len(links) < maxLinks {
		kind := z.Next()
		if kind == htmlparser.ErrorToken {
			break
		}
		if kind != htmlparser.StartTagToken && kind != htmlparser.SelfClosingTagToken {
			continue
		}
		token := z.Token()
		switch token.Data {
		case "base":
			if address := absolute(base, attributeOf(token, "href")); address != "" {
				base = address
			}
		case "link", "a":
			rel := strings.Fields(strings.ToLower(attributeOf(token, "rel")))
			mime, _, _ := strings.Cut(strings.ToLower(attributeOf(token, "type")), ";")
			isFeed := slices.Contains(rel, "feed") ||
				slices.Contains(rel, "alternate") && slices.Contains(feedTypes, strings.TrimSpace(mime))
			address := absolute(base, attributeOf(token, "href"))
			named := slices.ContainsFunc(links, func(l Link) bool { return l.URL == address })
			if isFeed && address != "" && !named {
				links = append(links, Link{address, clean(attributeOf(token, "title"))})
			}
		}
	}
	slices.SortStableFunc(links, func(a, b Link) int { return a.rank() - b.rank() })
	return links
}

// rank puts the feeds of comments last.
func (l Link) rank() int {
	if said := strings.ToLower(l.URL + " " + l.Title); strings.Contains(said, "comment") {
		return 1
	}
	return 0
}

// WithoutComments returns the links that are not to feeds of comments, or all if all
// are.
func WithoutComments(links []Link) []Link {
	if i := slices.IndexFunc(links, func(l Link) bool { return l.rank() > 0 }); i > 0 {
		return links[:i]
	}
	return links
}

// usualPlaces are where the programs that make sites put their feeds, by a word that
// stands in their pages.
var usualPlaces = []struct{ word, path string }{
	{"spip", "/spip.php?page=backend"},
	{"hugo", "/index.xml"},
	{"drupal", "/rss.xml"},
	{"discourse", "/latest.rss"},
	{"", "/feed"},
	{"", "/feed.xml"},
	{"", "/rss.xml"},
	{"", "/atom.xml"},
	{"", "/index.xml"},
}

// Guesses returns at most n addresses at which the site of a page may have a feed,
// the likeliest first.
func Guesses(page []byte, address string, n int) (guesses []string) {
	u, err := url.Parse(address)
	if err != nil {
		return nil
	}
	lower := bytes.ToLower(page)
	for _, place := range usualPlaces {
		guess := u.Scheme + "://" + u.Host + place.path
		if bytes.Contains(lower, []byte(place.word)) && !slices.Contains(guesses, guess) && len(guesses) < n {
			guesses = append(guesses, guess)
		}
	}
	return guesses
}
