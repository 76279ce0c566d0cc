package announce

import (
	"cmp"
	"strings"
	"time"

	"heraut/catalogue"
	"heraut/sources"
)

// The data of the templates.

// messageView is the data of a message, which has a single line unless it is a digest.
type messageView struct {
	Lines       []lineView
	Total, Rest int
	// Noun is the kind of all items, or empty when they are of several kinds:
	// "repository", "software" or "entry".
	Noun sources.ItemKind
	// From is the feed of a digest whose entries all come from one feed; else empty.
	From string
	// Catalogues are the labels of the catalogues of the software; empty for the SILL
	// alone.
	Catalogues []string
}

// First is the only line of a message that is no digest.
func (m messageView) First() lineView { return m.Lines[0] }

// lineView is about one item, or about several with the same owner or host.
type lineView struct {
	PartOf Part
	Total  int
	Items  []itemView
}

// Item is the only item of a line that has one.
func (l lineView) Item() itemView { return l.Items[0] }

// Parts is the length of the line's list: the named items, and one for the others.
func (l lineView) Parts() int { return len(l.Items) + min(l.More(), 1) }

// More is how many items the line does not name.
func (l lineView) More() int { return l.Total - len(l.Items) }

// itemView is the data of an item.
type itemView struct {
	*News
	zone  *time.Location
	label string // the room's name for the source
}

// From is the room's name for the source of an entry, or else the feed's own title.
func (i itemView) From() string { return cmp.Or(i.label, i.Item.From) }

// Repo returns the repository, or nil.
func (i itemView) Repo() *catalogue.Repository { return i.Item.Repository }

// Soft returns the software, or nil.
func (i itemView) Soft() *catalogue.Software { return i.Item.Software }

// Owner names the organisation that published the repository, or else the account.
func (i itemView) Owner() string {
	repo := i.Repo()
	if repo.Organization != "" {
		return repo.Organization
	}
	return repo.Owner
}

// Publisher names the owner of the repository, with all enclosing groups.
func (i itemView) Publisher() string {
	if groups := i.Repo().Groups(); i.Repo().Organization == "" && len(groups) > 1 {
		return strings.Join(groups, "/")
	}
	return i.Owner()
}

// Name is the text of the link to the item.
func (i itemView) Name() string {
	switch {
	case i.Repo() != nil && i.Repo().Name != "" && i.PartOf != OfHost:
		return i.Repo().Name
	case i.Repo() != nil:
		return i.Repo().FullName
	case i.Soft() != nil:
		return i.Soft().Name
	}
	return i.Item.Title
}

// maxURL is the longest address in a message, in bytes, so that even a digest of the
// longest ones fits into one event.
const maxURL = 300

// URL is the address of the item's page; empty if it is too long for a link.
func (i itemView) URL() string {
	if len(i.Item.URL) > maxURL {
		return ""
	}
	return i.Item.URL
}

// Created is the day of the repository's creation; zero if the source gives none, or
// one in the future.
func (i itemView) Created() time.Time {
	if i.Repo().Created.After(i.Checked) {
		return time.Time{}
	}
	return i.Repo().Created.In(i.zone)
}

// At is the day when the item was published.
func (i itemView) At() time.Time { return i.Item.At.In(i.zone) }

// template returns the name of the message's template.
func (l Layout) template(news map[int64]*News) string {
	first := news[l.Lines[0].Items[0]]
	switch {
	case l.Digest:
		return "news-digest"
	case l.Lines[0].PartOf != Alone:
		return "news-owner"
	}
	return "news-" + string(first.Item.Kind)
}

// view returns the data of the message's template.
func (l Layout) view(news map[int64]*News, zone *time.Location) messageView {
	m := messageView{Total: l.Total, Rest: l.Rest}
	var labels []string
	for i, line := range l.Lines {
		v := lineView{PartOf: line.PartOf, Total: line.Total}
		for _, id := range line.Items {
			n := news[id]
			item := itemView{n, zone, l.Labels[n.Item.Source]}
			v.Items = append(v.Items, item)
			if s := item.Soft(); s != nil {
				labels = append(labels, s.Catalogue)
			}
			if i == 0 {
				m.Noun, m.From = n.Item.Kind, item.From()
			}
			if m.Noun != n.Item.Kind {
				m.Noun = ""
			}
			if m.From != item.From() {
				m.From = ""
			}
		}
		m.Lines = append(m.Lines, v)
	}
	m.Catalogues = catalogue.Labels(labels)
	return m
}

// Summary is the text that the message shows beside the item's name. When the name
// consists of its first words, Summary is the rest.
func (i itemView) Summary() string {
	begins := strings.TrimSuffix(i.Item.Title, "…")
	if rest, ok := strings.CutPrefix(i.Item.Summary, begins); ok && begins != "" {
		if rest == "" || begins == i.Item.Title {
			return strings.TrimSpace(rest)
		}
		return "…\u00a0" + strings.TrimSpace(rest)
	}
	return i.Item.Summary
}
