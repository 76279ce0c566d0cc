package announce

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"heraut/sources"
)

const (
	// digestLines is the length of a digest, its first line included.
	digestLines = 15
	// namesInLine is how many items a line of a digest names.
	namesInLine = 3
	// namesInMessage is how many items the message about a new owner names.
	namesInMessage = 8
)

// Layout is the list of the items that a message about news shows, line by line. It is
// stored, so that a correction can render the message again.
type Layout struct {
	Digest bool   `json:"digest,omitempty"`
	Lines  []Line `json:"lines"` // one, unless Digest
	// Total is how many items the message is about, Rest how many of them have no line.
	Total int `json:"total"`
	Rest  int `json:"rest,omitempty"`
	// Labels are the room's names for the sources.
	Labels map[string]string `json:"labels,omitempty"`
}

// Line is a line of a message about news. It is about one item, or about several with
// the same owner or host.
type Line struct {
	PartOf Part    `json:"part_of,omitempty"`
	Total  int     `json:"total"`
	Items  []int64 `json:"items"` // the items that the line names
}

// String returns the JSON of the layout: equal layouts have equal strings.
func (l Layout) String() string {
	text, _ := json.Marshal(l) //nolint:errchkjson // it holds nothing that fails
	return string(text)
}

// items returns the ids of all items that the message names, without those that it only
// counts.
func (l Layout) items() (all []int64) {
	for _, line := range l.Lines {
		all = append(all, line.Items...)
	}
	return all
}

// unit is the subject of one message: a single item, or the first items of a new code
// host or owner together.
type unit struct {
	partOf Part
	items  []*News
}

// unitsOf groups news into the subjects of messages, in the order of their ids: the
// first items of a new host or owner form one, any other item is one by itself. It
// sorts news itself by id.
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

// messageOf returns the layout of a message about u: one item, or the first items of a
// new host or owner, of which it names at most namesInMessage.
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

// digestOf returns the digest of units: new hosts and owners first, then the
// repositories by owner, the owners with most repositories first, then everything else
// in the order of publication. It has at most digestLines lines; Rest counts the items
// of those left out.
func digestOf(units []unit) Layout {
	l := Layout{Digest: true}
	for _, u := range units {
		l.Total += len(u.items)
	}
	lines := byOwner(units)
	shown := len(lines)
	if shown > digestLines-1 {
		shown = digestLines - 2 // the last line counts the items left out
	}
	for _, u := range lines[:shown] {
		l.Lines = append(l.Lines, lineOf(u, namesInLine))
	}
	for _, u := range lines[shown:] {
		l.Rest += len(u.items)
	}
	return l
}

// byOwner returns the lines of a digest of units: new hosts and owners first, then
// repositories, the lines with most of them first, then everything else. Repositories
// of one owner that are the same kind of news, such as new ones, share a line; any
// other unit has its own.
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

// size returns how many repositories a line of a digest is about, by which the lines
// are sorted; 0 for a line about something else.
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
