package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"heraut/feed"
	"heraut/fetch"
	"heraut/sources"
)

const (
	// maxPage bounds the bytes read of a page, which names its feeds near the start.
	maxPage = 1 << 20
	// maxGuesses bounds the usual places to try for a page that names no feed.
	maxGuesses = 4
)

var errNoFeed = errors.New("cette page ne nomme aucun flux, et il n’y en a pas aux endroits habituels")

// discover returns the feeds of the page at the command's location. If the location is
// a feed, it returns the location itself; otherwise the feeds that the page names or,
// if it names none, those at the usual places of its site. The error is errNoFeed if
// there are none, or says why the page cannot be read.
func (c readCommand) discover(ctx context.Context, getter *fetch.Getter) (reading, error) {
	resp, err := getter.GetAny(ctx, c.Location, fetch.Validators{})
	if err != nil {
		return reading{}, err
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
	if err != nil {
		return reading{}, fmt.Errorf("read %s: %w", fetch.Redacted(c.Location), err)
	}
	from := feed.Source{Address: resp.URL, ContentType: resp.ContentType}
	if c.ContentType != "" {
		from.ContentType = c.ContentType
	}
	var found []feed.Link
	if parsed, err := sources.ReadFeed(page, from.ContentType, from.Address); !resp.Page && err == nil {
		found = []feed.Link{{URL: c.Location, Title: parsed.Title}}
	} else if found = feed.Links(page, from); len(found) == 0 && from.Address != "" {
		found = guessed(ctx, getter, feed.Guesses(page, from.Address, maxGuesses))
	}
	if len(found) == 0 {
		return reading{}, errNoFeed
	}
	var r reading
	for _, l := range found {
		text := l.URL
		if l.Title != "" {
			text = l.Title + "\u00a0: " + l.URL
		}
		r.Entries = append(r.Entries, readEntry{ID: l.URL, Title: l.Title, URL: l.URL, Text: text})
	}
	r.finish("page")
	return r, nil
}

// guessed requests each of the addresses and returns those that are feeds, with their
// titles. It skips addresses that fail or are no feed.
func guessed(ctx context.Context, getter *fetch.Getter, addresses []string) (found []feed.Link) {
	for _, address := range addresses {
		resp, err := getter.Get(ctx, address, fetch.Validators{})
		if err != nil {
			continue
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			continue
		}
		if parsed, err := sources.ReadFeed(body, resp.ContentType, address); err == nil {
			found = append(found, feed.Link{URL: address, Title: parsed.Title})
		}
	}
	return found
}
