package agenda

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"heraut/announce"
	"heraut/calendar"
	"heraut/fetch"
	"heraut/sources"
	"heraut/text"
)

const (
	// MaxBytes bounds the size of a calendar.
	MaxBytes = 8 << 20
	// ahead is how far into the future the bot reads occurrences.
	ahead = 400 * 24 * time.Hour
	// behind is how far into the past the bot reads occurrences.
	behind = 7 * 24 * time.Hour
	// fullEvery is how often the bot reads a calendar in full even if the server
	// reports no change: as time passes, new occurrences of its series come into
	// range.
	fullEvery = 24 * time.Hour
	// maxRows bounds the stored events of one calendar.
	maxRows = 3000
	// readAtOnce is how many calendars the bot reads concurrently.
	readAtOnce = 4
	// brokenAfter is the number of failures in a row after which the operators get a
	// notice.
	brokenAfter = 3
)

// state holds the facts about a calendar that are stored between two readings: the
// HTTP validators, the title and a checksum. Its JSON has the shape of a feed's state,
// from which the list of watches takes the title.
type state struct {
	Validators fetch.Validators `json:"validators"`
	Title      string           `json:"title"`
	Sum        string           `json:"sum"`
}

// reading is the result of one fetch of a calendar: its events and the state to store.
// If same is set, the calendar has not changed since the last reading, and events is
// nil.
type reading struct {
	state  state
	events []calendar.Event
	same   bool
}

// Round reads the calendars that are due and posts everything that is due by now. It
// commits each calendar's reading in one transaction, and all posts in another. The
// error reports failures of the store, not of a calendar; the next round tries
// again.
func (d *Calendars) Round(ctx context.Context, now time.Time) error {
	all, err := d.watched(ctx)
	if err != nil {
		return fmt.Errorf("look up the calendars: %w", err)
	}
	g := new(errgroup.Group)
	g.SetLimit(readAtOnce)
	for _, s := range all {
		if now.Before(d.nextOf(s.Name)) {
			continue
		}
		g.Go(func() error { return d.read(ctx, s, now) })
	}
	return errors.Join(g.Wait(), d.tell(ctx, now))
}

func (d *Calendars) nextOf(name string) time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.next[name]
}

// read fetches the calendar s and commits its events, or the failure to read them, sets
// when it is due again, and calls d.Report. It does nothing while the wait after a
// failure lasts. Its error is one of the store or of ctx, not of the calendar.
func (d *Calendars) read(ctx context.Context, s Settings, now time.Time) error {
	kept, err := d.Store.Source(ctx, s.Name)
	if err != nil {
		return fmt.Errorf("load the calendar %s: %w", fetch.Redacted(s.Name), err)
	}
	if kept.Failures > 0 && now.Before(kept.NextTry) && kept.NextTry.Before(now.Add(2*24*time.Hour)) {
		return nil
	}
	r, failure := d.fetch(ctx, s, kept, now)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	err = d.Queue.Do(ctx, func(ctx context.Context) error { return d.commit(ctx, s, now, r, failure) })
	if err != nil {
		return fmt.Errorf("commit what was read of %s: %w", fetch.Redacted(s.Name), err)
	}
	d.mu.Lock()
	d.next[s.Name] = now.Add(s.Every)
	if failure == nil && !r.same {
		d.full[s.Name] = now
	}
	d.mu.Unlock()
	if failure != nil {
		level := zerolog.WarnLevel
		if kept.Failures > 0 { // the state of health says that it lasts
			level = zerolog.DebugLevel
		}
		d.Log.WithLevel(level).Err(failure).Str("source", fetch.Redacted(s.Name)).Msg("Calendar not read")
	}
	d.Report(s.Name, now, failure)
	return nil
}

// fetch downloads and parses the calendar s. kept is the state stored after the last
// reading: if the server says that nothing has changed since, the reading has same set.
// At least once a day, fetch asks for the whole calendar anyway. The error says why
// there is no usable calendar.
func (d *Calendars) fetch(ctx context.Context, s Settings, kept announce.SourceState, now time.Time) (r reading, err error) {
	if s.Getter == nil {
		return r, announce.ErrNoSource
	}
	if len(kept.State) > 0 {
		if err := json.Unmarshal(kept.State, &r.state); err != nil {
			return r, fmt.Errorf("read where the last reading ended: %w", err)
		}
	}
	condition := r.state.Validators
	d.mu.Lock()
	if now.Sub(d.full[s.Name]) >= fullEvery {
		condition = fetch.Validators{}
	}
	d.mu.Unlock()
	resp, err := s.Getter.Get(ctx, s.Location, condition)
	if err != nil {
		return r, err
	}
	defer resp.Body.Close()
	if resp.NotModified {
		r.same = true
		return r, nil
	}
	return d.parse(resp, r, now)
}

func (d *Calendars) parse(resp *fetch.Response, r reading, now time.Time) (reading, error) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxBytes+1))
	switch {
	case err != nil:
		return r, err
	case len(body) > MaxBytes:
		return r, fetch.ErrTooLarge
	}
	var c *calendar.Calendar
	err = sources.Protect(func() (err error) {
		c, err = calendar.Read(body, d.Zone)
		if err == nil {
			r.events = bounded(c.Between(now.Add(-behind), now.Add(ahead)))
		}
		return err
	})
	if err != nil {
		return r, err
	}
	sum := sha256.Sum256(body)
	r.state = state{Validators: resp.Validators, Title: c.Name, Sum: base64.RawStdEncoding.EncodeToString(sum[:])}
	return r, nil
}

