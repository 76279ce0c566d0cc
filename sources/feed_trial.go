package sources

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"heraut/feed"
	"heraut/fetch"
)

// FeedTrial is the result of reading a feed before a room watches it.
type FeedTrial struct {
	// Address is the address of the feed, possibly found in a page.
	Address string
	Title   string
	Entries int
	Newest  Item // zero if there is none; without a date if the feed gives none
	// Choices are the feeds of a page that names several. The other fields are empty
	// then.
	Choices []feed.Link
}

const (
	// maxRequests bounds the requests for finding the feed of a page.
	maxRequests = 5
	// maxPage is how much of a page is searched, in bytes: the links to feeds are at
	// its start.
	maxPage = 1 << 20
)

// TryFeed reads the feed at an address that a person typed; feed:// stands for https,
// or for http if that cannot be reached. If a web page is there, it reads the feed that
// the page names, or a feed at an address where its site is likely to have one. If the
// page names several feeds, the result holds these as choices. TryFeed stores nothing.
// FaultOf classifies the error: FaultHTML means a page without a feed. The date of
// Newest in the result is at most now.
func TryFeed(ctx context.Context, getter *fetch.Getter, turn *Turn, address string, now time.Time) (FeedTrial, error) {
	rest, isFeedScheme := strings.CutPrefix(address, "feed://")
	if !isFeedScheme {
		t := trier{getter: getter, turn: turn, now: now}
		return t.find(ctx, address)
	}
	t := trier{getter: getter, turn: turn, now: now}
	trial, err := t.find(ctx, "https://"+rest)
	if err != nil && FaultOf(err) == FaultNetwork && ctx.Err() == nil {
		return t.find(ctx, "http://"+rest)
	}
	return trial, err
}

// trier searches for the feed that a person means by an address, with a limited number
// of requests.
type trier struct {
	getter   *fetch.Getter
	turn     *Turn
	now      time.Time
	requests int
}

// find reads the feed at an address. If a web page is there, it reads the feed that the
// page names; if the page names none, the first feed at the usual addresses of its
// site. If the page names several feeds, it returns them as choices. The error is that
// of the feed; it wraps fetch.ErrHTML for a page without a feed.
func (t *trier) find(ctx context.Context, address string) (FeedTrial, error) {
	trial, page, err := t.try(ctx, address)
	if page == nil {
		return trial, err
	}
	links := feed.WithoutComments(feed.Links(page.text, feed.Source{Address: page.address, ContentType: page.contentType}))
	switch len(links) {
	case 0:
		for _, guess := range feed.Guesses(page.text, page.address, maxRequests-t.requests) {
			if trial, _, found := t.try(ctx, guess); found == nil {
				return trial, nil
			}
		}
		return FeedTrial{}, err // the page's error
	case 1:
		trial, _, err := t.try(ctx, links[0].URL)
		return trial, err
	}
	return FeedTrial{Choices: links}, nil
}

// page is a web page that was found instead of a feed: its bytes, address and
// Content-Type.
type page struct {
	text                 []byte
	address, contentType string
}

// try reads the feed at an address, and counts the request. If a web page is there,
// found is that page, and the error wraps fetch.ErrHTML; otherwise found is nil.
func (t *trier) try(ctx context.Context, address string) (trial FeedTrial, found *page, err error) {
	t.requests++
	resp, err := t.getter.GetAny(ctx, address, fetch.Validators{})
	if err != nil {
		return FeedTrial{}, nil, err
	}
	defer resp.Body.Close()
	trial.Address = address
	err = t.turn.Do(ctx, func() error {
		if resp.Page {
			text, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
			found = &page{text, resp.URL, resp.ContentType}
			return errors.Join(fmt.Errorf("read %s: %w", fetch.Redacted(address), fetch.ErrHTML), err)
		}
		parsed, _, err := parse(resp.Body, resp.ContentType, address, "", true)
		if err != nil {
			return err
		}
		trial.Title, trial.Entries = parsed.Title, len(parsed.Entries)
		if trial.Entries > 0 {
			trial.Newest = EntryItem(parsed, parsed.Entries[0], t.now)
		}
		return nil
	})
	return trial, found, err
}

// A Recent source can return its newest items, whether the bot saw them before or not.
type Recent interface {
	// Recent returns the newest items, at most n, newest first. state is that of the
	// last Batch.
	Recent(ctx context.Context, state []byte, now time.Time, n int) ([]Item, error)
}

// Recent reads the feed and returns its newest entries, at most n, the newest first,
// whether the bot saw them before or not. state is that of the last Batch, which it
// does not change; it says where a feed that moved is. The error says why the feed
// could not be read.
func (f *feedSource) Recent(ctx context.Context, state []byte, now time.Time, n int) (items []Item, err error) {
	var kept feedState
	if err := readState(state, &kept); err != nil {
		return nil, err
	}
	_, err = f.read(ctx, kept, now, true, func(parsed *feed.Feed) error {
		for _, e := range parsed.Entries[:min(n, len(parsed.Entries))] {
			items = append(items, EntryItem(parsed, e, now))
		}
		return nil
	})
	return items, err
}
