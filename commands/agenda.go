package commands

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"heraut/agenda"
	"heraut/announce"
	"heraut/filter"
	"heraut/rooms"
	"heraut/schedule"
	"heraut/sources"
	"heraut/text"
)

// agendaList is the data of the list of coming events.
type agendaList struct {
	agenda.ListView
	Prefix     string
	Filter     string
	From, Last time.Time
	Day        bool // the person asked for one day
	Known      bool // the room may see a calendar
}

// agendaOf answers the command that lists coming events; its arguments may name words,
// a time and a region.
func (a *Answerer) agendaOf(ctx context.Context, r request) (Answer, error) {
	return a.comingEvents(ctx, r, r.args)
}

// comingEvents answers with the coming events of the calendars that the room watches
// or, if it watches none, of all calendars in the configuration, in the time and with
// the words that args give. If args names no time, the events are those of the next
// unasked (60) days. If the filter in args is wrong, the answer says why.
func (a *Answerer) comingEvents(ctx context.Context, r request, args string) (Answer, error) {
	now := time.Now().In(a.zone)
	when, rest := cutPeriod(args, now)
	f, err := filter.Parse(rest)
	if err != nil {
		return a.explainFault(ctx, r, rest, err)
	}
	known, err := a.parts.Agenda.Known(ctx, r.Room)
	if err != nil {
		return Answer{}, err
	}
	events, err := a.parts.Agenda.In(ctx, r.Room, when.from, when.to)
	if err != nil {
		return Answer{}, err
	}
	events = slices.DeleteFunc(events, func(e agenda.Event) bool { return !f.Match(e.Words()) || !e.End.After(now) && !e.Start.After(now) })
	last := when.to.AddDate(0, 0, -1)
	return a.message(r, "agenda", agendaList{
		ListView: a.parts.Agenda.View(events, now), Prefix: r.Prefix, Filter: f.String(), Known: known,
		From: when.from, Last: last, Day: last.Format(time.DateOnly) == when.from.Format(time.DateOnly),
	})
}

// calendarFault is the data of the message that says why a calendar cannot be watched.
type calendarFault struct {
	Prefix string
	// What is "source", "remind", "empty", "html", "truncated", "format" or "fault".
	What  string
	Word  string
	Names []string // the existing calendars
	Fault sources.Fault
	Code  int
}

// calendarAdded is the data of the message that says that the room now watches a
// calendar.
type calendarAdded struct {
	announce.Watch
	agenda.Trial
	Prefix string
	Name   string
	Tried  bool // the bot tried an address, so Coming and Next are known
}

// addCalendar answers the command that makes the room watch a calendar, given by name
// or address, with a filter. If the room already watches it with the same filter, the
// command changes the rhythm, the reminders or both, as far as it names them; if it
// names neither, the answer says that the room watches the calendar. It reads a
// calendar given by its address first; it answers with the reason if the calendar is
// unknown or unreadable, or if the arguments are wrong.
func (a *Answerer) addCalendar(ctx context.Context, r request) (Answer, error) {
	place, rest := cutArg(r.args)
	if place == "" {
		return a.explain(ctx, r, r.command)
	}
	rest, remind, ok := cutRemind(rest)
	if !ok {
		return a.message(r, "agenda-fault", calendarFault{Prefix: r.Prefix, What: "remind", Word: remind})
	}
	typed, rhythm := schedule.CutRhythm(rest)
	w := announce.Watch{
		Room: r.Room, Source: text.Fold(place), Filter: typed, Rhythm: cmp.Or(rhythm, schedule.Rhythm{}.String()),
		Remind: remind, By: r.Sender, At: time.Now(),
	}
	added := calendarAdded{Prefix: r.Prefix, Name: w.Source}
	if address := strings.Replace(place, "webcal://", "https://", 1); isAddress(address) {
		trial, fault, err := a.tryCalendar(ctx, address)
		if err != nil {
			return Answer{}, err
		}
		if fault.What != "" {
			fault.Prefix = r.Prefix
			return a.message(r, "agenda-fault", fault)
		}
		w.Source = sources.CalendarPrefix + address
		added.Trial, added.Tried, added.Name = trial, true, cmp.Or(trial.Title, address)
	} else if !a.parts.Agenda.Has(w.Source) {
		return a.message(r, "agenda-fault", calendarFault{Prefix: r.Prefix, What: "source", Word: place, Names: a.parts.Agenda.Names()})
	}
	return a.watchCalendar(ctx, r, w, added, rhythm != "")
}

