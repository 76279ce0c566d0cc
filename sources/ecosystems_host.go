package sources

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"heraut/catalogue"
	"heraut/fetch"
)

// hostWalk is the reading of a code host's list of repositories, page by page, the last
// indexed first, until it reaches known ones; at times, from end to end.
type hostWalk struct {
	*ecosystemsReading
	name, domain string
	whole        bool // reads from end to end
	floor        int  // rows with ids up to this were read in earlier rounds
	highest, low int  // of the row ids read so far
	rows         int
	end          bool // the list has no more rows
	// failed holds the owners whose request failed. They delay nothing else.
	failed map[string]error
}

// over reports whether the walk is done: it reached repositories that earlier rounds
// read, or the end of the list.
func (w *hostWalk) over() bool { return w.end || w.low <= w.floor }

// page reads one page of the list, the one with the number page, which has at most size
// repositories. It adds those that are new or wanted to the batch (take), and records
// in w how far the walk came. It returns the validators of the answer, and true if the
// page has not changed since the answer with the validators since.
func (w *hostWalk) page(ctx context.Context, page, size int, since fetch.Validators) (fetch.Validators, bool, error) {
	path := "hosts/" + url.PathEscape(w.name) + "/repositories"
	location := w.url(path, page, size)
	resp, err := w.getter.Get(ctx, location, since)
	if err != nil || resp.NotModified {
		return since, err == nil, err
	}
	defer resp.Body.Close()
	var items []Item
	file, err := catalogue.ReadRepositories(resp.Body, func(repo catalogue.Repository) error {
		repo.Host = w.domain
		w.highest, w.low = max(w.highest, repo.Row), repo.Row
		items = append(items, repositoryItem(&repo))
		return nil
	})
	n := file.Entries + len(file.Dropped)
	if err != nil && (n > 0 || !errors.Is(err, catalogue.ErrNoEntries)) {
		return since, false, fmt.Errorf("read %s: %w: %w", fetch.Redacted(location), errFormat, err)
	}
	w.rows += n
	w.end = n < firstPage // a server may return less than requested
	return resp.Validators, false, w.take(ctx, items)
}

// take adds the repositories items of a page to the batch: those never seen to Fresh,
// each once, and those that Query.Again lists to Again. It makes the repositories of
// both kinds findable by searches (Query.Store); in a reading from end to end, all of
// items. The error is that of the query's functions.
func (w *hostWalk) take(ctx context.Context, items []Item) error {
	keys := make([]string, len(items))
	for i, item := range items {
		keys[i] = item.Key
	}
	unseen, err := w.query.Unseen(ctx, keys)
	if err != nil {
		return fmt.Errorf("look up what was seen: %w", err)
	}
	var kept []Item
	for _, item := range items {
		a, wanted := w.unread[item.Key]
		if wanted {
			w.again(ctx, a, item)
		}
		if w.whole || wanted || unseen[item.Key] {
			kept = append(kept, item)
		}
		if unseen[item.Key] && !w.taken[item.Key] {
			w.taken[item.Key] = true
			w.batch.Fresh = append(w.batch.Fresh, freshRepository(item, w.query.Now))
		}
	}
	return w.store(ctx, kept...)
}

// store passes repositories, in groups, to the query's function Store, which makes them
// findable by searches. The error is Store's.
func (w *hostWalk) store(ctx context.Context, items ...Item) error {
	for some := range slices.Chunk(items, storeAtOnce) {
		all := make([]catalogue.Repository, len(some))
		for i, item := range some {
			all[i] = *item.Repository
		}
		if err := w.query.Store(ctx, all); err != nil {
			return fmt.Errorf("keep repositories: %w", err)
		}
	}
	return nil
}

// again adds item to the batch: it is the present form of a, which the query asked to
// read again. It removes a from w.unread. It sets whether the repository's owner is a
// person: as in a or, if a.AskOwner is set, as the API says now. If that request fails,
// the batch does not get the item, and the next round tries again.
func (w *hostWalk) again(ctx context.Context, a Again, item Item) {
	delete(w.unread, a.Key)
	repo := item.Repository
	repo.Personal = a.Repository.Personal
	if a.AskOwner && repo.Owner != "" {
		kind, ok := w.kindOf(ctx, repo.Owner)
		if !ok {
			return
		}
		repo.Personal = kind == OwnerUser
	}
	w.batch.Again[a.Key] = Reading{Item: item}
}

