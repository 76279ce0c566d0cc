// Package visio opens video conferences: it returns their address, states who may
// join, and reminds rooms of scheduled ones.
package visio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// Call is a video conference that people can join: its address, how to join by
// telephone, and who may join.
type Call struct {
	URL string
	// Phone and PIN serve to join by telephone; empty if that is not possible.
	Phone, PIN string
	// Access states who may open the call and who may join.
	Access Access
}

// Access is the rule for who may open and join a call: for example anyone who has the
// address, or anyone once a State agent has opened the call.
type Access string

// The kinds of access, each with its sentence in locale's visio-parts.html.
const (
	AccessLink       Access = "link"       // anyone with the link
	AccessAgents     Access = "agents"     // a State agent opens it, guests may join
	AccessPublic     Access = "public"     // Meet: anyone with the link, at once
	AccessTrusted    Access = "trusted"    // Meet: logged-in users at once; a participant lets the others in
	AccessRestricted Access = "restricted" // Meet: a participant lets everybody in
)

// Kind is the kind of service that a provider uses: a Jitsi server, a Meet server, or
// one fixed link.
type Kind string

// The kinds of providers.
const (
	Jitsi Kind = "jitsi" // a random address that nobody can guess
	Meet  Kind = "meet"  // a room made by LaSuite Meet's API
	Link  Kind = "link"  // a fixed address
)

// Provider is the interface of a service that opens video conferences. It is safe for
// concurrent use.
type Provider interface {
	// Open opens a conference and returns its address. Its error is, or wraps, a *Fault.
	Open(ctx context.Context) (Call, error)
	// IsSlow reports whether Open waits for a server's answer.
	IsSlow() bool
}

// Settings are the description of one provider in the configuration: its name, its
// kind, the server's address and the credentials.
type Settings struct {
	Name string // its name in the configuration
	Kind Kind
	// URL is the server's address or, for a Link, the call's.
	URL *url.URL
	// Phone and PIN apply to a Link only.
	Phone, PIN string
	// ClientID, ClientSecret, User and Access apply to Meet only: the application's
	// credentials, the e-mail address of the rooms' owner, and the rule for joining.
	ClientID, ClientSecret, User string
	Access                       Access
	UserAgent                    string
	// Transport makes the connections to Meet; nil: Go's defaults.
	Transport *http.Transport
}

// New returns the provider that s describes, without a request. It returns an error
// only for an unknown kind. s.URL must not be nil.
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

// fixed is the Provider of the kind Link: every call is the one permanent conference
// of the configuration.
type fixed struct{ call Call }

// Open returns the conference of the configuration. It never fails.
func (f fixed) Open(context.Context) (Call, error) { return f.call, nil }

// IsSlow returns false: Open asks no server.
func (f fixed) IsSlow() bool { return false }

// Why is the reason why a conference could not be opened: no provider, no answer, a
// refusal, and so on. The templates have a sentence for each.
type Why string

// The reasons, each with a sentence for operators in locale's visio-notice.html.
const (
	WhyCredentials Why = "credentials" // 401: the client id or the secret is wrong
	WhyInactive    Why = "inactive"    // 401: the application is switched off
	WhyDomain      Why = "domain"      // 403: the application may not act for that e-mail domain
	WhyScope       Why = "scope"       // 403: the application may not create rooms
	WhyUser        Why = "user"        // 404: nobody has that e-mail address there
	WhyDisabled    Why = "disabled"    // 404: the external API is missing or switched off
	WhyConflict    Why = "conflict"    // 409: several accounts share the address, or the name is taken
	WhyRequest     Why = "request"     // 400: another version of the API
	WhyBusy        Why = "busy"        // 429
	WhyServer      Why = "server"      // 5xx
	WhyAnswer      Why = "answer"      // the answer has an unexpected form
	WhyUnreachable Why = "unreachable" // no answer
)

// Fault is the error of opening a conference: the reason, the HTTP status (0: no
// answer, or no provider) and the cause for the log. The person who asked gets a short
// sentence instead.
type Fault struct {
	Why   Why
	Code  int // HTTP status; 0: no answer
	Cause error
}

func (f *Fault) Error() string {
	return fmt.Sprintf("open a video conference: %s (status %d): %v", f.Why, f.Code, f.Cause)
}

func (f *Fault) Unwrap() error { return f.Cause }

// FaultOf returns the *Fault that err is or wraps. For any other error, also nil, it
// returns a new Fault with WhyUnreachable and err as its cause.
func FaultOf(err error) *Fault {
	if fault, ok := errors.AsType[*Fault](err); ok {
		return fault
	}
	return &Fault{Why: WhyUnreachable, Cause: err}
}
