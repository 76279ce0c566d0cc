package fetch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"go.mau.fi/util/retryafter"
)

// maxRedirects leaves room for a site that moved to https, to another host and
// to another path.
const maxRedirects = 5

// maxRetryAfter bounds what a source may ask for, so that a mistake of its own
// does not silence it for ever.
const maxRetryAfter = 24 * time.Hour

func (g *Getter) getURL(ctx context.Context, location string, since Validators) (*Response, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, g.timeout, ErrTimeout)
	answer, err := g.exchange(ctx, cancel, location, since)
	if err != nil {
		err = reason(ctx, err)
		cancel()
	}
	return answer, err
}

// exchange calls cancel when the exchange is over and no error is returned.
func (g *Getter) exchange(ctx context.Context, cancel context.CancelFunc, location string, since Validators) (*Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, location, http.NoBody)
	if err != nil {
		return nil, err
	}
	if req.URL.Host == "" {
		return nil, ErrScheme
	}
	req.Header.Set("User-Agent", g.userAgent)
	if since.ETag != "" {
		req.Header.Set("If-None-Match", since.ETag)
	}
	if since.LastModified != "" {
		req.Header.Set("If-Modified-Since", since.LastModified)
	}
	resp, err := g.client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusNotModified && since != (Validators{}) {
		defer cancel()
		return &Response{Body: http.NoBody, NotModified: true, Validators: since}, resp.Body.Close()
	}
	answer := &Response{Validators: Validators{
		ETag:         resp.Header.Get("ETag"),
		LastModified: resp.Header.Get("Last-Modified"),
	}}
	if err = checkHeader(resp); err == nil {
		answer.Body, err = newBody(&limited{
			ctx: ctx, cancel: cancel, source: resp.Body, max: g.maxBytes,
		}, resp.Header.Get("Content-Type"))
	}
	if err != nil {
		return nil, errors.Join(err, resp.Body.Close())
	}
	return answer, nil
}

// checkHeader tells whether resp brings data.
func checkHeader(resp *http.Response) error {
	if resp.StatusCode != http.StatusOK {
		wait := retryafter.Parse(resp.Header.Get("Retry-After"), 0)
		return &StatusError{Code: resp.StatusCode, RetryAfter: min(max(0, wait), maxRetryAfter)}
	}
	// The transport asks for gzip, undoes it, and removes this header.
	if encoding := resp.Header.Get("Content-Encoding"); encoding != "" {
		return fmt.Errorf("%w: %q", ErrEncoding, encoding)
	}
	return nil
}

func checkRedirect(req *http.Request, via []*http.Request) error {
	switch {
	case req.URL.Scheme != "http" && req.URL.Scheme != "https":
		return fmt.Errorf("redirect to %s: %w", req.URL.Redacted(), ErrScheme)
	case slices.ContainsFunc(via, func(r *http.Request) bool { return r.URL.String() == req.URL.String() }):
		return fmt.Errorf("%w: %s leads back to itself", ErrRedirects, req.URL.Redacted())
	case len(via) > maxRedirects:
		return fmt.Errorf("%w: more than %d", ErrRedirects, maxRedirects)
	}
	return nil
}

// reason prefers why ctx ended over err.
func reason(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return bare(err)
}

// bare leaves out of err what Get says already: the address.
func bare(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if wrapped, ok := errors.AsType[*fs.PathError](err); ok {
		err = wrapped.Err
	}
	if wrapped, ok := errors.AsType[*net.OpError](err); ok && errors.Is(err, ErrNotPublic) {
		err = wrapped.Err
	}
	return err
}
