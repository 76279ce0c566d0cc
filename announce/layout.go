package announce

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"heraut/sources"
)

const (
	// digestLines is how long a digest is, its first line included.
	digestLines = 15
	// namesInLine is how many items one line of a digest names.
	namesInLine = 3
	// namesInMessage is how many items the message about a new owner names.
	namesInMessage = 8
)

// Layout tells which items a message shows, and how, so that it can be made anew.
type Layout struct {
	Digest bool   `json:"digest,omitempty"`
	Lines  []Line `json:"lines"` // one if it is no digest
	// Total is how many items the message is about, Rest those that no line is.
	Total int `json:"total"`
	Rest  int `json:"rest,omitempty"`
	// Labels are what the room called the sources.
	Labels map[string]string `json:"labels,omitempty"`
}

// Line is about items that have an owner in common, or about one.
type Line struct {
	PartOf Part    `json:"part_of,omitempty"`
	Total  int     `json:"total"`
	Items  []int64 `json:"items"` // those that are named
}

// String is the same for layouts that are alike.
func (l Layout) String() string {
	text, _ := json.Marshal(l) //nolint:errchkjson // it holds nothing that fails
	return string(text)
}

// items are all that the message shows.
func (l Layout) items() (all []int64) {
	for _, line := range l.Lines {
		all = append(all, line.Items...)
	}
	return all
}

// unit is what one message can be about: an item, or the items that a new host
// or owner begins with.
type unit struct {
	partOf Part
	items  []*News
}

// unitsOf groups items, ordered by id.
func unitsOf(news []*News) (units []unit) {
	slices.SortFunc(news, func(a, b *News) int { return cmp.Compare(a.ID, b.ID) })
	type group struct {
		partOf             Part
		source, host, name string
	}
	at := map[group]int{}
	for _, n := range news {
		if n.PartOf == OfHost || n.PartOf == OfOwner {
			g := group{partOf: n.PartOf, source: n.Item.Source, host: n.Item.Repository.Host}
			if n.PartOf == OfOwner {
				g.name = sources.OwnerOf(n.Item.Repository).Name
			}
			if i, ok := at[g]; ok {
				units[i].items = append(units[i].items, n)
				continue
			}
			at[g] = len(units)
		}
		u := unit{n.PartOf, []*News{n}}
		if n.PartOf == OfSite {
			u.partOf = Alone
		}
		units = append(units, u)
	}
	return units
}

// messageOf is the message about one unit.
func messageOf(u unit) Layout {
	return Layout{Lines: []Line{lineOf(u, namesInMessage)}, Total: len(u.items)}
}

func lineOf(u unit, names int) Line {
	line := Line{PartOf: u.partOf, Total: len(u.items)}
	for _, n := range u.items[:min(names, len(u.items))] {
		line.Items = append(line.Items, n.ID)
	}
	return line
}

// digestOf is the digest of units: new hosts and owners first, then the
// repositories by owner, those of which there are more first, then all else in
// the order of publication.
func digestOf(units []unit) Layout {
	l := Layout{Digest: true}
	for _, u := range units {
		l.Total += len(u.items)
	}
	lines := byOwner(units)
	shown := len(lines)
	if shown > digestLines-1 {
		shown = digestLines - 2 // the last one tells how many are left out
	}
	for _, u := range lines[:shown] {
		l.Lines = append(l.Lines, lineOf(u, namesInLine))
	}
	for _, u := range lines[shown:] {
		l.Rest += len(u.items)
	}
	return l
}

// byOwner puts the repositories of one owner together, apart from new and older
// ones, and orders the lines.
func byOwner(units []unit) (lines []unit) {
	type group struct {
		source, host, owner string
		what                sources.What
	}
	at := map[group]int{}
	for _, u := range units {
		if repo := u.items[0].Item.Repository; u.partOf == Alone && repo != nil {
			g := group{u.items[0].Item.Source, repo.Host, sources.OwnerOf(repo).Name, u.items[0].What}
			if i, ok := at[g]; ok {
				lines[i].items = append(lines[i].items, u.items...)
				continue
			}
			at[g] = len(lines)
		}
		lines = append(lines, u)
	}
	slices.SortStableFunc(lines, func(a, b unit) int {
		return cmp.Or(
			cmp.Compare(a.rank(), b.rank()),
			cmp.Compare(b.size(), a.size()),
			strings.Compare(a.owner(), b.owner()),
		)
	})
	return lines
}

func (u unit) rank() int {
	switch {
	case u.partOf == OfHost:
		return 0
	case u.partOf == OfOwner:
		return 1
	case u.items[0].Item.Repository != nil:
		return 2
	}
	return 3
}

// size is by how many items repositories are ordered.
func (u unit) size() int {
	if u.rank() == 3 {
		return 0
	}
	return len(u.items)
}

func (u unit) owner() string {
	if repo := u.items[0].Item.Repository; repo != nil {
		return sources.OwnerOf(repo).Name
	}
	return ""
}
