package feed

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	htmlparser "golang.org/x/net/html"
)

// Link is a link to a feed in a web page.
type Link struct {
	URL   string
	Title string // may be empty
}

// maxLinks is the largest number of links taken from one page.
const maxLinks = 10

// feedTypes are the types of links to feeds.
var feedTypes = []string{"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "text/xml", "application/xml"}

// Links returns the feeds that a web page links to, at most maxLinks, feeds of articles
// before feeds of comments. It takes the elements <link> and <a> with rel="feed", or
// with rel="alternate" and the type of a feed. The addresses are relative to the page's
// <base>, or else to from.Address. It returns nil for an undecodable page.
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

// rank returns a number by which to sort links: 1 for feeds of comments, which come
// last, 0 for others.
func (l Link) rank() int {
	if said := strings.ToLower(l.URL + " " + l.Title); strings.Contains(said, "comment") {
		return 1
	}
	return 0
}

// WithoutComments returns the links to feeds other than those of comments, or all links
// if there is no other. links must be sorted as Links returns them.
func WithoutComments(links []Link) []Link {
	if i := slices.IndexFunc(links, func(l Link) bool { return l.rank() > 0 }); i > 0 {
		return links[:i]
	}
	return links
}

// usualPlaces are the default paths of feeds, by a word that the pages of the
// publishing program contain.
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

// Guesses returns at most n addresses at which the site of the page at address may have
// a feed, the most likely first; nil if address is no URL. It does not try them.
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