// Limits of the stored texts, in characters.
const (
	maxTitle    = 300
	maxLocation = 300
	maxText     = 2000
)

// FaultOf classifies err, the failure to read a calendar: "empty", "html", "truncated"
// or "format", or "fault" for any other error.
func FaultOf(err error) string {
	for _, known := range []struct {
		err  error
		what string
	}{
		{calendar.ErrEmpty, "empty"}, {calendar.ErrHTML, "html"}, {fetch.ErrHTML, "html"},
		{calendar.ErrTruncated, "truncated"}, {calendar.ErrFormat, "format"},
	} {
		if errors.Is(err, known.err) {
			return known.what
		}
	}
	return "fault"
}

// bounded returns the first maxRows events of all, with their texts and categories cut
// to the limits. It changes the events of all themselves.
func bounded(all []calendar.Event) []calendar.Event {
	all = all[:min(len(all), maxRows)]
	for i := range all {
		e := &all[i]
		e.Title, e.Location, e.Text = text.Truncate(e.Title, maxTitle), text.Truncate(e.Location, maxLocation), text.Truncate(e.Text, maxText)
		e.Categories = e.Categories[:min(len(e.Categories), 20)]
	}
	return all
}

// commit stores the reading r of the calendar s and the pending changes that follow
// from it, in the transaction of ctx. If failure is not nil, it stores the failure
// alone. Its error is one of the store or of the notice to the operators.
func (d *Calendars) commit(ctx context.Context, s Settings, now time.Time, r reading, failure error) error {
	kept, err := d.Store.Source(ctx, s.Name)
	if err != nil {
		return err
	}
	if failure == nil {
		if err := d.take(ctx, s, now, r, kept.Started.IsZero()); err != nil {
			return err
		}
		if kept.Started.IsZero() {
			kept.Started = now
		}
		if kept.State, err = json.Marshal(r.state); err != nil {
			return err
		}
	}
	return d.saveOutcome(ctx, s, now, kept, failure)
}

// saveOutcome stores kept, the row of a calendar, with the outcome of a reading:
// failure, or success if failure is nil. It sends the operators one notice when the
// calendar has failed brokenAfter times in a row, and one when it works again.
func (d *Calendars) saveOutcome(ctx context.Context, s Settings, now time.Time, kept announce.SourceState, failure error) error {
	var notice *announce.Notice
	switch {
	case failure != nil:
		if kept.Failures++; kept.Failing.IsZero() {
			kept.Failing = now
		}
		wait := min(s.Every*time.Duration(min(kept.Failures, 6)), 6*time.Hour)
		kept.Cause, kept.NextTry = failure.Error(), now.Add(max(wait, s.Every))
		if kept.Failures >= brokenAfter && !kept.Reported {
			kept.Reported = true
			notice = &announce.Notice{Cause: failure, Since: kept.Failing, Next: kept.NextTry}
		}
	case kept.Failures > 0:
		if kept.Reported {
			notice = &announce.Notice{Works: true, Since: kept.Failing}
		}
		kept.Failing, kept.Failures, kept.Cause, kept.NextTry, kept.Reported = time.Time{}, 0, "", time.Time{}, false
	}
	if err := d.Store.SaveSource(ctx, kept); err != nil || notice == nil || d.Operators == nil {
		return err
	}
	notice.Source = fetch.Redacted(s.Name)
	return d.Operators(ctx, *notice)
}

// take stores the events of the successful reading r, and for each room the pending
// changes to post. If first is true, this is the first reading of the calendar, and no
// room hears of its events. For an unchanged calendar, take stores nothing, unless an
// event has been missing for goneAfter.
func (d *Calendars) take(ctx context.Context, s Settings, now time.Time, r reading, first bool) error {
	known, err := d.Store.CalendarEvents(ctx, s.Name)
	if err != nil {
		return err
	}
	if r.same {
		if !anyGone(known, now) {
			return nil
		}
		for _, k := range known { // rebuild the last reading: known events that were not missing
			if k.Missing.IsZero() {
				r.events = append(r.events, k.Event)
			}
		}
	}
	diff := compare(known, r.events, first, now)
	ids := map[string]int64{} // ids of the added rows, by key
	for _, e := range diff.add {
		e.Source = s.Name
		id, err := d.Store.AddEvent(ctx, e)
		if err != nil {
			return err
		}
		ids[e.key()] = id
	}
	for _, e := range diff.update {
		if err := d.Store.SaveEvent(ctx, e); err != nil {
			return err
		}
	}
	for _, e := range diff.remove {
		if err := d.Store.RemoveEvent(ctx, e.ID); err != nil {
			return err
		}
	}
	for i := range diff.tell {
		c := &diff.tell[i]
		c.Event.Source = s.Name
		if c.Event.ID == 0 {
			c.Event.ID = ids[c.Event.key()]
		}
	}
	return d.pend(ctx, s.Name, diff.tell, now)
}

// key returns a text that distinguishes the event from the others of one reading, made
// of all fields that may tell two apart.
func (e Event) key() string {
	return fmt.Sprintf("%s\n%s\n%d\n%s\n%s\n%d", e.UID, e.Recurrence, e.Start.Unix(), e.Title, e.Location, e.End.Unix())
}
