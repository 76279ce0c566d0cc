package commons

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"heraut/catalogue"
	"heraut/fetch"
	"heraut/wait"
)

// The bounds of one round.
const (
	maxRequests = 20_000
	maxWait     = 2 * time.Minute // asked for with Retry-After; beyond it the round fails
	maxWaits    = 3               // for one request
)

var errEndless = fmt.Errorf("it has more than %d pages and files", maxRequests)

// walk is one round of a Reader through all files of its catalogue: the pages of the
// last round, those read so far, and the number of requests.
type walk struct {
	*Reader
	before   map[string]*page // of the last round, by address
	after    stored
	changed  bool
	requests int
}

// run reads all files of the catalogue into the walk: the pages read, and whether
// anything changed. An error ends the round.
func (w *walk) run(ctx context.Context) error {
	if w.settings.Kind == PublicCode {
		return w.publicCode(ctx)
	}
	parse := parsers[w.settings.Kind]
	start := w.settings.Location
	if w.settings.Kind == Italia {
		start = withQuery(start, "page[size]", "100")
	}
	return w.pages(ctx, start, func(body io.Reader) (*page, error) {
		l, err := parse(body, &w.settings)
		return &page{Entries: l.entries, Dropped: l.dropped, Next: l.next}, err
	})
}

// pages reads the page at the address start into the walk, then the page that this one
// names as the next, and so on, until a page names none or one that was read before.
// parse turns the bytes of a page into its entries. An error ends the reading.
func (w *walk) pages(ctx context.Context, start string, parse func(io.Reader) (*page, error)) error {
	for address := start; ; {
		p, err := w.visit(ctx, file{Address: address}, parse)
		if err != nil {
			return err
		}
		next := follow(address, p.Next)
		if next == "" || w.after.Pages[next] != nil { // the end, or a circle
			return nil
		}
		address = next
	}
}

// follow returns the address of the page next after the one at address. next may be a
// whole address or only a query, whose parameters replace those of the present one. It
// returns an empty text at the end, and for a page on another host.
func follow(address, next string) string {
	here, err := url.Parse(address)
	if next == "" || err != nil || here.Host == "" {
		return ""
	}
	query, bare := strings.CutPrefix(next, "?")
	if !bare {
		there, err := here.Parse(next)
		if err != nil || there.Host != here.Host {
			return ""
		}
		return there.String()
	}
	more, err := url.ParseQuery(query)
	if err != nil {
		return ""
	}
	all := here.Query()
	for key, values := range more {
		all[key] = values
	}
	here.RawQuery = all.Encode()
	return here.String()
}

// withQuery returns a web address with the parameter key set to value, unless it has
// that parameter; a file's path stays.
func withQuery(address, key, value string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Query().Has(key) {
		return address
	}
	query := u.Query()
	query.Set(key, value)
	u.RawQuery = query.Encode()
	return u.String()
}

// visit returns the content of the file f as a page, and adds it to the walk. If f.Mark
// or the server says that the file has not changed, it takes the page from the last
// round. Otherwise it parses the file by means of parse, and sets w.changed. The error
// is a *faultError if the contents cannot be used, or that of get.
func (w *walk) visit(ctx context.Context, f file, parse func(io.Reader) (*page, error)) (*page, error) {
	before := w.before[f.Address]
	if before != nil && f.Mark != "" && f.Mark == before.Mark {
		return w.put(f, before), nil
	}
	var since fetch.Validators
	if before != nil {
		since = before.Validators
	}
	resp, err := w.get(ctx, f.Address, since)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.NotModified {
		same := *before
		same.Mark, same.Validators = f.Mark, resp.Validators
		return w.put(f, &same), nil
	}
	w.changed = true
	p, err := parse(catalogue.Text(resp.Body, resp.ContentType))
	if err != nil {
		return nil, &faultError{f.Address, err}
	}
	p.Mark, p.Validators = f.Mark, resp.Validators
	return w.put(f, p), nil
}

// faultError is the error for a file that arrived but whose contents cannot be used.
type faultError struct {
	address string
	err     error
}

func (e *faultError) Error() string { return fetch.Redacted(e.address) + ": " + e.err.Error() }

func (e *faultError) Unwrap() error { return e.err }

func (w *walk) put(f file, p *page) *page {
	if w.after.Pages[f.Address] == nil {
		w.after.Order = append(w.after.Order, f.Address)
	}
	w.after.Pages[f.Address] = p
	return p
}

// get requests the file at address, after a pause since the request before, and counts
// the request. since holds the validators of the last round. If a busy server asks the
// bot to wait for no longer than maxWait, get waits and tries again, at most maxWaits
// times. The error is that of the last request, errEndless after maxRequests requests
// of this walk, or the cause of ctx.
func (w *walk) get(ctx context.Context, address string, since fetch.Validators) (*fetch.Response, error) {
	for waits := 0; ; waits++ {
		if w.requests++; w.requests > maxRequests {
			return nil, errEndless
		}
		if w.requests > 1 {
			if !wait.For(ctx, w.pause) {
				return nil, context.Cause(ctx)
			}
		}
		resp, err := w.getter.Get(ctx, address, since)
		status, refused := errors.AsType[*fetch.StatusError](err)
		if !refused || waits == maxWaits || !isBusy(status) || status.RetryAfter == 0 || status.RetryAfter > maxWait {
			return resp, err
		}
		if !wait.For(ctx, status.RetryAfter) {
			return nil, context.Cause(ctx)
		}
	}
}

// isBusy reports whether an HTTP status means that the server has too much to do now,
// so that a later request may succeed.
func isBusy(e *fetch.StatusError) bool {
	return e.Code == http.StatusTooManyRequests || e.Code == http.StatusServiceUnavailable
}
