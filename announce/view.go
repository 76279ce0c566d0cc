package announce

import (
	"cmp"
	"strings"
	"time"

	"heraut/catalogue"
	"heraut/sources"
)

// The data of the templates.

// messageView is the data of the template for a message about news; only a digest has
// several lines.
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

// First returns the first line of the message, the only one if the message is no
// digest. It panics for a message without lines.
func (m messageView) First() lineView { return m.Lines[0] }

// lineView is the data of one line in a message about news, which shows one item, or
// several with the same owner or host.
type lineView struct {
	PartOf Part
	Total  int
	Items  []itemView
}

// Item returns the item that the line shows, the first one if it shows several.
func (l lineView) Item() itemView { return l.Items[0] }

// Parts returns how many parts the line's list has: the items that it names, and one
// more if it counts others.
func (l lineView) Parts() int { return len(l.Items) + min(l.More(), 1) }

// More returns how many items the line is about beyond those that it names.
func (l lineView) More() int { return l.Total - len(l.Items) }

// itemView is an item as the templates of messages about news render it.
type itemView struct {
	*News
	zone  *time.Location
	label string // the room's name for the source
}

// From returns the name of the feed from which an entry comes: the room's name for it,
// else the feed's title.
func (i itemView) From() string { return cmp.Or(i.label, i.Item.From) }

// Repo returns the repository that the item is about; nil if it is about something
// else.
func (i itemView) Repo() *catalogue.Repository { return i.Item.Repository }

// Soft returns the software that the item is about; nil if it is about something else.
func (i itemView) Soft() *catalogue.Software { return i.Item.Software }

// Owner returns the name of the organisation that published the repository; if none is
// known, that of the account. It panics for an item that is not about a repository.
func (i itemView) Owner() string {
	repo := i.Repo()
	if repo.Organization != "" {
		return repo.Organization
	}
	return repo.Owner
}

// Publisher returns the name of the organisation that owns the repository or, if that
// is not known, the account with the groups in which the repository is, as
// «group/subgroup». It panics for an item that is not about a repository.
func (i itemView) Publisher() string {
	if groups := i.Repo().Groups(); i.Repo().Organization == "" && len(groups) > 1 {
		return strings.Join(groups, "/")
	}
	return i.Owner()
}

// Name returns the item's name, which the message shows as a link. For a repository,
// that is its short name, or its full name if the short one is not known or the
// repository is announced together with its new host. For a software, it is its name;
// for any other item, the title.
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

// URL returns the address of the item's page; empty if it is too long for a link.
func (i itemView) URL() string {
	if len(i.Item.URL) > maxURL {
		return ""
	}
	return i.Item.URL
}

// Created returns the day on which the repository was created; the zero time if the
// source gives none, or one in the future. It panics for an item that is not about a
// repository.
func (i itemView) Created() time.Time {
	if i.Repo().Created.After(i.Checked) {
		return time.Time{}
	}
	return i.Repo().Created.In(i.zone)
}

// At returns when the item was published, in the time zone of messages.
func (i itemView) At() time.Time { return i.Item.At.In(i.zone) }

// template returns the name of the locale template that renders the message. news holds
// its items by id.
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

// view returns the data for the message's template. news holds the items by id; zone is
// the time zone of dates.
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

// Summary returns the text beside the item's name in a message. If the name is only the
// first words of the text, it returns the rest of the text, which begins with an
// ellipsis if the name was cut; empty if there is no more text.
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
