package main

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// style is bold, italic, struck out, or several of these as bits; 0 is plain.
type style uint8

const (
	bold style = 1 << iota
	italic
	struck
)

// escape returns the terminal sequence that sets exactly this style: it also ends every
// other one.
func (s style) escape() string {
	code := "\x1b[0"
	for _, known := range []struct {
		style style
		code  string
	}{{bold, ";1"}, {italic, ";3"}, {struck, ";9"}} {
		if s&known.style != 0 {
			code += known.code
		}
	}
	return code + "m"
}

type glyph struct {
	r     rune
	style style
}

// row is one line of a rendered message, of any width, with a style for each
// character.
type row struct {
	glyphs []glyph
	first  string // precedes its first line
	rest   string // precedes its further lines
}

// text returns the row's characters from index from on, without their style. It panics
// if from is greater than their number.
func (r row) text(from int) string {
	var text strings.Builder
	for _, g := range r.glyphs[from:] {
		text.WriteRune(g.r)
	}
	return text.String()
}

// wrap returns text without control characters, and with its lines broken at spaces to
// fit a width in columns. The parts of a broken line all have the indent of that line.
// A word that is wider than the width stays whole.
func wrap(text string, columns int) string {
	var wrapped strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		words := strings.TrimLeft(visible(line), " ")
		indent := strings.Repeat(" ", len(visible(line))-len(words))
		r := row{first: indent, rest: indent}
		for _, c := range words {
			r.glyphs = append(r.glyphs, glyph{r: c})
		}
		r.wrap(&wrapped, columns)
	}
	return strings.TrimSuffix(wrapped.String(), "\n")
}

// wrap writes the row to w in lines of at most the given number of columns, indents
// included, broken at spaces, each with a line end. A longer word, such as an address,
// stays whole.
func (r row) wrap(w *strings.Builder, columns int) {
	before, glyphs := r.first, r.glyphs
	for {
		line, others := cut(glyphs, columns-cells(before))
		w.WriteString(before)
		writeStyled(w, line)
		w.WriteByte('\n')
		if len(others) == 0 {
			return
		}
		before, glyphs = r.rest, others
	}
}

// cut splits glyphs, characters with their style, into a line of at most that many
// columns and the others, at the last space that fits, which it drops. A first word
// that is wider than the columns stays whole on the line. If all glyphs fit, others is
// nil, and the line loses the spaces at its end.
func cut(glyphs []glyph, columns int) (line, others []glyph) {
	column, space := 0, -1
	for i, g := range glyphs {
		if g.r == ' ' {
			space = i
		}
		column += cellsOf(g.r)
		if column > columns && space > 0 {
			return glyphs[:space], glyphs[space+1:]
		}
	}
	return trimSpace(glyphs), nil
}

func trimSpace(glyphs []glyph) []glyph {
	for len(glyphs) > 0 && glyphs[len(glyphs)-1].r == ' ' {
		glyphs = glyphs[:len(glyphs)-1]
	}
	return glyphs
}

func writeStyled(w *strings.Builder, glyphs []glyph) {
	var now style
	for _, g := range glyphs {
		if g.style != now {
			now = g.style
			w.WriteString(now.escape())
		}
		w.WriteRune(g.r)
	}
	if now != 0 {
		w.WriteString(style(0).escape())
	}
}

// cells returns the number of columns that the text takes in a terminal. A wide
// character of East Asia takes two columns, a combining mark none.
func cells(text string) (columns int) {
	for _, r := range text {
		columns += cellsOf(r)
	}
	return columns
}

func cellsOf(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}
