package feed

import (
	"bytes"
	"strings"
)

// vocabularies maps the namespaces of feeds to the prefixes that this package uses. The
// key is a part of the namespace's address in lower case, since many feeds misspell it
// or write https.
var vocabularies = []struct{ part, prefix string }{
	{"w3.org/2005/atom", "atom"},
	{"purl.org/atom/ns", "atom"}, // Atom 0.3
	{"rss/1.0/modules/content", "content"},
	{"purl.org/dc/elements", "dc"},
	{"purl.org/dc/terms", "dcterms"},
	{"search.yahoo.com/mrss", "media"},
	{"itunes.com/dtds", "itunes"},
	{"rdf-syntax-ns", "rdf"},
	{"purl.org/rss/1.0/", ""},
	{"netscape.com/rdf", ""}, // RSS 0.90
	{"w3.org/1999/xhtml", "xhtml"},
}

// prefixOf returns the prefix that feeds usually give an XML namespace, such as dc, or
// "" for those that need none; known is false for namespaces that feeds do not use.
func prefixOf(namespace string) (prefix string, known bool) {
	namespace = strings.ToLower(strings.TrimSpace(namespace))
	for _, v := range vocabularies {
		if strings.Contains(namespace, v.part) {
			return v.prefix, true
		}
	}
	return "", false
}

// maxPrefixes is how many prefixes a document may declare.
const maxPrefixes = 100

// names holds the namespaces that a feed declares, to convert the names of XML elements
// to one spelling: lower case, with the usual prefix of their namespace, and without a
// prefix in the feed's own namespace.
type names struct {
	prefixes map[string]string // the usual prefix, by declared prefix
	own      string            // the prefix of the root, whose namespace is the feed's own
}

// declare stores in n the namespace prefixes that the tag t declares (xmlns:…), at most
// maxPrefixes, and ignores unknown namespaces.
func (n *names) declare(t *tag) {
	if !bytes.Contains(t.attributes, []byte("xmlns:")) {
		return
	}
	for name, value := range t.each {
		prefix, declares := strings.CutPrefix(name, "xmlns:")
		if usual, known := prefixOf(string(value[:min(len(value), maxName)])); declares && known && len(n.prefixes) < maxPrefixes {
			n.prefixes[prefix] = usual
		}
	}
}

// of returns the name of a tag's element in one spelling, such as "dc:date": lower
// case, with the usual prefix of its namespace, and without a prefix in the feed's own.
func (n *names) of(t *tag) string {
	prefix, local, prefixed := strings.Cut(t.name, ":")
	if !prefixed {
		prefix, local = "", t.name
	}
	local = strings.ToLower(local)
	switch {
	case prefixed && prefix == n.own:
		return local
	case prefixed:
		usual, declared := n.prefixes[prefix]
		if !declared {
			usual = strings.ToLower(prefix)
		}
		if usual == "" {
			return local
		}
		return usual + ":" + local
	case bytes.Contains(t.attributes, []byte("xmlns=")):
		if namespace, ok := t.attribute("xmlns"); ok {
			if usual, known := prefixOf(string(namespace[:min(len(namespace), maxName)])); known && usual != "" {
				return usual + ":" + local
			}
		}
	}
	return local
}
