package sources

import (
	"errors"

	"heraut/fetch"
)

// Fault is why a source cannot be read, in kinds that the templates put into words.
type Fault string

// The kinds of faults.
const (
	FaultStatus    Fault = "status"  // the HTTP status
	FaultTimeout   Fault = "timeout" // no answer in time
	FaultTooLarge  Fault = "large"   // more than is accepted
	FaultHTML      Fault = "html"    // a web page instead of data
	FaultRedirects Fault = "redirects"
	FaultPrivate   Fault = "private" // no public web server
	FaultFormat    Fault = "format"  // what came cannot be read
	FaultNetwork   Fault = "network" // it could not be reached
)

// FaultOf sorts the error of a round.
func FaultOf(err error) Fault {
	_, isStatus := errors.AsType[*fetch.StatusError](err)
	switch {
	case isStatus:
		return FaultStatus
	case errors.Is(err, fetch.ErrTimeout):
		return FaultTimeout
	case errors.Is(err, fetch.ErrTooLarge):
		return FaultTooLarge
	case errors.Is(err, fetch.ErrHTML):
		return FaultHTML
	case errors.Is(err, fetch.ErrRedirects):
		return FaultRedirects
	case errors.Is(err, fetch.ErrNotPublic), errors.Is(err, fetch.ErrScheme):
		return FaultPrivate
	case errors.Is(err, errFormat), errors.Is(err, fetch.ErrEncoding):
		return FaultFormat
	}
	return FaultNetwork
}

// errFormat marks what came and cannot be read.
var errFormat = errors.New("cannot be read")

// StatusOf returns the HTTP status that the error of a source is about; 0: none.
func StatusOf(err error) int {
	if status, ok := errors.AsType[*fetch.StatusError](err); ok {
		return status.Code
	}
	return 0
}
