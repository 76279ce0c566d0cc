package sources

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"time"

	"heraut/feed"
)

// reading holds the entries of one reading of a feed, oldest first, with the keys by
// which each is recognised later.
type reading struct {
	entries []feedEntry
}

// feedEntry is an entry of a feed with its keys: the texts by which the same entry is
// recognised in later readings.
type feedEntry struct {
	Item
	// aliases are further keys of this entry alone. same are those aliases that
	// identify an entry seen under another key: some feeds make up new ids at each
	// reading.
	aliases, same []string
}

// newReading returns the entries of a parsed feed as items with their keys, oldest
// first. Entries without any key are left out. now bounds their dates, as EntryItem
// says.
func newReading(parsed *feed.Feed, now time.Time) *reading {
	r := &reading{}
	times := repeated(parsed.Entries)
	for _, e := range slices.Backward(parsed.Entries) {
		item := feedEntry{Item: EntryItem(parsed, e, now)}
		item.setKeys(&e, times)
		if item.Key != "" {
			r.entries = append(r.entries, item)
		}
	}
	return r
}

// EntryItem returns the entry e of the feed parsed as an item, without the keys by
// which it is recognised later. Its date is that of publication, or else of the last
// change. A date within a day after now becomes now, as a fast clock may give it; a
// later one is left out.
func EntryItem(parsed *feed.Feed, e feed.Entry, now time.Time) Item {
	item := Item{
		Kind: KindEntry, From: parsed.Title, Title: e.Title, URL: e.URL, Summary: e.Summary,
	}
	for _, at := range []time.Time{e.Published, e.Updated} {
		if item.At.IsZero() && !at.IsZero() && at.Sub(now) < 24*time.Hour {
			item.At = at
		}
	}
	if item.At.After(now) {
		item.At = now
	}
	return item
}

// repeated counts the entries with each id, under the key "id " + ID, and those with
// each link, under "link " + addressKey of the link. Entries without an id or a link
// count under "id " or "link ".
func repeated(entries []feed.Entry) map[string]int {
	n := map[string]int{}
	for _, e := range entries {
		n["id "+e.ID]++
		n["link "+addressKey(e.Link)]++
	}
	return n
}

// sameLinkAndTitle is the prefix of keys made from the link and the title alone.
const sameLinkAndTitle = "same "

// setKeys sets the keys by which the bot recognises the entry later, e.Key, e.aliases
// and e.same, from the parsed entry. e.Key is the first of these that the entry has:
// its id, its link, both only if no other entry of the feed has the same; its link,
// title and date together; its summary. It stays empty if the entry has none. The other
// keys guard against feeds that give an entry a new id, or a new id and date, at each
// reading. times holds how often each id and each link occurs in the feed (repeated).
func (e *feedEntry) setKeys(entry *feed.Entry, times map[string]int) {
	link, title := addressKey(entry.Link), entry.OwnTitle
	all := link + "\n" + title
	alone := ""
	if link != "" && title != "" && times["link "+link] == 1 {
		alone = sameLinkAndTitle + all
	}
	if at := entry.At(); !at.IsZero() {
		all += "\n" + at.UTC().Format(time.RFC3339)
	} else if link != "" && times["link "+link] > 1 {
		alone = ""
	}
	switch {
	case entry.ID != "" && times["id "+entry.ID] == 1:
		e.Key = "id " + entry.ID
		if link != "" && (!entry.At().IsZero() || times["link "+link] == 1) {
			e.same, e.aliases = []string{all}, []string{all}
		}
	case link == "" && title == "" && entry.Summary == "":
	case link == "" && title == "":
		sum := sha256.Sum256([]byte(entry.Summary))
		e.Key = "text " + base64.RawStdEncoding.EncodeToString(sum[:])
	case link == "" || times["link "+link] > 1:
		e.Key = all
		if link != "" {
			e.aliases = []string{link}
		}
	default:
		e.Key, e.same, e.aliases = link, []string{all}, []string{all}
	}
	if alone != "" && e.Key != "" {
		e.same, e.aliases = append(e.same, alone), append(e.aliases, alone)
	}
}

// keysPerQuery is the number of keys that one query looks up.
const keysPerQuery = 1000

// unseen returns the entries that the bot never saw before, under any of their keys,
// oldest first. In a feed that shows an id seen before, the link and the title alone
// identify no entry. The error is that of q.Unseen.
func (r *reading) unseen(ctx context.Context, q Query) (fresh []Fresh, err error) {
	var keys []string
	for _, e := range r.entries {
		keys = append(append(keys, e.Key), e.same...)
	}
	unseen := map[string]bool{}
	for some := range slices.Chunk(keys, keysPerQuery) {
		found, err := q.Unseen(ctx, some)
		if err != nil {
			return nil, fmt.Errorf("look up what was seen: %w", err)
		}
		maps.Copy(unseen, found)
	}
	// A feed that shows a known id does not make up its ids at each reading.
	keepsIDs := slices.ContainsFunc(r.entries, func(e feedEntry) bool {
		return strings.HasPrefix(e.Key, "id ") && !unseen[e.Key]
	})
	taken := map[string]bool{}
	for _, e := range r.entries {
		isSeen := func(key string) bool {
			return !unseen[key] && (!keepsIDs || !strings.HasPrefix(key, sameLinkAndTitle)) || taken[key]
		}
		if isSeen(e.Key) || slices.ContainsFunc(e.same, isSeen) {
			continue
		}
		taken[e.Key] = true
		for _, key := range e.same {
			taken[key] = true
		}
		fresh = append(fresh, Fresh{Item: e.Item, News: Published, Aliases: e.aliases})
	}
	return fresh, nil
}

// again returns the present form, by key, of each wanted item whose title or address
// changed in the feed; nil if no item is wanted.
func (r *reading) again(wanted []Again) map[string]Reading {
	if len(wanted) == 0 {
		return nil
	}
	before := map[string]Again{}
	for _, a := range wanted {
		before[a.Key] = a
	}
	changed := map[string]Reading{}
	for _, e := range r.entries {
		if a, ok := before[e.Key]; ok && (a.Title != e.Title || a.URL != e.URL) {
			changed[e.Key] = Reading{Item: e.Item}
		}
	}
	return changed
}

// keptTitles is how many titles of a feed the state holds.
const keptTitles = 50

// titles returns hashes of the titles of the newest entries, at most keptTitles, by
// which the next round recognises them.
func (r *reading) titles() (hashes []uint32) {
	for _, e := range slices.Backward(r.entries) {
		if len(hashes) < keptTitles {
			hashes = append(hashes, hashOf(e.Title))
		}
	}
	return hashes
}

func hashOf(s string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(s))
	return h.Sum32()
}

// isRenewed reports whether all entries look new (fresh holds each of them) although at
// least half of their titles were in the last reading: the site gave its entries other
// addresses. before holds the hashes of those titles. It is false for a single entry.
func (r *reading) isRenewed(fresh []Fresh, before []uint32) bool {
	known := 0
	for _, f := range fresh {
		if slices.Contains(before, hashOf(f.Title)) {
			known++
		}
	}
	return len(fresh) > 1 && len(fresh) == len(r.entries) && 2*known >= len(fresh)
}
