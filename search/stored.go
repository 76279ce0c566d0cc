package search

import (
	"heraut/catalogue"
	"heraut/flat"
)

// parts calls the function text with the one text of the index, then handles each slice
// of the index, always in the same order: it writes the slice to the file of do, or
// reads it from there into the index. Writing and reading share this function, so that
// their orders cannot differ.
func (ix *index) parts(text func(*string), do visitor) {
	text(&ix.texts)
	visit(do, &ix.keys)
	visit(do, &ix.terms)
	visit(do, &ix.stems)
	visit(do, &ix.stemSlots)
	visit(do, &ix.stemTerms)
	visit(do, &ix.stemStarts)
	visit(do, &ix.postings)
	visit(do, &ix.docs)
	visit(do, &ix.words)
	for _, x := range []*slipIndex{&ix.termSlips, &ix.keySlips, &ix.nearNames} {
		visit(do, &x.items)
		visit(do, &x.starts)
	}
}

// visitor is the file to which parts writes, or from which it reads: one of its fields
// is set.
type visitor struct {
	to   *flat.Writer
	from *flat.Reader
}

func visit[T any](v visitor, part *[]T) {
	if v.to != nil {
		flat.Add(v.to, *part)
		return
	}
	*part = flat.Next[T](v.from)
}

// Store adds the search index of c to the file of w. It builds the index if that was
// not done.
func Store(c *catalogue.Catalogue, w *flat.Writer) {
	For(c).index.parts(func(s *string) { flat.AddText(w, *s) }, visitor{to: w})
}

// UseStored makes searches in c use the index that Store added to f, unless c has an
// index already. r reads f and stands at the index's first part.
func UseStored(c *catalogue.Catalogue, f *flat.File, r *flat.Reader) {
	ix := &index{file: f}
	ix.parts(func(s *string) { *s = flat.NextText(r) }, visitor{from: r})
	c.Derived(func(c *catalogue.Catalogue) any { return &Engine{c, ix} })
}
