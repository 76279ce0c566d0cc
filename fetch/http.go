package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"time"

	"go.mau.fi/util/retryafter"
)

// maxRedirects leaves room for a site that moved to https, to another host and to
// another path.
const maxRedirects = 5

// maxRetryAfter bounds the wait that a source may ask for, so that its mistake does not
// silence it for ever.
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

// exchange requests location and follows its redirects. Unless since is zero, an
// unchanged answer comes back as NotModified. Unless exchange returns an error, it
// calls cancel when the exchange is over: at once if NotModified, otherwise when the
// body is closed. The error is ErrScheme for an address without a host, a *StatusError,
// or another fault of the answer or the network.
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
	// Some sites require the cookie that they set in a redirect. The bot forgets it
	// afterwards.
	client := *g.client
	if client.Jar, err = cookiejar.New(nil); err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	answer := &Response{
		Validators:  validatorsOf(resp),
		ContentType: resp.Header.Get("Content-Type"),
		URL:         resp.Request.URL.String(),
		Moved:       movedTo(resp.Request),
	}
	if resp.StatusCode == http.StatusNotModified && since != (Validators{}) {
		defer cancel()
		answer.Body, answer.NotModified = http.NoBody, true
		answer.Validators.ETag = cmp.Or(answer.Validators.ETag, since.ETag)
		answer.Validators.LastModified = cmp.Or(answer.Validators.LastModified, since.LastModified)
		return answer, resp.Body.Close()
	}
	if err = checkHeader(resp); err == nil {
		answer.Body, answer.Page, err = newBody(ctx, cancel, resp.Body, g.maxBytes, answer.ContentType)
	}
	if err != nil {
		return nil, errors.Join(err, resp.Body.Close())
	}
	return answer, nil
}

// maxValidator is the longest validator worth storing, in bytes.
const maxValidator = 1 << 10

// validatorsOf returns the ETag and the Last-Modified date of an HTTP answer; overlong
// values are left out.
func validatorsOf(resp *http.Response) (v Validators) {
	if etag := resp.Header.Get("ETag"); len(etag) <= maxValidator {
		v.ETag = etag
	}
	if date := resp.Header.Get("Last-Modified"); len(date) <= maxValidator {
		v.LastModified = date
	}
	return v
}

// movedTo returns the target of the permanent redirects that come before any temporary
// one; empty if there are none. last is the last request of the chain of redirects.
func movedTo(last *http.Request) (address string) {
	for req := last; req.Response != nil; req = req.Response.Request {
		switch req.Response.StatusCode {
		case http.StatusMovedPermanently, http.StatusPermanentRedirect:
			if address == "" {
				address = req.URL.String()
			}
		default:
			address = ""
		}
	}
	return address
}

// checkHeader returns nil if the status is 200 and the getter can undo the compression.
// For another status it returns a *StatusError, with the wait that the server asks for,
// at most maxRetryAfter; for a compression that the getter cannot undo, ErrEncoding.
func checkHeader(resp *http.Response) error {
	if resp.StatusCode != http.StatusOK {
		wait := retryafter.Parse(resp.Header.Get("Retry-After"), 0)
		return &StatusError{Code: resp.StatusCode, RetryAfter: min(max(0, wait), maxRetryAfter)}
	}
	return checkEncoding(resp.Header.Get("Content-Encoding"))
}

func checkRedirect(req *http.Request, via []*http.Request) error {
	switch {
	case req.URL.Scheme != "http" && req.URL.Scheme != "https":
		return fmt.Errorf("redirect to %s: %w", req.URL.Redacted(), ErrScheme)
	case slices.ContainsFunc(via, func(r *http.Request) bool { return r.URL.String() == req.URL.String() }) && len(req.Response.Cookies()) == 0:
		return fmt.Errorf("%w: %s leads back to itself", ErrRedirects, req.URL.Redacted())
	case len(via) > maxRedirects:
		return fmt.Errorf("%w: more than %d", ErrRedirects, maxRedirects)
	}
	return nil
}

// reason returns the cause of ctx if ctx has ended; otherwise err without the requested
// address in its text.
func reason(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return bare(err)
}

// bare returns err without the wrappers that repeat the address or the path, since Get
// adds the location.
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
