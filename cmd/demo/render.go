package main

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// render formats a message's HTML, markup, for a terminal: lines of at most width
// columns, each with the text indent before it; a longer word stays whole. It covers
// bold, italic and struck text, lists, quotes, and links as a text and an address.
func render(markup, indent string, width int) string {
	l := &layout{first: indent, rest: indent}
	// In the context of a body, the parser accepts every tag that messages hold.
	nodes, err := html.ParseFragment(strings.NewReader(markup), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		return visible(markup) // unreachable: a string reader returns no errors
	}
	for _, n := range nodes {
		l.node(n)
	}
	l.endRow()
	var text strings.Builder
	for _, r := range l.rows {
		r.wrap(&text, width)
	}
	return text.String()
}

// layout is the state of a conversion of a message's HTML into rows of styled text for
// a terminal: the finished rows, the current row, and the style and indents of the
// following text.
type layout struct {
	rows   []row
	row    row
	style  style
	first  string // precedes the next row
	rest   string // precedes the rows after it
	pre    bool
	opened bool // the row has begun, though it may be empty
}

func (l *layout) node(n *html.Node) {
	if n.Type == html.TextNode {
		l.text(n.Data)
		return
	}
	switch n.DataAtom {
	case atom.Br:
		l.opened = true
		l.endRow()
	case atom.Strong, atom.B, atom.Code: // commands appear in bold, as in manuals
		l.styled(n, bold)
	case atom.Em, atom.I:
		l.styled(n, italic)
	case atom.Del, atom.S:
		l.styled(n, struck)
	case atom.A:
		l.link(n)
	case atom.Blockquote:
		l.indented(n, "│ ", "│ ")
	case atom.Ul, atom.Ol:
		l.list(n)
	case atom.Pre:
		l.pre = true
		l.block(n)
		l.pre = false
	case atom.P, atom.Div, atom.Li, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		l.block(n)
	default:
		l.children(n)
	}
}

func (l *layout) children(n *html.Node) {
	for child := range n.ChildNodes() {
		l.node(child)
	}
}

func (l *layout) block(n *html.Node) {
	l.endRow()
	l.children(n)
	l.endRow()
}

func (l *layout) styled(n *html.Node, s style) {
	before := l.style
	l.style |= s
	l.children(n)
	l.style = before
}

// indented adds the rows of the node n to l.rows. Each row begins with the present
// indent, followed by first in the first row of n and by rest in its other rows. The
// rows after n have the present indent alone again.
func (l *layout) indented(n *html.Node, first, rest string) {
	l.endRow()
	before := l.rest
	l.first, l.rest = l.first+first, before+rest
	l.block(n)
	l.first, l.rest = before, before
}

func (l *layout) list(n *html.Node) {
	l.endRow()
	number := 1
	for _, a := range n.Attr {
		if start, err := strconv.Atoi(a.Val); err == nil && a.Key == "start" {
			number = start
		}
	}
	for item := range n.ChildNodes() {
		if item.DataAtom != atom.Li {
			continue
		}
		mark := "– "
		if n.DataAtom == atom.Ol {
			mark = fmt.Sprintf("%d. ", number)
			number++
		}
		l.indented(item, mark, strings.Repeat(" ", len([]rune(mark))))
	}
}

func (l *layout) link(n *html.Node) {
	before := len(l.row.glyphs)
	l.children(n)
	for _, a := range n.Attr {
		if a.Key != "href" {
			continue
		}
		address := strings.TrimPrefix(a.Val, "mailto:")
		if before > len(l.row.glyphs) || l.row.text(before) != address {
			l.text(" (" + address + ")")
		}
	}
}

// text appends s to the current row in the current style, without control characters. A
// run of white space counts as one space, and as none at the start of a row;
// non-breaking spaces do not count as white space. In preformatted text, all spaces
// stay and a line break ends the row.
func (l *layout) text(s string) {
	for _, r := range s {
		switch {
		case l.pre && r == '\n':
			l.opened = true
			l.endRow()
			continue
		case r == '\n' || r == '\t' || r == '\r' || r == ' ':
			if !l.pre && (len(l.row.glyphs) == 0 || l.row.glyphs[len(l.row.glyphs)-1].r == ' ') {
				continue
			}
			r = ' '
		case unicode.IsControl(r):
			continue
		}
		l.opened = true
		l.row.glyphs = append(l.row.glyphs, glyph{r, l.style})
	}
}

// endRow adds the current row to l.rows and begins an empty one, whose indent is
// l.rest. It does nothing if no row has begun.
func (l *layout) endRow() {
	if !l.opened {
		return
	}
	l.row.first, l.row.rest = l.first, l.rest
	l.rows = append(l.rows, l.row)
	l.row, l.opened, l.first = row{}, false, l.rest
}
