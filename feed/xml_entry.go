package feed

import "bytes"

// entry reads an entry up to its end, or up to the next entry if it is not closed
// before, and adds it to the feed. It adds it to the dropped entries instead if the
// document ends within it, or the channel is closed before it. start is its opening
// tag, element the normalised name. The error wraps ErrTooMany.
func (x *xmlReader) entry(start tag, element string) error {
	x.depth = 0
	e := draft{base: x.linkBase()}
	x.rebase(&e.base, &start)
	x.declare(&start)
	if start.empty {
		return x.add(&e)
	}
	for {
		before := x.position()
		t, ok := x.next()
		if !ok {
			x.drop(cutOff)
			return x.err
		}
		name := x.of(&t)
		switch {
		case t.closes && name == element:
			return x.add(&e)
		case t.closes && (name == "channel" || name == "feed" || name == "rss"):
			x.back(before)
			x.drop("it is not closed")
			return nil
		case !t.closes && (name == "item" || name == "entry"):
			x.back(before)
			return x.add(&e)
		case !t.closes:
			x.field(&e, t, name)
		}
	}
}

// field stores the element that t opens in the entry e; name is its normalised name. It
// reads on inside unknown elements, except those that have titles and links of their
// own, such as the author. The first value of a field wins.
func (x *xmlReader) field(e *draft, t tag, name string) {
	switch name {
	case "title", "atom:title":
		e.title = e.title.or(x.value(t, name))
	case "media:title", "itunes:title", "dc:title":
		e.otherTitle = e.otherTitle.or(x.value(t, name))
	case "link", "atom:link":
		x.link(e, t, name)
	case "guid", "id", "atom:id":
		permanent, said := t.attribute("ispermalink")
		if value := x.value(t, name).line(); e.id == "" {
			e.id, e.idIsNoAddress = value, said && bytes.EqualFold(bytes.TrimSpace(permanent), []byte("false"))
		}
	case "description", "summary", "atom:summary":
		e.summary = e.summary.or(x.value(t, name))
	case "media:description", "itunes:summary", "dc:description":
		e.otherSummary = e.otherSummary.or(x.value(t, name))
	case "content:encoded", "content", "atom:content", "xhtml:body", "body":
		base := e.base
		x.rebase(&base, &t)
		if address, ok := t.attribute("src"); ok {
			e.other = e.other.and(inContent, absolute(base, x.entities.unescape(address)))
		}
		e.content = e.content.or(x.value(t, name))
	case "enclosure", "media:content", "media:player":
		if address, ok := t.attribute("url"); ok {
			e.other = e.other.and(attached, absolute(e.base, x.entities.unescape(address)))
		}
	case "pubdate", "published", "issued", "atom:published", "dcterms:issued":
		e.published = firstDate(e.published, x.value(t, name).line())
	case "dc:date":
		e.date = firstDate(e.date, x.value(t, name).line())
	case "updated", "modified", "atom:updated", "dcterms:modified":
		e.updated = firstDate(e.updated, x.value(t, name).line())
	case "author", "contributor", "source", "image", "atom:author", "atom:contributor", "atom:source", "itunes:owner":
		x.inner(t)
	}
}

// link stores the web address of a link element in the entry e: RSS has it between the
// tags, Atom in an attribute. t opens the element, name is its normalised name. A page
// wins over other kinds of links.
func (x *xmlReader) link(e *draft, t tag, name string) {
	base := e.base
	x.rebase(&base, &t)
	href, ok := t.attribute("href")
	if !ok {
		if text := x.value(t, name).line(); e.link == "" {
			e.link = absolute(base, text)
		}
		return
	}
	address := absolute(base, x.entities.unescape(href))
	kind, typed := t.attribute("type")
	switch rel := x.rel(&t); {
	case rel == "alternate" && (!typed || bytes.Contains(kind, []byte("html"))) && !e.linkIsPage && address != "":
		e.link, e.linkIsPage = address, true
	case rel == "alternate" && e.link == "":
		e.link = address
	case rel == "enclosure", rel == "related", rel == "via":
		e.other = e.other.and(attached, address)
	case rel == "self":
		e.other = e.other.and(self, address)
	}
	if !t.empty {
		x.inner(t)
	}
}
