package sources

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/mmcdole/gofeed"

	"heraut/fetch"
	"heraut/text"
)

// FeedMaxBytes is how large a feed may be.
const FeedMaxBytes = 8 << 20

// feed reads RSS, Atom or JSON Feed.
type feed struct {
	getter *fetch.Getter
	url    string
}

// NewFeed returns the Source that reads the feed at an address.
func NewFeed(getter *fetch.Getter, url string) Source { return &feed{getter: getter, url: url} }

// feedState is what is kept between two rounds.
type feedState struct {
	Validators fetch.Validators `json:"validators"`
	Title      string           `json:"title"`
	// Sum tells whether a feed without validators is what it was.
	Sum string `json:"sum"`
}

// Fetch implements Source.
func (f *feed) Fetch(ctx context.Context, q Query) (Batch, error) {
	var state feedState
	if err := readState(q.State, &state); err != nil {
		return Batch{}, err
	}
	body, next, err := f.get(ctx, state)
	if err != nil || next == state {
		return Batch{}, err
	}
	var batch Batch
	if next.Sum != state.Sum {
		parsed, err := parseFeed(body, f.url, q.Now)
		if err != nil {
			return Batch{}, fmt.Errorf("read %s: %w", fetch.Redacted(f.url), err)
		}
		next.Title = parsed.Title
		if batch.Fresh, err = parsed.unseen(ctx, q); err != nil {
			return Batch{}, err
		}
	}
	if q.State == nil {
		batch.Hosts, batch.Whole = []HostNow{{}}, []string{""}
	}
	batch.State, err = json.Marshal(next)
	return batch, err
}

// get reads the feed, and returns the state that goes with what it is now: the one
// given if it has not changed.
func (f *feed) get(ctx context.Context, state feedState) (body []byte, now feedState, err error) {
	resp, err := f.getter.Get(ctx, f.url, state.Validators)
	if err != nil || resp.NotModified {
		return nil, state, err
	}
	defer resp.Body.Close()
	if body, err = io.ReadAll(resp.Body); err != nil {
		return nil, state, fmt.Errorf("read %s: %w", fetch.Redacted(f.url), err)
	}
	sum := sha256.Sum256(body)
	sumText := base64.RawStdEncoding.EncodeToString(sum[:])
	return body, feedState{Validators: resp.Validators, Title: state.Title, Sum: sumText}, nil
}

// parsedFeed is a feed as it was understood.
type parsedFeed struct {
	Title   string
	Entries []feedEntry // oldest first
}

// feedEntry is an entry and its keys. One with an id is known by that; another
// by its link, or, since some feeds give many entries one link, by its link, title
// and date. What was seen with these is not new under another id: some feeds make
// up new ones at each reading.
type feedEntry struct {
	Item
	aliases []string
	same    string // the alias that tells an entry that was seen, if there is one
}

// parseFeed reads a feed that was found at an address. Dates that are missing,
// or to come, are now.
func parseFeed(body []byte, address string, now time.Time) (parsedFeed, error) {
	body = repairedText(body)
	if err := checkElements(body); err != nil {
		return parsedFeed{}, err
	}
	parsed, err := gofeed.NewParser().Parse(bytes.NewReader(body))
	if err != nil {
		return parsedFeed{}, fmt.Errorf("%w: %w", errFormat, err)
	}
	if parsed.FeedType == "json" && parsed.FeedVersion == "" {
		return parsedFeed{}, fmt.Errorf("%w: JSON that is no feed", errFormat)
	}
	base := cmp.Or(absolute(address, parsed.Link), address)
	f := parsedFeed{Title: plain(parsed.Title)}
	shared := repeated(parsed.Items)
	for _, item := range slices.Backward(parsed.Items) { // most feeds begin with the newest
		e := feedEntry{Item: Item{
			Kind: KindEntry, From: f.Title, Title: plain(item.Title), URL: absolute(base, linkOf(item)),
			Summary: shortened(plain(firstOf(item.Description, item.Content))), At: dateOf(item, now),
		}}
		e.setKeys(item, shared)
		if e.Title == "" {
			e.Title = e.Summary
		}
		if e.Key != "" {
			f.Entries = append(f.Entries, e)
		}
	}
	slices.SortStableFunc(f.Entries, func(a, b feedEntry) int { return a.At.Compare(b.At) })
	return f, nil
}

// repeated counts the ids and the links of entries.
func repeated(items []*gofeed.Item) map[string]int {
	n := map[string]int{}
	for _, item := range items {
		n["id "+item.GUID]++
		n["link "+linkOf(item)]++
	}
	return n
}

func (e *feedEntry) setKeys(item *gofeed.Item, times map[string]int) {
	link := addressKey(e.URL)
	all := link + "\n" + e.Title
	if item.PublishedParsed != nil {
		all += "\n" + item.PublishedParsed.UTC().Format(time.RFC3339)
	}
	switch {
	case item.GUID != "" && times["id "+item.GUID] == 1:
		e.Key = "id " + item.GUID
		if link != "" && (item.PublishedParsed != nil || times["link "+linkOf(item)] == 1) {
			e.same, e.aliases = all, []string{all}
		}
	case link == "" && e.Title == "":
	case link == "" || times["link "+linkOf(item)] > 1:
		e.Key, e.aliases = all, []string{link}
	default:
		e.Key, e.same, e.aliases = link, all, []string{all}
	}
}

// unseen are the entries that were never seen.
func (f parsedFeed) unseen(ctx context.Context, q Query) (fresh []Fresh, err error) {
	var keys []string
	for _, e := range f.Entries {
		keys = append(keys, e.Key, e.same)
	}
	unseen, err := q.Unseen(ctx, keys)
	if err != nil {
		return nil, fmt.Errorf("look up what was seen: %w", err)
	}
	for _, e := range f.Entries {
		if unseen[e.Key] && (e.same == "" || unseen[e.same]) {
			delete(unseen, e.Key)
			delete(unseen, e.same)
			fresh = append(fresh, Fresh{Item: e.Item, News: Published, Aliases: e.aliases})
		}
	}
	return fresh, nil
}

func linkOf(item *gofeed.Item) string {
	if item.Link == "" && len(item.Links) > 0 {
		return item.Links[0]
	}
	return item.Link
}

// dateOf is when an entry was published, at the latest now.
func dateOf(item *gofeed.Item, now time.Time) time.Time {
	for _, at := range []*time.Time{item.PublishedParsed, item.UpdatedParsed} {
		if at != nil && !at.IsZero() {
			if at.After(now) {
				return now
			}
			return *at
		}
	}
	return now
}

// summaryLength is how many letters of an entry are kept.
const summaryLength = 1000

func shortened(s string) string {
	if short := text.Truncate(s, summaryLength); len(short) < len(s) {
		return short + "…"
	}
	return s
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
