package fetch

import (
	"bytes"
	"net/http"
	"regexp"
	"strings"
)

var (
	utf8Mark = []byte("\ufeff")
	// firstElement matches the name in the first tag or document type.
	firstElement = regexp.MustCompile(`(?i)^<(?:!doctype\s+)?([a-z][a-z0-9:_-]*)`)
	feedElement  = regexp.MustCompile(`(?i)<(?:[a-z]+:)?(?:rss|feed|rdf)[\s/>]`)
)

// startsLikeMarkup reports whether the data begin with «<», after white space and byte
// order marks.
func startsLikeMarkup(head []byte) bool { return bytes.HasPrefix(trimBlank(head), []byte("<")) }

func trimBlank(head []byte) []byte {
	for {
		rest := bytes.TrimLeft(bytes.TrimPrefix(head, utf8Mark), " \t\r\n\f")
		if len(rest) == len(head) {
			return head
		}
		head = rest
	}
}

// isPage reports whether data that begin with head are a web page. It looks at the
// first element; if that is not html, head or body, also at the other bytes and at
// contentType, the HTTP header, which is often wrong for data. It returns false if head
// ends inside a comment.
func isPage(head []byte, contentType string) bool {
	rest := trimBlank(head)
	for bytes.HasPrefix(rest, []byte("<!--")) || bytes.HasPrefix(rest, []byte("<?")) {
		end := ">"
		if bytes.HasPrefix(rest, []byte("<!--")) {
			end = "-->"
		}
		_, after, found := bytes.Cut(rest, []byte(end))
		if !found {
			return false // the head ends inside a comment: unknown
		}
		rest = trimBlank(after)
	}
	m := firstElement.FindSubmatch(rest)
	if m == nil {
		return false
	}
	switch strings.ToLower(string(m[1])) {
	case "html", "head", "body":
		return true
	}
	// A server's notice may precede the page. A page about XML holds it escaped, not as
	// elements.
	looksLikeHTML := strings.HasPrefix(http.DetectContentType(rest), "text/html") || strings.Contains(contentType, "html")
	return looksLikeHTML && !strings.Contains(contentType, "xml") && !feedElement.Match(head)
}
