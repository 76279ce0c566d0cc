// Package fetch gets a URL or a file politely: only when it has changed, within
// a size and a time, saying who asks, and at a pace that backs off.
package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// The defaults of Options.
const (
	DefaultMaxBytes = 64 << 20
	DefaultTimeout  = time.Minute
)

// Options say how a Getter gets. Zero values stand for the defaults.
type Options struct {
	// UserAgent is sent with every request; see UserAgent.
	UserAgent string
	// MaxBytes limits a body, counted after decompression.
	MaxBytes int64
	// Timeout limits a whole exchange over HTTP, from the name's resolution to
	// the last byte of the body.
	Timeout time.Duration
	// Guard, if not nil, is for addresses that strangers give: files are
	// refused, so are hosts that are not public, also after a redirect, and no
	// proxy is used, since it would reach them on the bot's behalf.
	// Without it, for addresses that the operator wrote, everything may be
	// reached, and a proxy named by the environment (HTTPS_PROXY) is used.
	Guard *Guard
}

// A Getter gets. It may be used by several goroutines.
type Getter struct {
	client    *http.Client
	userAgent string
	maxBytes  int64
	timeout   time.Duration
	guarded   bool
}

// Validators are what a source says to recognise a version of its data by.
// They are opaque: they are kept with the data, and handed back to ask whether
// there is anything newer.
type Validators struct{ ETag, LastModified string }

// Response is what a source answered.
type Response struct {
	// Body must be closed. It is empty when NotModified. Its errors say what is wrong
	// (ErrTooLarge, ErrTimeout, io.ErrUnexpectedEOF…) but not where.
	Body io.ReadCloser
	// NotModified is true when the data are those of the Validators handed in.
	NotModified bool
	// Validators belong to the data, and ask for changes next time. Where a source
	// changes them with an answer without data, these are the new ones.
	Validators Validators
	// Page is true when the data are a web page.
	Page bool
	// ContentType is the header of that name, empty for a file.
	ContentType string
	// URL is where the data came from in the end, after redirects; empty for a file.
	URL string
	// Moved is where redirects lead that the server says are for good; empty if
	// there are none.
	Moved string
	// Modified is a file's time of modification, and zero for a URL.
	Modified time.Time
}

// UserAgent names the bot and whom to write to about it.
func UserAgent(version, contact string) string {
	return fmt.Sprintf("Heraut/%s (+%s)", version, contact)
}

// New returns a Getter. Close it to let go of its connections.
func New(o Options) *Getter {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if o.Guard != nil {
		transport.Proxy = nil
		transport.DialContext = o.Guard.dial
	}
	return &Getter{
		client:    &http.Client{Transport: transport, CheckRedirect: checkRedirect},
		userAgent: o.UserAgent,
		maxBytes:  cmp.Or(o.MaxBytes, DefaultMaxBytes),
		timeout:   cmp.Or(o.Timeout, DefaultTimeout),
		guarded:   o.Guard != nil,
	}
}

// Close closes the connections kept for later use.
func (g *Getter) Close() { g.client.CloseIdleConnections() }

// Get reads a location: an http, https or file URL, or else a
// file's path. With the validators of an earlier answer, the response may be
// that nothing changed. A web page is ErrHTML. Every error names the location;
// beneath it are a *StatusError, one of this package's errors, or the system's.
func (g *Getter) Get(ctx context.Context, location string, since Validators) (*Response, error) {
	resp, err := g.GetAny(ctx, location, since)
	if err == nil && resp.Page {
		return nil, fmt.Errorf("get %s: %w", Redacted(location), errors.Join(ErrHTML, resp.Body.Close()))
	}
	return resp, err
}

// GetAny is Get for those who can do something with a web page (Response.Page).
func (g *Getter) GetAny(ctx context.Context, location string, since Validators) (*Response, error) {
	resp, err := g.get(ctx, location, since)
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", Redacted(location), err)
	}
	return resp, nil
}

func (g *Getter) get(ctx context.Context, location string, since Validators) (*Response, error) {
	scheme, _, isURL := strings.Cut(location, "://")
	switch {
	case isURL && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")):
		return g.getURL(ctx, location, since)
	case !g.guarded && (!isURL || strings.EqualFold(scheme, "file")):
		return g.getFile(ctx, location, since)
	}
	return nil, ErrScheme
}
