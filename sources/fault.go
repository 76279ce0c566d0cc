package sources

import (
	"errors"

	"heraut/catalogue"
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

	// Of lists and catalogues:
	FaultSeparator Fault = "separator" // a table with other separators than commas
	FaultLines     Fault = "lines"     // one JSON object on each line
	FaultSingle    Fault = "single"    // one object, not a list
	FaultUnknown   Fault = "unknown"   // a list of another kind
	FaultEmpty     Fault = "empty"     // no usable entry
	FaultCut       Fault = "cut"       // cut off before its end
	FaultHeld      Fault = "held"      // a version of the catalogue that is held back
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
	}
	for _, l := range listFaults {
		if errors.Is(err, l.err) {
			return l.fault
		}
	}
	if errors.Is(err, errFormat) || errors.Is(err, fetch.ErrEncoding) {
		return FaultFormat
	}
	return FaultNetwork
}

// listFaults sorts the errors of package catalogue.
var listFaults = []struct {
	err   error
	fault Fault
}{
	{catalogue.ErrTooLarge, FaultTooLarge},
	{catalogue.ErrWebPage, FaultHTML},
	{catalogue.ErrSeparator, FaultSeparator},
	{catalogue.ErrLines, FaultLines},
	{catalogue.ErrSingle, FaultSingle},
	{catalogue.ErrUnknownList, FaultUnknown},
	{catalogue.ErrEmpty, FaultEmpty},
	{catalogue.ErrNoEntries, FaultEmpty},
	{catalogue.ErrTruncated, FaultCut},
	{catalogue.ErrShrunk, FaultHeld},
	{catalogue.ErrSwollen, FaultHeld},
	{catalogue.ErrNotText, FaultFormat},
	{catalogue.ErrNotJSON, FaultFormat},
	{catalogue.ErrNotList, FaultFormat},
	{catalogue.ErrNoTable, FaultFormat},
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
