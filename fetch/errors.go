package fetch

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Faults of a source, besides its status (StatusError) and the network.
var (
	ErrTooLarge  = errors.New("larger than allowed")
	ErrTimeout   = errors.New("no complete answer within the time allowed")
	ErrHTML      = errors.New("a web page came where data was expected")
	ErrEncoding  = errors.New("the answer is compressed in a way that was not asked for")
	ErrRedirects = errors.New("too many redirects")
	ErrScheme    = errors.New("not an http or https address")
	ErrNotFile   = errors.New("not a file")
	ErrNotPublic = errors.New("not a public web address (fetch.allow_private lists the exceptions)")
)

// StatusError is the error for an HTTP status other than 200 and 304. It holds the
// code and how long the server asks to wait.
type StatusError struct {
	Code int
	// RetryAfter is how long the source asks the bot to wait, at most a day; 0 when it
	// does not ask.
	RetryAfter time.Duration
}

// Error returns a text with the status, a sentence for the operator about the usual
// cause of that status and, if the server asks the bot to wait, the wait.
func (e *StatusError) Error() string {
	meaning := "not an answer that brings data"
	switch {
	case e.Code == http.StatusUnauthorized || e.Code == http.StatusForbidden:
		meaning = "the source does not let the bot in"
	case e.Code == http.StatusNotFound:
		meaning = "there is nothing at this address"
	case e.Code == http.StatusGone:
		meaning = "what was at this address is gone for good"
	case e.Code == http.StatusTooManyRequests:
		meaning = "the source is asked too often"
	case e.Code >= 500:
		meaning = "the source is out of order"
	}
	text := fmt.Sprintf("%d %s: %s", e.Code, http.StatusText(e.Code), meaning)
	if e.RetryAfter > 0 {
		text += fmt.Sprintf("; it asks to wait %s", e.RetryAfter.Round(time.Second))
	}
	return text
}
