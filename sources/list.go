package sources

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"golang.org/x/sync/errgroup"

	"heraut/catalogue"
	"heraut/fetch"
)

// repositoryList is the Source of new repositories in a published list of all of them,
// in JSON or CSV.
type repositoryList struct {
	getter   *fetch.Getter
	location string
}

// storeAtOnce is how many repositories are looked up and stored in one transaction, so
// that other users of the database do not wait long.
const storeAtOnce = 250

// Fetch returns the repositories of the list that the bot never saw, and stores all for
// searches. It reads the whole list, but only if the list changed or the query asks to
// read items again, and keeps only new items in memory. Items to read again that the
// list lacks are gone. The Batch is empty if the list has not changed, and on an error.
func (l *repositoryList) Fetch(ctx context.Context, q Query) (Batch, error) {
	var since fetch.Validators
	if err := readState(q.State, &since); err != nil {
		return Batch{}, err
	}
	if len(q.Again) > 0 {
		since = fetch.Validators{}
	}
	resp, err := l.getter.Get(ctx, l.location, since)
	if err != nil || resp.NotModified {
		return Batch{}, err
	}
	defer resp.Body.Close()
	r := listReading{query: q, hosts: map[string]int{}, taken: map[string]bool{}, again: map[string]Reading{}, thrift: thrift{}}
	for _, a := range q.Again {
		r.again[a.Key] = Reading{Gone: true} // until the list shows it
	}
	// Decoding runs ahead while the previous chunk is stored.
	g, ctx := errgroup.WithContext(ctx)
	chunks := make(chan []Item)
	g.Go(func() error {
		defer close(chunks)
		if err := Protect(func() error { return r.decode(ctx, catalogue.Text(resp.Body, resp.ContentType), chunks) }); err != nil {
			return fmt.Errorf("read %s: %w: %w", fetch.Redacted(l.location), errFormat, err)
		}
		return nil
	})
	g.Go(func() error {
		return Protect(func() error {
			for chunk := range chunks {
				if err := r.lookUp(ctx, chunk); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err := g.Wait(); err != nil {
		return Batch{}, err
	}
	batch := Batch{Fresh: r.fresh, Again: r.again, Hosts: []HostNow{}}
	for name, n := range r.hosts {
		batch.Hosts = append(batch.Hosts, HostNow{Name: name, Items: n})
		batch.Whole = append(batch.Whole, name)
	}
	batch.State, err = json.Marshal(resp.Validators)
	return batch, err
}

// listReading is one reading of a list of repositories: the query, and the results so
// far.
type listReading struct {
	query Query

	// Counted by decode.
	hosts map[string]int // number of repositories, by host
	again map[string]Reading

	// Found by lookUp.
	fresh  []Fresh
	taken  map[string]bool
	thrift thrift
}

// decode parses the list in body, and sends its repositories to chunks in groups of
// storeAtOnce. It counts them in r.hosts, and sets in r.again the present form of the
// items to read again. The error is that of the list, or of ctx.
func (r *listReading) decode(ctx context.Context, body io.Reader, chunks chan<- []Item) error {
	var chunk []Item
	handOver := func() error {
		select {
		case chunks <- chunk:
			chunk = nil
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	_, err := catalogue.ReadRepositories(body, func(repo catalogue.Repository) error {
		r.hosts[repo.Host]++
		item := repositoryItem(&repo)
		if _, ok := r.again[item.Key]; ok {
			r.again[item.Key] = Reading{Item: item}
		}
		if chunk = append(chunk, item); len(chunk) < storeAtOnce {
			return nil
		}
		return handOver()
	})
	if err != nil {
		return err
	}
	return handOver()
}

// lookUp stores chunk, a group of repositories, so that searches find them, and adds
// the repositories that the bot never saw to r.fresh. In the first reading of the list,
// thrift reduces them before. The error is that of the query's functions.
func (r *listReading) lookUp(ctx context.Context, chunk []Item) error {
	keys := make([]string, len(chunk))
	all := make([]catalogue.Repository, len(chunk))
	for i, item := range chunk {
		keys[i], all[i] = item.Key, *item.Repository
	}
	if err := r.query.Store(ctx, all); err != nil {
		return fmt.Errorf("keep repositories: %w", err)
	}
	unseen, err := r.query.Unseen(ctx, keys)
	if err != nil {
		return fmt.Errorf("look up what was seen: %w", err)
	}
	for _, item := range chunk {
		if unseen[item.Key] && !r.taken[item.Key] {
			r.taken[item.Key] = true
			f := freshRepository(item, r.query.Now)
			if r.query.State == nil {
				f = r.thrift.reduce(f)
			}
			r.fresh = append(r.fresh, f)
		}
	}
	return nil
}
