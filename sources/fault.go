package sources

import (
	"errors"

	"heraut/catalogue"
	"heraut/fetch"
)

// Fault is the reason why a source cannot be read, in one word, such as a wrong format
// or no answer. The templates have a sentence for each.
type Fault string

// The kinds of faults.
const (
	FaultStatus    Fault = "status"  // an HTTP status that means failure
	FaultTimeout   Fault = "timeout" // no answer in time
	FaultTooLarge  Fault = "large"   // larger than accepted
	FaultHTML      Fault = "html"    // a web page instead of data
	FaultRedirects Fault = "redirects"
	FaultPrivate   Fault = "private" // not a public web server
	FaultFormat    Fault = "format"  // unreadable data
	FaultNetwork   Fault = "network" // unreachable

	// Faults of lists and catalogues:
	FaultSeparator Fault = "separator" // a table with other separators than commas
	FaultLines     Fault = "lines"     // one JSON object on each line
	FaultSingle    Fault = "single"    // one object, not a list
	FaultUnknown   Fault = "unknown"   // a list of another kind
	FaultEmpty     Fault = "empty"     // no usable entry
	FaultCut       Fault = "cut"       // cut off before its end
	FaultHeld      Fault = "held"      // a version of the catalogue that is held back
)

// FaultOf returns the Fault that err, the error of reading a source, means;
// FaultNetwork for an unknown one.
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

// listFaults maps the errors of package catalogue to faults.
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

// errFormat marks data that arrived and cannot be read.
var errFormat = errors.New("cannot be read")

// StatusOf returns the HTTP status in the error of reading a source; 0 if the error is
// of another kind.
func StatusOf(err error) int {
	if status, ok := errors.AsType[*fetch.StatusError](err); ok {
		return status.Code
	}
	return 0
}
