// Package fetch gets a URL or a file politely: only if it has changed, within limits of
// size and time, with a User-Agent that names the bot, and at a pace that backs off.
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

// Options configure a Getter: the name it gives to servers, its limits of size and
// time, and which hosts it may reach. A zero MaxBytes or Timeout stands for the
// default.
type Options struct {
	// UserAgent is sent with every request; see UserAgent.
	UserAgent string
	// MaxBytes limits a body, in bytes after decompression.
	MaxBytes int64
	// Timeout limits a whole HTTP exchange, from the name's resolution to the last byte
	// of the body.
	Timeout time.Duration
	// Guard, if not nil, protects against addresses from strangers: the Getter refuses
	// files and hosts that are not public, also after a redirect, and uses no proxy,
	// which would reach such hosts on the bot's behalf. A nil Guard is for addresses
	// from the operator: everything may be reached, through Transport's proxy.
	Guard *Guard
	// Transport makes the connections, and belongs to the Getter from New on; nil: Go's
	// defaults, with the proxy that the environment names (HTTPS_PROXY).
	Transport *http.Transport
}

// A Getter reads URLs and files, within its limits of size and time. It is safe for
// concurrent use.
type Getter struct {
	client    *http.Client
	userAgent string
	maxBytes  int64
	timeout   time.Duration
	guarded   bool
}

// Validators identify a version of a source's data. They are opaque: store them with
// the data, and pass them to Get to ask for anything newer.
type Validators struct{ ETag, LastModified string }

// Response is a successful answer to Get: the data, or the statement that they have
// not changed. The caller closes its Body.
type Response struct {
	// Body must be closed. It is empty when NotModified is true. Its errors name the
	// fault (ErrTooLarge, ErrTimeout, io.ErrUnexpectedEOF…) but not the location.
	Body io.ReadCloser
	// NotModified is true when the data have not changed since the given Validators.
	NotModified bool
	// Validators are those to pass next time. They may be new even when NotModified is
	// true.
	Validators Validators
	// Page is true when the data are a web page.
	Page bool
	// ContentType is the header of that name; empty for a file.
	ContentType string
	// URL is the final address of the data, after redirects; empty for a file.
	URL string
	// Moved is the target of the permanent redirects; empty if there are none.
	Moved string
	// Modified is the modification time of a file; zero for a URL.
	Modified time.Time
}

// UserAgent returns the value of the User-Agent header: the bot's version, and contact,
// the address at which a site's administrator reaches its operators.
func UserAgent(version, contact string) string {
	return fmt.Sprintf("Heraut/%s (+%s)", version, contact)
}

// New returns a Getter with the options o. It changes o.Transport if o.Guard is set, so
// that connections go through the guard and no proxy. Call Close to release its
// connections.
func New(o Options) *Getter {
	transport := o.Transport
	if transport == nil {
		transport = http.DefaultTransport.(*http.Transport).Clone()
	}
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

// Close closes the getter's idle connections. Requests under way go on.
func (g *Getter) Close() { g.client.CloseIdleConnections() }

// Get reads a location: an http, https or file URL, or a file's path. The caller closes
// the Body, and reads it before Options.Timeout has passed and ctx has ended. since
// holds the validators of an earlier Response, whose version of the data the caller
// has: if that is current, NotModified is set and the body empty. The zero Validators
// always get the data. The error is ErrHTML if the location is a web page, and
// ErrScheme for other schemes and, with a Guard, for files. Every error names the
// location, and wraps a *StatusError, one of this package's errors, or the system's.
func (g *Getter) Get(ctx context.Context, location string, since Validators) (*Response, error) {
	resp, err := g.GetAny(ctx, location, since)
	if err == nil && resp.Page {
		return nil, fmt.Errorf("get %s: %w", Redacted(location), errors.Join(ErrHTML, resp.Body.Close()))
	}
	return resp, err
}

// GetAny reads a location: an http, https or file URL, or a file's path. It returns a
// web page too, with Response.Page set; Get returns ErrHTML for one. In all else it is
// like Get: the caller closes the Body, NotModified is set if the version with the
// validators since is current, and every error names the location.
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