// watchCalendar answers a command that makes the room watch a calendar; the answer's
// change adds the watch w. If the room already watches the calendar with the same
// filter, and the command names reminders or a rhythm, the change gives these to that
// watch instead. hasRhythm says that the command names a rhythm. added is the data of
// the message, to which watchCalendar adds the watch. If the change is refused, the
// answer gives the reason.
func (a *Answerer) watchCalendar(ctx context.Context, r request, w announce.Watch, added calendarAdded, hasRhythm bool) (Answer, error) {
	w, change, err := a.parts.Watches.AddWatch(ctx, w)
	entry := rooms.Change{What: rooms.Watch, After: describe(w)}
	if errors.Is(err, announce.ErrExists) && (w.Remind != "" || hasRhythm) {
		if w, change, err = a.changeCalendar(ctx, w, hasRhythm); err == nil {
			entry.After = describe(w)
		}
	}
	switch {
	case errors.Is(err, schedule.ErrRhythm):
		return a.message(r, "rhythm-fault", w.Rhythm)
	case err != nil:
		return a.explainFault(ctx, r, added.Name, err)
	}
	added.Watch = w
	answer, err := a.message(r, "agenda-added", added)
	answer.change = a.logged(r, entry, change)
	return answer, err
}

// changeCalendar returns a function that changes the watch with w's calendar and filter
// that the room already has. The function sets the watch's reminders to those of w, if
// w has any, and its rhythm to that of w, if hasRhythm is true. The returned Watch is w
// with the rhythm after the change. The error says why the change is refused.
func (a *Answerer) changeCalendar(ctx context.Context, w announce.Watch, hasRhythm bool) (announce.Watch, func(context.Context) error, error) {
	var changes func(context.Context) error
	if hasRhythm {
		_, change, err := a.parts.Watches.SetRhythm(ctx, w)
		if err != nil && (!errors.Is(err, announce.ErrExists) || w.Remind == "") {
			return w, nil, err
		}
		changes = both(changes, change)
	}
	if w.Remind != "" {
		before, change, err := a.parts.Watches.SetRemind(ctx, w)
		if err != nil {
			return w, nil, err
		}
		if !hasRhythm {
			w.Rhythm = before.Rhythm
		}
		changes = both(changes, change)
	}
	return w, changes, nil
}

// tryCalendar reads the calendar at an address that a person typed, before the room
// watches it, within tryFeedWithin. trial describes the calendar's content. fault gives
// the reason why the room cannot watch the calendar; it is the zero value if the room
// can. err is not nil only if ctx ended.
func (a *Answerer) tryCalendar(ctx context.Context, address string) (trial agenda.Trial, fault calendarFault, err error) {
	tryCtx, cancel := context.WithTimeout(ctx, tryFeedWithin)
	defer cancel()
	trial, err = a.parts.Agenda.Try(tryCtx, address, time.Now())
	if ctx.Err() != nil {
		return trial, fault, ctx.Err()
	}
	if err == nil {
		return trial, fault, nil
	}
	fault = calendarFault{What: agenda.FaultOf(err), Fault: sources.FaultOf(err), Code: sources.StatusOf(err)}
	if tryCtx.Err() != nil {
		fault.Fault = sources.FaultTimeout
	}
	return trial, fault, nil
}

// cutRemind splits s, the arguments of a command, into remind, the reminders in it
// («rappel:veille,1h») in canonical form, and rest, the other arguments. Without
// reminders, rest is s, remind is empty and ok is true. If the reminders are invalid,
// ok is false, rest is s, and remind is the text after the colon, as typed.
func cutRemind(s string) (rest, remind string, ok bool) {
	words := strings.Fields(s)
	for i, word := range words {
		key, value, found := strings.Cut(word, ":")
		if !found || !slices.Contains([]string{"rappel", "rappels", "remind", "reminder", "reminders"}, text.Fold(key)) {
			continue
		}
		leads, err := agenda.ParseLeads(value)
		if err != nil {
			return s, value, false
		}
		return strings.Join(slices.Delete(words, i, i+1), " "), agenda.LeadsText(leads), true
	}
	return s, "", true
}
