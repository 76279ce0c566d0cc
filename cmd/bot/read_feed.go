package main

import (
	"bytes"
	"cmp"
	"io"
	"regexp"

	"heraut/catalogue"
	"heraut/sources"
)

var (
	// feedElement matches the root of an XML feed, or its substitute, at any
	// position, since some feeds begin with warnings.
	feedElement = regexp.MustCompile(`<(?:[A-Za-z_][\w.-]*:)?(?:rss|feed|RDF|channel)[\s>]`)
	// feedField matches a field that a JSON Feed has and an object of the SILL does
	// not.
	feedField = regexp.MustCompile(`"items"\s*:|"version"\s*:\s*"https?:(?:\\?/){2}jsonfeed\.org`)
)

// isFeed reports whether data that begin with start look like a feed. It is true for
// all XML and HTML, since a web page often stands in a feed's place, for a JSON object
// with a field of JSON Feed, and for other text with a feed's element in it.
func isFeed(start []byte) bool {
	start = bytes.ReplaceAll(start, []byte("\x00"), nil) // UTF-16
	trimmed := bytes.TrimLeft(start, "\xef\xbb\xbf\xfe\xff \t\r\n")
	switch {
	case bytes.HasPrefix(trimmed, []byte("<")):
		return true
	case bytes.HasPrefix(trimmed, []byte("{")):
		return feedField.Match(start)
	case bytes.HasPrefix(trimmed, []byte("[")):
		return false
	}
	return feedElement.Match(start)
}

func readFeed(in readInput) (reading, error) {
	body, err := io.ReadAll(in.body)
	if err != nil {
		return reading{}, err
	}
	parsed, err := sources.ReadFeed(body, in.contentType, in.address)
	if err != nil {
		return reading{}, err
	}
	r := reading{Generation: parsed.Format, Title: parsed.Title}
	for _, e := range parsed.Entries {
		item := sources.EntryItem(parsed, e, in.now)
		entry, err := in.entry(sources.Fresh{Item: item, News: sources.Published}, item.At)
		if err != nil {
			return reading{}, err
		}
		entry.ID = cmp.Or(e.ID, e.Link, e.Title)
		r.Entries = append(r.Entries, entry)
	}
	for _, d := range parsed.Dropped {
		r.Dropped = append(r.Dropped, catalogue.Dropped{Index: d.Index, Reason: d.Reason})
	}
	return r, nil
}