// lookUp reads again the repository a, as the query asks, by its name: it adds it to
// the batch and stores it for searches. If the repository no longer exists, or another
// repository has its name now, lookUp adds it as gone. For a renamed repository, the
// API redirects from the old name. The error is one of the API or of the store.
func (w *hostWalk) lookUp(ctx context.Context, a Again) error {
	path := "hosts/" + url.PathEscape(w.name) + "/repositories/" + url.PathEscape(a.Repository.FullName)
	var object json.RawMessage
	err := readObject(ctx, w.getter, w.base+"/"+path, &object)
	if err != nil && !isGone(err) {
		return err
	}
	var found *Item
	if err == nil {
		list := io.MultiReader(strings.NewReader("["), bytes.NewReader(object), strings.NewReader("]"))
		_, err := catalogue.ReadRepositories(list, func(repo catalogue.Repository) error {
			repo.Host = w.domain
			item := repositoryItem(&repo)
			found = &item
			return nil
		})
		if err != nil {
			return fmt.Errorf("read %s: %w: %w", path, errFormat, err)
		}
	}
	if found == nil || found.Key != a.Key { // another repository may have that name now
		delete(w.unread, a.Key)
		w.batch.Again[a.Key] = Reading{Gone: true}
		return nil
	}
	w.again(ctx, a, *found)
	return w.store(ctx, *found)
}

// kindOf returns the API's word for the kind of the owner login, a person or an
// organisation; empty if the API does not know the owner. It asks once for each owner
// and round, and adds a known kind to the batch's Owners. ok is false if the request
// fails, which kindOf records in w.failed, and if several requests failed before: then
// it asks nothing any more.
func (w *hostWalk) kindOf(ctx context.Context, login string) (kind string, ok bool) {
	id := OwnerID{w.domain, strings.ToLower(login)}
	if kind, ok = w.kinds[id]; ok {
		return kind, true
	}
	if w.failed[id.Name] != nil || len(w.failed) >= patience {
		return "", false
	}
	var owner struct {
		Kind string `json:"kind"`
	}
	path := "hosts/" + url.PathEscape(w.name) + "/owners/" + url.PathEscape(login)
	if err := readObject(ctx, w.getter, w.base+"/"+path, &owner); err != nil && !isGone(err) {
		w.failed[id.Name] = err
		return "", false
	}
	w.kinds[id] = owner.Kind
	if owner.Kind != "" {
		w.batch.Owners = append(w.batch.Owners, OwnerNow{id, owner.Kind})
	}
	return owner.Kind, true
}

// isGone reports whether err is the answer of a source that the address does not exist
// (404, 410); false for nil.
func isGone(err error) bool {
	status, ok := errors.AsType[*fetch.StatusError](err)
	return ok && (status.Code == http.StatusNotFound || status.Code == http.StatusGone)
}

// readArray calls each for every element of the JSON array at location, one at a time
// in memory. Elements of an unexpected form are left out. It returns the answer's
// validators, and notModified, which reports that the array has not changed since the
// answer whose validators are since; each is not called then. The error is the getter's
// or, for a fault of the JSON or an error of each, one that wraps both errFormat and
// that error.
func readArray[T any](ctx context.Context, getter *fetch.Getter, location string, since fetch.Validators,
	each func(T) error) (validators fetch.Validators, notModified bool, err error) {
	resp, err := getter.Get(ctx, location, since)
	if err != nil {
		return since, false, err
	}
	defer resp.Body.Close()
	if resp.NotModified {
		return since, true, nil
	}
	dec := json.NewDecoder(resp.Body)
	token, err := dec.Token()
	if err == nil && token != json.Delim('[') {
		err = errors.New("no JSON array")
	}
	for err == nil && dec.More() {
		var element T
		err = dec.Decode(&element)
		if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			err = nil
			continue
		}
		if err == nil {
			err = each(element)
		}
	}
	if err == nil {
		_, err = dec.Token()
	}
	if err != nil {
		return since, false, fmt.Errorf("read %s: %w: %w", fetch.Redacted(location), errFormat, err)
	}
	return resp.Validators, false, nil
}

// readObject decodes the JSON object at location into the variable that into points to.
// The error is the getter's, or wraps errFormat if the JSON cannot be read.
func readObject(ctx context.Context, getter *fetch.Getter, location string, into any) error {
	resp, err := getter.Get(ctx, location, fetch.Validators{})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return fmt.Errorf("read %s: %w: %w", fetch.Redacted(location), errFormat, err)
	}
	return nil
}
