package feed

import (
	"bytes"
	"fmt"
	"html"
	"strings"
)

// xmlReader is a reader of one feed in XML: RSS in all its versions, or Atom.
type xmlReader struct {
	*reader
	scanner
	names
	atom bool
	self string // the Atom feed's own address
	base string // base of the feed's relative links
}

// xml reads a feed in XML into r.feed. Anything before its root element is ignored. The
// error is ErrPage, or wraps ErrFormat or ErrTooMany.
func (r *reader) xml(text []byte) error {
	x := &xmlReader{reader: r, scanner: scanner{text: text}, names: names{prefixes: map[string]string{}}}
	if err := x.root(); err != nil {
		return err
	}
	for {
		t, ok := x.next()
		if !ok {
			return x.err
		}
		if t.closes {
			continue
		}
		switch name := x.of(&t); name {
		case "item", "entry":
			if err := x.entry(t, name); err != nil {
				return err
			}
		case "channel":
			x.declare(&t)
			x.rebase(&x.base, &t)
		case "image", "textinput", "author", "contributor", "items", "cloud":
			x.inner(t)
		case "title":
			if title := x.value(t, name).body().text; x.feed.Title == "" {
				x.feed.Title = title
			}
		case "link", "atom:link":
			x.siteLink(t, name)
		}
	}
}

// root reads up to the root element of the feed, which says whether it is RSS or Atom,
// and sets x.feed.Format, x.atom and the base of links from it. The error is ErrPage
// for a web page, or wraps ErrFormat if there is no such element, or ErrTooMany.
func (x *xmlReader) root() error {
	for {
		t, ok := x.next()
		if !ok {
			if x.err != nil {
				return x.err
			}
			return fmt.Errorf("%w: there is neither <rss> nor <feed> in it", ErrFormat)
		}
		prefix, local, prefixed := strings.Cut(t.name, ":")
		if !prefixed {
			prefix, local = "", t.name
		}
		switch strings.ToLower(local) {
		case "rss":
			version, _ := t.attribute("version")
			x.feed.Format = strings.TrimSpace("RSS " + clean(string(version[:min(len(version), 10)])))
		case "rdf":
			x.feed.Format = "RSS 1.0"
			prefix = ""
		case "channel":
			x.feed.Format = "RSS"
		case "feed":
			x.feed.Format, x.atom = "Atom", true
		case "html":
			return ErrPage
		default:
			continue
		}
		x.own = prefix
		if !prefixed {
			x.own = ""
		}
		x.declare(&t)
		x.base = x.from.Address
		x.rebase(&x.base, &t)
		x.depth = 0
		return nil
	}
}

// rebase sets *base to the address in the xml:base of the tag t, to which links inside
// the element are relative. Without that attribute, or with an invalid one, it changes
// nothing.
func (x *xmlReader) rebase(base *string, t *tag) {
	if value, ok := t.attribute("xml:base"); ok {
		if address := absolute(*base, x.entities.unescape(value)); address != "" {
			*base = address
		}
	}
}

// siteLink stores the link to the feed's site in x.feed.Site, or the feed's own address
// in x.self, from a link element of the feed itself, which t opens. name is its
// normalised name. The first site wins.
func (x *xmlReader) siteLink(t tag, name string) {
	href, ok := t.attribute("href")
	if !ok {
		if address := absolute(x.base, x.value(t, name).text); x.feed.Site == "" {
			x.feed.Site = address
		}
		return
	}
	address := absolute(x.base, x.entities.unescape(href))
	switch rel := x.rel(&t); {
	case rel == "self":
		x.self = address
	case rel == "alternate" && x.feed.Site == "" && (name == "link" || !x.atom):
		x.feed.Site = address
	}
}

func (x *xmlReader) rel(t *tag) string {
	rel, ok := t.attribute("rel")
	if !ok || len(rel) == 0 {
		return "alternate"
	}
	rel = bytes.ToLower(rel[:min(len(rel), maxName)])
	return string(rel[bytes.LastIndexByte(rel, '/')+1:]) // full names are addresses
}

