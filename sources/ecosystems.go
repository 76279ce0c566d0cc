package sources

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"heraut/fetch"
)

const (
	// firstPage is how many repositories of each host the first request asks for.
	firstPage = 100
	// fullPage is the API's largest page, and maxPages the number of its last page.
	fullPage, maxPages = 1000, 100
	// wholeEvery is the interval at which a host is read from end to end, to find rows
	// that shifted to another page during a reading.
	wholeEvery = 7 * 24 * time.Hour
	// Up to few repositories are looked up by name instead of reading the first page
	// for them, and up to oneByOne that the first page lacks instead of reading more
	// pages.
	few, oneByOne = 3, 20
	// patience is how many hosts in a row may fail before the round leaves the others
	// to the next one.
	patience = 3
)

// ecosystems is the Source of new repositories in the API of ecosyste.ms, which
// indexes many code hosts. It reads the list of hosts, and of each host the
// repositories indexed last, which are new to the API, however old on their host. It
// reads every host, since the list of hosts does not show which ones have news.
type ecosystems struct {
	getter *fetch.Getter
	base   string // "https://ecosystem.code.gouv.fr/api/v1"
}

// ecosystemsState is the stored state of ecosystems between two rounds: how far each
// host was read, and the validators of the answers.
type ecosystemsState struct {
	List  fetch.Validators    `json:"list"`  // of the list of hosts
	Hosts map[string]hostMark `json:"hosts"` // by the API's name
}

// hostMark records how far the repositories of one host have been read, by the API's
// row ids.
type hostMark struct {
	Domain string           `json:"domain"`
	Mark   int              `json:"mark,omitempty"` // the highest row id read
	Page   fetch.Validators `json:"page"`           // of the first page
	Whole  time.Time        `json:"whole,omitzero"` // the last reading from end to end
}

// Fetch returns the repositories that the API indexed since the last round, and reads
// again those that the query asks for. If some hosts fail, the Batch holds the results
// of the others, and the error joins the failures. After three failures in a row, or a
// refusal of too many requests, the next round reads the other hosts.
func (e *ecosystems) Fetch(ctx context.Context, q Query) (Batch, error) {
	r := ecosystemsReading{ecosystems: e, query: q, kinds: map[OwnerID]string{}, unread: map[string]Again{}}
	if err := r.load(q.State); err != nil {
		return Batch{}, err
	}
	r.batch.Again = map[string]Reading{}
	for _, a := range q.Again {
		r.unread[a.Key] = a
	}
	if err := r.hosts(ctx); err != nil {
		return Batch{}, err
	}
	var failures []error
	inARow := 0
	for name, mark := range r.state.Hosts {
		err := r.host(ctx, name, mark)
		if err == nil {
			inARow = 0
			continue
		}
		failures = append(failures, err)
		status, _ := errors.AsType[*fetch.StatusError](err)
		if inARow++; inARow >= patience || ctx.Err() != nil || status != nil && status.Code == http.StatusTooManyRequests {
			break
		}
	}
	slices.SortFunc(r.batch.Fresh, func(a, b Fresh) int { return cmp.Compare(a.Repository.Row, b.Repository.Row) })
	return r.done(q.State, errors.Join(failures...))
}

// ecosystemsHost holds the used fields of the API's description of a host
// (openapi/api/v1 of ecosyste-ms/repos).
type ecosystemsHost struct {
	Name         string `json:"name"`
	URL          string `json:"url"`
	Repositories int    `json:"repositories_count"`
	Status       string `json:"status"`
}

// down reports whether the API says that it cannot reach the host at present.
func (h ecosystemsHost) down() bool { return h.Status != "" && h.Status != "online" }

// ecosystemsReading is one round of reading the API: what to read, and the results so
// far.
type ecosystemsReading struct {
	*ecosystems
	query  Query
	state  ecosystemsState
	batch  Batch
	unread map[string]Again   // items of Query.Again still to read, by key
	kinds  map[OwnerID]string // of owners, each requested once
	taken  map[string]bool
}

func (r *ecosystemsReading) load(state []byte) error {
	r.state.Hosts, r.taken = map[string]hostMark{}, map[string]bool{}
	return readState(state, &r.state)
}

