package commands

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"heraut/announce"
	"heraut/filter"
	"heraut/rooms"
	"heraut/schedule"
	"heraut/sources"
	"heraut/text"
)

const (
	// listedWatches is how many watches a list shows.
	listedWatches = 20
	// tryFeedWithin bounds how long a feed is tried.
	tryFeedWithin = 20 * time.Second
)

// watchList is what a room watches.
type watchList struct {
	Prefix  string
	Items   []announce.WatchHealth
	More    int
	Sources []string
}

// watchChange is a watch that was added, paused, resumed or removed.
type watchChange struct {
	Prefix string
	What   string // "added", "rhythm", "paused", "resumed" or "removed"
	announce.Watch
	Former announce.Watch    // before its rhythm was changed
	N      int               // what people call it; 0 if it was added
	Feed   sources.FeedTrial // of a feed that was tried
}

// watchTrial is what a watch would have told.
type watchTrial struct {
	Source, Filter string
	announce.Trial
}

// watchFault is why a command about watches is not followed.
type watchFault struct {
	Prefix string
	// What is "none", "many", "exists", "declared", "number", "source", "address"
	// or "feed".
	What    string
	Word    string
	Sources []string // that there are
	Fault   sources.Fault
	Code    int
}

// watchFault answers that a command is not followed. word is what is wrong.
func (a *Answerer) watchFault(ctx context.Context, r request, what, word string) (Answer, error) {
	sources, err := a.sourceNames(ctx)
	if err != nil {
		return Answer{}, err
	}
	return a.message(r, "watch-fault", watchFault{Prefix: r.Prefix, What: what, Word: word, Sources: sources})
}

func (a *Answerer) sourceNames(ctx context.Context) (names []string, err error) {
	if a.desk == nil {
		return nil, nil
	}
	sources, err := a.desk.Sources(ctx)
	for _, s := range sources {
		names = append(names, s.Name)
	}
	return names, err
}

// watches lists what the room watches, and how the sources do.
func (a *Answerer) watches(ctx context.Context, r request) (Answer, error) {
	if r.args != "" {
		return a.explain(ctx, r, r.command)
	}
	all, err := a.desk.WatchesIn(ctx, r.Room)
	if err != nil {
		return Answer{}, err
	}
	data := watchList{Prefix: r.Prefix}
	if data.Sources, err = a.sourceNames(ctx); err != nil {
		return Answer{}, err
	}
	for i := range all {
		h := &all[i].Health
		h.Failing, h.Read = h.Failing.In(a.zone), h.Read.In(a.zone)
	}
	data.Items, data.More = first(all, listedWatches)
	return a.message(r, "watches", data)
}

// addWatch sets a watch up: a source's name, a filter and a rhythm.
func (a *Answerer) addWatch(ctx context.Context, r request) (Answer, error) {
	source, rest := cutArg(r.args)
	if isAddress(source) {
		return a.addFeed(ctx, r)
	}
	if source == "" {
		return a.explain(ctx, r, r.command)
	}
	if a.agenda != nil && a.agenda.Has(text.Fold(source)) {
		return a.addCalendar(ctx, r)
	}
	return a.add(ctx, r, text.Fold(source), rest, sources.FeedTrial{})
}

// addFeed sets up the watch of a feed, if that can be read.
func (a *Answerer) addFeed(ctx context.Context, r request) (Answer, error) {
	address, rest := cutArg(r.args)
	switch {
	case address == "":
		return a.explain(ctx, r, r.command)
	case !isAddress(address):
		return a.watchFault(ctx, r, "address", address)
	}
	tryCtx, cancel := context.WithTimeout(ctx, tryFeedWithin)
	defer cancel()
	trial, err := a.desk.TryFeed(tryCtx, address, time.Now())
	if ctx.Err() != nil {
		return Answer{}, ctx.Err()
	}
	if err != nil {
		fault := watchFault{What: "feed", Fault: sources.FaultOf(err), Code: sources.StatusOf(err)}
		if tryCtx.Err() != nil {
			fault.Fault = sources.FaultTimeout
		}
		return a.message(r, "watch-fault", fault)
	}
	return a.add(ctx, r, address, rest, trial)
}

// add sets up the watch of a source, or changes the rhythm of the one that the
// room has.
func (a *Answerer) add(ctx context.Context, r request, source, rest string, trial sources.FeedTrial) (Answer, error) {
	filter, rhythm := schedule.CutRhythm(rest)
	w := announce.Watch{Room: r.Room, Source: source, Filter: filter, Rhythm: rhythm, By: r.Sender, At: time.Now()}
	if rhythm == "" {
		w.Rhythm = schedule.Rhythm{}.String()
	}
	w, change, err := a.desk.AddWatch(ctx, w)
	if errors.Is(err, announce.ErrExists) && rhythm != "" {
		former, change, err := a.desk.SetRhythm(ctx, w)
		if err != nil {
			return a.explainFault(ctx, r, source, err)
		}
		return a.changed(r, watchChange{What: "rhythm", Watch: w, Former: former}, change)
	}
	if err != nil {
		if errors.Is(err, schedule.ErrRhythm) {
			return a.message(r, "rhythm-fault", rhythm)
		}
		return a.explainFault(ctx, r, source, err)
	}
	return a.changed(r, watchChange{What: "added", Watch: w, Feed: trial}, change)
}