// linkBase returns the address to which links in entries are relative: that of xml:base
// if the feed has one. Without it, it is in RSS the address of the site, or else the
// requested one. In Atom it is the address that the feed gives as its own, or else the
// requested one, if that is on the site's host or the site is unknown; otherwise the
// address of the site. The feed's own address differs from the requested one if the bot
// reads a mirror.
func (x *xmlReader) linkBase() string {
	switch {
	case x.base != x.from.Address: // from xml:base
		return x.base
	case !x.atom:
		return firstOf(x.feed.Site, x.from.Address)
	case x.self != "" && (x.feed.Site == "" || sameHost(x.self, x.feed.Site)):
		return x.self
	case x.feed.Site == "" || sameHost(x.from.Address, x.feed.Site):
		return x.from.Address
	}
	return x.feed.Site
}

// position is a place in the document to which a scanner can return.
type position struct{ at, elements, depth int }

func (x *xmlReader) position() position { return position{x.at, x.elements, x.depth} }

func (x *xmlReader) back(to position) { x.at, x.elements, x.depth = to.at, to.elements, to.depth }

// inner returns the raw contents of the element that t opens, and moves the scanner
// behind the element. If the closing tag is missing, the contents end where the entry
// ends or the next entry begins.
func (x *xmlReader) inner(t tag) []byte {
	if t.empty {
		return nil
	}
	open := 1
	for {
		before := x.position()
		next, ok := x.next()
		switch {
		case !ok:
			return x.text[t.end:]
		case next.name == t.name && next.closes:
			if open--; open == 0 {
				return x.text[t.end:next.start]
			}
			continue
		case next.name == t.name && !next.empty:
			open++
			continue
		}
		switch x.of(&next) {
		case "item", "entry", "channel", "feed", "rss":
			x.back(before)
			return x.text[t.end:next.start]
		}
	}
}

// value returns the content of the element that t opens, of at most maxField bytes, and
// moves the scanner behind it; name is its normalised name.
func (x *xmlReader) value(t tag, name string) value {
	raw := x.inner(t)
	v := x.content(raw[:min(len(raw), maxField)])
	// In Atom, content is text unless declared as HTML.
	if x.atom && !strings.Contains(name, ":") || strings.HasPrefix(name, "atom:") {
		kind, _ := t.attribute("type")
		switch strings.ToLower(string(kind[:min(len(kind), maxName)])) {
		case "", "text", "text/plain":
			v.isText = !v.markup
		}
	}
	return v
}

var cdataStart, cdataEnd = []byte("<![CDATA["), []byte("]]>")

// content returns the value of an element's raw contents, with references replaced and
// CDATA unpacked. If there are XML elements inside, the whole value counts as HTML.
func (x *xmlReader) content(raw []byte) (v value) {
	var b strings.Builder
	for len(raw) > 0 {
		i := bytes.IndexByte(raw, '<')
		if i < 0 {
			i = len(raw)
		}
		b.WriteString(x.entities.unescape(raw[:i]))
		raw = raw[i:]
		switch {
		case len(raw) == 0:
		case bytes.HasPrefix(raw, cdataStart):
			var inside []byte
			inside, raw, _ = bytes.Cut(raw[len(cdataStart):], cdataEnd)
			b.Write(inside)
		case bytes.HasPrefix(raw, []byte("<!--")):
			_, raw, _ = bytes.Cut(raw, []byte("-->"))
		case len(raw) > 1 && (raw[1] == '/' || isNameByte(raw[1], true)):
			return value{text: html.EscapeString(b.String()) + withoutCDATA(raw), markup: true}
		default:
			b.WriteByte('<')
			raw = raw[1:]
		}
	}
	v.text = b.String()
	return v
}

var unpack = strings.NewReplacer("<![CDATA[", "", "]]>", "")

func withoutCDATA(raw []byte) string { return unpack.Replace(string(raw)) }
