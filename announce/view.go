package announce

import (
	"cmp"
	"strings"
	"time"

	"heraut/catalogue"
	"heraut/sources"
)

// What the templates are given.

// messageView is a message: its first line is all of it if it is no digest.
type messageView struct {
	Lines       []lineView
	Total, Rest int
	// Noun is what the items are: "repository", "software", "entry", or empty if
	// they are not all of one kind.
	Noun sources.ItemKind
	// From is the feed that all entries of a digest are from; empty if there are others.
	From string
}

// First is the only line of a message that is no digest.
func (m messageView) First() lineView { return m.Lines[0] }

// lineView is about items that have an owner in common, or about one.
type lineView struct {
	PartOf Part
	Total  int
	Items  []itemView
}

// Item is the only item of a line that has one.
func (l lineView) Item() itemView { return l.Items[0] }

// Parts are what the list of its items is made of: those, and the rest.
func (l lineView) Parts() int { return len(l.Items) + min(l.More(), 1) }

// More is how many of its items the line does not name.
func (l lineView) More() int { return l.Total - len(l.Items) }

// itemView is an item.
type itemView struct {
	*News
	zone  *time.Location
	label string // what the room calls the source
}

// From is what the room calls the source of an entry, or else what its feed calls
// itself.
func (i itemView) From() string { return cmp.Or(i.label, i.Item.From) }

// Repo is the repository, or nil.
func (i itemView) Repo() *catalogue.Repository { return i.Item.Repository }

// Soft is the software, or nil.
func (i itemView) Soft() *catalogue.Software { return i.Item.Software }

// Owner is who published the repository, as people know them.
func (i itemView) Owner() string {
	repo := i.Repo()
	if repo.Organization != "" {
		return repo.Organization
	}
	return repo.Owner
}

// Publisher is who published the repository, with all the groups that it is in.
func (i itemView) Publisher() string {
	if groups := i.Repo().Groups(); i.Repo().Organization == "" && len(groups) > 1 {
		return strings.Join(groups, "/")
	}
	return i.Owner()
}

// Name is what a link to the item says.
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

// maxURL bounds the addresses in a message, so that a digest of the longest ones
// still is one event.
const maxURL = 300

// URL is the item's page; empty if it is too long to be linked.
func (i itemView) URL() string {
	if len(i.Item.URL) > maxURL {
		return ""
	}
	return i.Item.URL
}

// Created is the day when the repository was created; zero if the source does
// not say, or says a day to come.
func (i itemView) Created() time.Time {
	if i.Repo().Created.After(i.Checked) {
		return time.Time{}
	}
	return i.Repo().Created.In(i.zone)
}

// At is the day when the item was published.
func (i itemView) At() time.Time { return i.Item.At.In(i.zone) }

// template is the message's template.
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

// view is what the template is given.
func (l Layout) view(news map[int64]*News, zone *time.Location) messageView {
	m := messageView{Total: l.Total, Rest: l.Rest}
	for i, line := range l.Lines {
		v := lineView{PartOf: line.PartOf, Total: line.Total}
		for _, id := range line.Items {
			n := news[id]
			item := itemView{n, zone, l.Labels[n.Item.Source]}
			v.Items = append(v.Items, item)
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
	return m
}

// Summary is what the message says of the item beside its name: if that is made of
// its first words, the others.
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