// explainFault says why announce refused; another error is returned.
func (a *Answerer) explainFault(ctx context.Context, r request, word string, err error) (Answer, error) {
	if fault, ok := errors.AsType[*filter.Error](err); ok {
		return a.message(r, "filter-fault", fault)
	}
	for _, known := range []struct {
		err  error
		what string
	}{
		{announce.ErrNoSource, "source"},
		{announce.ErrExists, "exists"},
		{announce.ErrTooMany, "many"},
		{announce.ErrDeclared, "declared"},
		{announce.ErrNone, "number"},
	} {
		if errors.Is(err, known.err) {
			return a.watchFault(ctx, r, known.what, word)
		}
	}
	return Answer{}, err
}

// changed answers that something is done, and has it done and logged.
func (a *Answerer) changed(r request, c watchChange, change func(context.Context) error) (Answer, error) {
	c.Prefix = r.Prefix
	answer, err := a.message(r, "watch-changed", c)
	entry := rooms.Change{What: rooms.Watch}
	switch text := describe(c.Watch); c.What {
	case "added":
		entry.After = text
	case "rhythm":
		entry.Before, entry.After = describe(c.Former), text
	case "removed":
		entry.Before = text
	case "paused":
		entry.Before, entry.After = text, text+" (pause)"
	case "resumed":
		entry.Before, entry.After = text+" (pause)", text
	}
	answer.change = a.logged(r, entry, change)
	return answer, err
}

// describe is a watch as it is typed.
func describe(w announce.Watch) string {
	return strings.Join(strings.Fields(w.Source+" "+w.Filter+" "+w.Rhythm), " ")
}

func (a *Answerer) pauseWatch(ctx context.Context, r request) (Answer, error) {
	return a.changeWatch(ctx, r, "paused", func(n int) (announce.Watch, func(context.Context) error, error) {
		return a.desk.PauseWatch(ctx, r.Room, n, true)
	})
}

func (a *Answerer) resumeWatch(ctx context.Context, r request) (Answer, error) {
	return a.changeWatch(ctx, r, "resumed", func(n int) (announce.Watch, func(context.Context) error, error) {
		return a.desk.PauseWatch(ctx, r.Room, n, false)
	})
}

func (a *Answerer) removeWatch(ctx context.Context, r request) (Answer, error) {
	if isWord(r.args, []string{"tout", "toutes", "all"}) {
		return a.removeWatches(ctx, r)
	}
	return a.changeWatch(ctx, r, "removed", func(n int) (announce.Watch, func(context.Context) error, error) {
		return a.desk.RemoveWatch(ctx, r.Room, n)
	})
}

// removeWatches ends all the watches that the room set up, once that is confirmed.
func (a *Answerer) removeWatches(ctx context.Context, r request) (Answer, error) {
	all, err := a.desk.WatchesIn(ctx, r.Room)
	if err != nil {
		return Answer{}, err
	}
	all = slices.DeleteFunc(all, func(w announce.WatchHealth) bool { return w.Declared() })
	switch {
	case len(all) == 0:
		return a.watchFault(ctx, r, "none", "")
	case !r.confirmed:
		return a.confirm(r, confirmation{What: "remove-all", Count: len(all)})
	}
	answer, err := a.message(r, "watches-removed", len(all))
	for _, w := range all {
		_, remove, err := a.desk.RemoveWatch(ctx, r.Room, w.N)
		if err != nil {
			return Answer{}, err
		}
		answer.change = both(answer.change, a.logged(r, rooms.Change{What: rooms.Watch, Before: describe(w.Watch)}, remove))
	}
	return answer, err
}

// changeWatch changes the watch with a number.
func (a *Answerer) changeWatch(ctx context.Context, r request, what string,
	change func(n int) (announce.Watch, func(context.Context) error, error)) (Answer, error) {
	if r.args == "" {
		return a.explain(ctx, r, r.command)
	}
	n, err := strconv.Atoi(r.args)
	if err != nil {
		return a.watchFault(ctx, r, "number", r.args)
	}
	w, do, err := change(n)
	if err != nil {
		return a.explainFault(ctx, r, r.args, err)
	}
	return a.changed(r, watchChange{What: what, Watch: w, N: n}, do)
}

// tryWatch shows what a watch would have told lately. It tells nobody else.
func (a *Answerer) tryWatch(ctx context.Context, r request) (Answer, error) {
	if r.args == "" {
		return a.explain(ctx, r, r.command)
	}
	source, filter := cutArg(r.args)
	name := source
	if n, err := strconv.Atoi(source); err == nil {
		all, err := a.desk.WatchesIn(ctx, r.Room)
		switch {
		case err != nil:
			return Answer{}, err
		case n < 1 || n > len(all):
			return a.watchFault(ctx, r, "number", source)
		}
		w := all[n-1]
		source, name, filter = w.Source, cmp.Or(w.Health.Title, w.Source), cmp.Or(filter, w.Filter)
	} else if !isAddress(source) {
		source = text.Fold(source)
	}
	if a.agenda != nil && a.agenda.Has(source) {
		return a.agendaOf(ctx, r)
	}
	trial, err := a.desk.TryWatch(ctx, source, filter, r.Lang, time.Now())
	if err != nil {
		return a.explainFault(ctx, r, source, err)
	}
	answer, err := a.message(r, "watch-trial", watchTrial{name, filter, trial})
	answer.HTML += trial.HTML
	return answer, err
}

// cutArg splits what follows a command after its first word. Unlike cutWord it
// leaves colons alone.
func cutArg(s string) (arg, rest string) {
	arg, rest, _ = strings.Cut(s, " ")
	return arg, strings.TrimSpace(rest)
}

// isAddress tells a feed's address from a source's name.
func isAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
