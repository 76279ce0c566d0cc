package feed

import (
	"regexp"
	"strings"
	"time"

	"heraut/text"
)

const (
	// summaryLength is how many characters of an entry, and of its title, are kept.
	summaryLength = 1000
	// firstWords is how many characters of an entry replace a missing title.
	firstWords = 80
)

// draft is an entry of a feed while its fields are being read. Its method entry
// chooses among them.
type draft struct {
	base string // resolves its relative links

	id            string
	idIsNoAddress bool // the feed says isPermaLink="false"
	link          string
	linkIsPage    bool // by its declared relation or type
	other         addresses

	title, otherTitle              value
	summary, otherSummary, content value

	published, date, updated time.Time
}

// addresses holds further web addresses of an entry, one of each kind, the best kind
// first. They serve if the entry has no link.
type addresses [lastAddress]string

const (
	inContent = iota // the address of its content
	attached         // an attached file
	self             // the entry's own document, which is seldom a page
	lastAddress
)

// and returns a copy of the addresses to which it has added address as the one of the
// given kind. It adds nothing if the addresses have one of that kind already, or if
// address is empty.
func (a addresses) and(kind int, address string) addresses {
	if a[kind] == "" {
		a[kind] = address
	}
	return a
}

var addressInText = regexp.MustCompile(`https?://[^\s<>"'»”)\]]+`)

// entry returns the finished entry. dropped is the reason why it cannot be used: it has
// neither a text nor an address nor an id; empty if it can.
func (d *draft) entry() (e Entry, dropped string) {
	summary := d.summary.or(d.otherSummary).body()
	content := d.content.body()
	// Some sites put only links to the article's section into its description.
	if content.text != "" && (summary.text == "" || summary.onlyLinks) {
		summary = content
	}
	e = Entry{
		ID: d.id, Link: d.link, OwnTitle: text.Truncate(d.title.or(d.otherTitle).title(), summaryLength),
		Summary: shortened(summary.text), Published: d.published, Updated: d.updated,
	}
	if e.Published.IsZero() {
		e.Published = d.date
	}
	if e.URL = e.Link; e.URL == "" && !d.idIsNoAddress && isWebAddress(d.id) {
		e.URL = absolute(d.base, d.id)
	}
	fromText := ""
	if e.URL == "" {
		fromText = strings.TrimRight(addressInText.FindString(summary.text), ".,;:!?")
	}
	e.URL = firstOf(e.URL, d.other[inContent], d.other[attached], absolute(d.base, firstOf(summary.link, content.link)), absolute(d.base, fromText), d.other[self])
	e.Title = firstOf(e.OwnTitle, text.Shorten(e.Summary, firstWords), text.Shorten(firstOf(summary.alternative, content.alternative), firstWords), withoutScheme(e.URL))
	if e.Title == "" && e.ID == "" {
		return e, "there is neither a text nor an address nor an id"
	}
	return e, ""
}

// shortened returns s, cut after summaryLength characters with an ellipsis if it is
// longer.
func shortened(s string) string {
	if short := text.Truncate(s, summaryLength); len(short) < len(s) {
		return short + "…"
	}
	return s
}

func firstOf(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}

// firstDate returns t, or the date in the text said if t is zero; the zero time if
// said is no date either.
func firstDate(t time.Time, said string) time.Time {
	if t.IsZero() {
		t, _ = ParseDate(said)
	}
	return t
}
