package announce

import (
	"context"
	"time"

	"heraut/fetch"
	"heraut/locale"
	"heraut/sources"
)

// brokenAfter is how many failures in a row make a source broken.
const brokenAfter = 3

// Notice is a message to the operators: a source has been unreadable for some time, or
// can be read again.
type Notice struct {
	Source string
	// Works reports whether the source works again. If not, Cause is the last error and
	// Next the time of the next attempt.
	Works bool
	Cause error
	Since time.Time // start of the failures
	Next  time.Time
}

// keepState updates d.state according to whether this reading succeeded, and stores it
// for the next round. It sends the operators one notice when the source stays
// unreadable (brokenAfter failures in a row), and one when it can be read again after
// that. It also calls move, which gives a feed its new address.
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
		d.announcer.noteFault(d.settings.Name, d.failure)
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
	if err := d.announcer.store.SaveSource(ctx, *s); err != nil {
		return err
	}
	if err := d.move(ctx); err != nil || notice == nil || d.announcer.Operators == nil {
		return err
	}
	notice.Source = fetch.Redacted(d.settings.Name)
	return d.announcer.Operators(ctx, *notice)
}

// move handles a feed whose address redirects for good to d.batch.MovedTo; it does
// nothing if that is empty. It logs the move. If rooms added the feed by its address,
// it gives the feed the new address; an address in the configuration stays, since
// operators change it themselves.
func (d *decision) move(ctx context.Context) error {
	name, to := d.settings.Name, d.batch.MovedTo
	if to == "" {
		return nil
	}
	d.announcer.Log.Info().Str("source", fetch.Redacted(name)).Str("address", fetch.Redacted(to)).
		Msg("A feed moved for good: it is read at its new address")
	if !sources.IsFeedAddress(name) {
		return nil
	}
	d.announcer.store.AfterCommit(ctx, d.announcer.lookForFeeds)
	return d.announcer.store.RenameSource(ctx, name, to)
}

// Say returns the notice as HTML in the language lang, with times in zone, or the error
// of the template.
func (n Notice) Say(lang string, zone *time.Location) (string, error) {
	n.Since, n.Next = n.Since.In(zone), n.Next.In(zone)
	return locale.Render(lang, "source-notice", struct {
		Notice
		Fault sources.Fault
		Code  int
	}{n, sources.FaultOf(n.Cause), sources.StatusOf(n.Cause)})
}
