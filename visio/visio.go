// Package visio opens video conferences: it names their address, says who may
// join, and reminds of those that are set for later.
package visio

import (
	"context"
	"errors"
	"fmt"
	"net/url"
)

// Call is a video conference that people may join.
type Call struct {
	URL string
	// Phone and PIN are how one joins by telephone; empty if one cannot.
	Phone, PIN string
	// Access tells who may open the call and who may join.
	Access Access
}

// Access tells who may open a call and who may join it.
type Access string

// The kinds of access, each with its sentence in locale's visio-parts.html.
const (
	AccessLink       Access = "link"       // whoever has the link
	AccessAgents     Access = "agents"     // a State agent opens it, guests may join
	AccessPublic     Access = "public"     // Meet: whoever has the link, at once
	AccessTrusted    Access = "trusted"    // Meet: who is logged in, at once; the others are let in
	AccessRestricted Access = "restricted" // Meet: everybody is let in
)

// Kind is how calls are made.
type Kind string

// The kinds of providers.
const (
	Jitsi Kind = "jitsi" // an address that nobody can guess
	Meet  Kind = "meet"  // LaSuite Meet's API makes a room
	Link  Kind = "link"  // a fixed address
)

// Provider makes calls. It may be used by several goroutines.
type Provider interface {
	// Open makes a call. Its error is, or wraps, a *Fault.
	Open(ctx context.Context) (Call, error)
	// IsSlow reports whether Open waits for a server.
	IsSlow() bool
}

// Settings are those of a provider.
type Settings struct {
	Name string // what the configuration calls it
	Kind Kind
	// URL is the server's address or, of a Link, that of the call.
	URL *url.URL
	// Phone and PIN are those of a Link.
	Phone, PIN string
	// ClientID, ClientSecret, User and Access are Meet's: the application's
	// credentials, the e-mail address in whose name rooms are made, and who may join.
	ClientID, ClientSecret, User string
	Access                       Access
	UserAgent                    string
}

// New returns the provider that s describes.
func New(s Settings) (Provider, error) {
	switch s.Kind {
	case Jitsi:
		return jitsi{base: s.URL}, nil
	case Meet:
		return newMeet(s), nil
	case Link:
		return fixed{Call{URL: s.URL.String(), Phone: s.Phone, PIN: s.PIN, Access: AccessLink}}, nil
	}
	return nil, fmt.Errorf("%q is no kind of video conference", s.Kind)
}

// fixed is a Link.
type fixed struct{ call Call }

// Open implements Provider.
func (f fixed) Open(context.Context) (Call, error) { return f.call, nil }

// IsSlow implements Provider.
func (f fixed) IsSlow() bool { return false }

// Why is why a call could not be made.
type Why string

// The reasons, each with a sentence for operators in locale's visio-notice.html.
const (
	WhyCredentials Why = "credentials" // 401: the client id or the secret is wrong
	WhyInactive    Why = "inactive"    // 401: the application is switched off
	WhyDomain      Why = "domain"      // 403: it may not act for that e-mail domain
	WhyScope       Why = "scope"       // 403: it may not create rooms
	WhyUser        Why = "user"        // 404: nobody has that e-mail address there
	WhyDisabled    Why = "disabled"    // 404: the external API is not there
	WhyConflict    Why = "conflict"    // 409: several accounts share the address, or the name is taken
	WhyRequest     Why = "request"     // 400: another version of the API
	WhyBusy        Why = "busy"        // 429
	WhyServer      Why = "server"      // 5xx
	WhyAnswer      Why = "answer"      // what it answers is none of its answers
	WhyUnreachable Why = "unreachable" // no answer
)

// Fault is why a call could not be made, for operators; people get a short
// sentence.
type Fault struct {
	Why   Why
	Code  int // the HTTP status; 0: there was none
	Cause error
}

func (f *Fault) Error() string {
	return fmt.Sprintf("open a video conference: %s (status %d): %v", f.Why, f.Code, f.Cause)
}

func (f *Fault) Unwrap() error { return f.Cause }

// FaultOf returns why a call could not be made.
func FaultOf(err error) *Fault {
	if fault, ok := errors.AsType[*Fault](err); ok {
		return fault
	}
	return &Fault{Why: WhyUnreachable, Cause: err}
}