// done returns the batch of the round and err, the failures of its hosts. The batch
// holds the new state only if that differs from before, the stored state of the last
// round.
func (r *ecosystemsReading) done(before []byte, err error) (Batch, error) {
	state, failed := json.Marshal(r.state)
	if failed != nil {
		return Batch{}, failed
	}
	if string(state) != string(before) {
		r.batch.State = state
	}
	return r.batch, err
}

// hosts reads the API's list of code hosts into the batch and the state. If the API
// says that the list has not changed, the batch's Hosts stay nil. If the query asks to
// read items again, hosts reads the list even if it has not changed.
func (r *ecosystemsReading) hosts(ctx context.Context) error {
	since := r.state.List
	if len(r.unread) > 0 {
		// Only a current count of the host's items justifies calling an item gone.
		since = fetch.Validators{}
	}
	for page := 1; page <= maxPages; page++ {
		n := 0
		validators, notModified, err := readArray(ctx, r.getter, r.url("hosts", page, fullPage), since, func(h ecosystemsHost) error {
			n++
			domain := domainOf(h.URL)
			if h.Name == "" || domain == "" {
				return nil
			}
			mark := r.state.Hosts[h.Name]
			mark.Domain = domain
			r.state.Hosts[h.Name] = mark
			r.batch.Hosts = append(r.batch.Hosts, HostNow{Name: domain, Items: h.Repositories, Down: h.down()})
			return nil
		})
		if err != nil || notModified {
			return err
		}
		if page == 1 {
			r.state.List = validators
		}
		if n < fullPage {
			break
		}
	}
	if r.batch.Hosts == nil {
		r.batch.Hosts = []HostNow{}
	}
	return nil
}

// host reads the new repositories of one code host into the batch, from where mark says
// the last round ended, and those of its items that the query asks to read again. The
// first time, and then every wholeEvery, it reads the host from end to end. It stores
// the new mark in the state. name is the host's name in the API. A host without a page
// in the API is no error. Failed requests about owners are reported after all else is
// read.
func (r *ecosystemsReading) host(ctx context.Context, name string, mark hostMark) error {
	walk := hostWalk{ecosystemsReading: r, name: name, domain: mark.Domain, floor: mark.Mark, failed: map[string]error{}}
	if walk.whole = mark.Mark == 0 || r.query.Now.Sub(mark.Whole) >= wholeEvery; walk.whole {
		walk.floor = 0
	}
	since := mark.Page
	if walk.whole || len(r.wanted(mark.Domain)) > few {
		since = fetch.Validators{}
	}
	validators, notModified, err := walk.page(ctx, 1, firstPage, since)
	if isGone(err) {
		return nil // the list names a host without a page
	}
	if err != nil {
		return err
	}
	if left := r.wanted(mark.Domain); len(left) > oneByOne && !notModified {
		walk.floor = min(walk.floor, lowest(left)-1)
	}
	for page := 1; !notModified && !walk.over() && page <= maxPages; page++ {
		if _, _, err := walk.page(ctx, page, fullPage, fetch.Validators{}); err != nil {
			return err
		}
	}
	mark.Page, mark.Mark = validators, max(mark.Mark, walk.highest)
	if walk.whole && walk.rows > 0 {
		mark.Whole = r.query.Now
		r.batch.Whole = append(r.batch.Whole, mark.Domain)
	}
	r.state.Hosts[name] = mark
	for _, a := range r.wanted(mark.Domain) {
		if err := walk.lookUp(ctx, a); err != nil {
			return err
		}
	}
	return errors.Join(slices.Collect(maps.Values(walk.failed))...)
}

// wanted returns the items on the host domain that the query asks to read again and
// that this round has not read yet.
func (r *ecosystemsReading) wanted(domain string) (all []Again) {
	for _, a := range r.unread {
		if a.Repository.Host == domain {
			all = append(all, a)
		}
	}
	return all
}

func lowest(all []Again) int {
	low := all[0].Repository.Row
	for _, a := range all {
		low = min(low, a.Repository.Row)
	}
	return low
}

func (e *ecosystems) url(path string, page, perPage int) string {
	query := url.Values{"per_page": {strconv.Itoa(perPage)}}
	if page > 1 {
		query.Set("page", strconv.Itoa(page))
	}
	if strings.Contains(path, "/") {
		query.Set("sort", "id")
		query.Set("order", "desc")
	}
	return e.base + "/" + path + "?" + query.Encode()
}
