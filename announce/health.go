package announce

import (
	"context"
	"errors"
	"time"

	"heraut/fetch"
	"heraut/locale"
)

// brokenAfter is how many failures in a row make a source broken.
const brokenAfter = 3

// Notice tells the operators that a source stays broken, or works again.
type Notice struct {
	Source string
	// Works tells that it does again. Else Cause is why it does not, and Next when
	// it is tried next.
	Works bool
	Cause error
	Since time.Time // since when it does not, or did not
	Next  time.Time
}

// keepState stores where the next round of the source goes on, and tells the
// operators, once, that it is broken or works again.
func (d *decision) keepState(ctx context.Context) error {
	s := &d.state
	if d.batch.State != nil {
		s.State = d.batch.State
	}
	if s.Started.IsZero() && (d.failure == nil || d.batch.Hosts != nil) {
		s.Started = d.now
	}
	var notice *Notice
	switch {
	case d.failure != nil:
		if s.Failures++; s.Failing.IsZero() {
			s.Failing = d.now
		}
		s.Cause, s.NextTry = d.failure.Error(), d.next
		d.desk.noteFault(d.settings.Name, d.failure)
		if s.Failures >= brokenAfter && !s.Reported {
			notice = &Notice{Cause: d.failure, Since: s.Failing, Next: d.next}
			s.Reported = true
		}
	case s.Failures > 0:
		if s.Reported {
			notice = &Notice{Works: true, Since: s.Failing}
		}
		s.Failing, s.Failures, s.Cause, s.NextTry, s.Reported = time.Time{}, 0, "", time.Time{}, false
	}
	if err := d.desk.store.SaveSource(ctx, *s); err != nil || notice == nil || d.desk.Operators == nil {
		return err
	}
	notice.Source = fetch.Redacted(d.settings.Name)
	return d.desk.Operators(ctx, *notice)
}

// Say is the notice as a message.
func (n Notice) Say(lang string, zone *time.Location) (string, error) {
	n.Since, n.Next = n.Since.In(zone), n.Next.In(zone)
	return locale.Render(lang, "source-notice", struct {
		Notice
		Fault Fault
		Code  int
	}{n, FaultOf(n.Cause), statusOf(n.Cause)})
}

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

func statusOf(err error) int {
	if status, ok := errors.AsType[*fetch.StatusError](err); ok {
		return status.Code
	}
	return 0
}
