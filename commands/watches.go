package commands

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"heraut/announce"
	"heraut/chat"
	"heraut/feed"
	"heraut/filter"
	"heraut/rooms"
	"heraut/schedule"
	"heraut/sources"
	"heraut/text"
)

const (
	// listedWatches is the number of watches that a list shows.
	listedWatches = 20
	// tryFeedWithin bounds the time for trying a feed.
	tryFeedWithin = 20 * time.Second
)

// watchList is the data of the message with a room's watches, its subscriptions to
// news.
type watchList struct {
	Prefix  string
	Items   []announce.WatchHealth
	More    int
	Sources []string
}

// watchChange is the data of the message that a watch was added, paused, resumed or
// removed, or that its rhythm or label changed.
type watchChange struct {
	Prefix string
	What   string // "added", "rhythm", "label", "paused", "resumed" or "removed"
	announce.Watch
	Former announce.Watch    // the watch before its rhythm changed
	N      int               // its number; 0 for an added watch
	Feed   sources.FeedTrial // the trial of a feed
}

// watchTrial is the data of the message with the items that a watch of the source with
// the filter would have announced in the last 30 days.
type watchTrial struct {
	Source, Filter string
	announce.Trial
}

// watchFault is the data of the message that says why a command about watches is
// refused.
type watchFault struct {
	Prefix string
	// What is "none", "many", "latest", "exists", "declared", "number", "source", "address"
	// or "feed".
	What    string
	Word    string
	Sources []string // the existing sources
	Fault   sources.Fault
	Code    int
}

// Name returns the name of the watched source for people: the room's own name for it,
// else the source's title, else its address.
func (c watchChange) Name() string {
	return cmp.Or(c.Label, c.Feed.Title, sources.Shown(c.Source))
}

// watchFault answers that a command about watches is refused. what names the reason:
// one of the values of the field What in the type watchFault. word is the wrong part of
// the command. The message also names the existing sources.
func (a *Answerer) watchFault(ctx context.Context, r request, what, word string) (Answer, error) {
	names, err := a.sourceNames(ctx)
	if err != nil {
		return Answer{}, err
	}
	return a.message(r, "watch-fault", watchFault{Prefix: r.Prefix, What: what, Word: sources.Shown(word), Sources: names})
}

func (a *Answerer) sourceNames(ctx context.Context) (names []string, err error) {
	sources, err := a.parts.sources(ctx)
	for _, s := range sources {
		names = append(names, s.Name)
	}
	return names, err
}

// watches answers with the room's watches, its subscriptions to news, and the state of
// their sources.
func (a *Answerer) watches(ctx context.Context, r request) (Answer, error) {
	if r.args != "" {
		return a.explain(ctx, r, r.command)
	}
	all, err := a.parts.Watches.WatchesIn(ctx, r.Room)
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

// addWatch answers the command that subscribes the room, with a filter and a rhythm, to
// a source that it names, to a feed by its address, or to a calendar. It answers with
// the reason if that is refused.
func (a *Answerer) addWatch(ctx context.Context, r request) (Answer, error) {
	source, rest := cutArg(r.args)
	if isAddress(source) {
		return a.addFeed(ctx, r)
	}
	if source == "" {
		return a.explain(ctx, r, r.command)
	}
	if a.parts.hasCalendar(text.Fold(source)) {
		return a.addCalendar(ctx, r)
	}
	return a.add(ctx, r, text.Fold(source), rest, sources.FeedTrial{})
}

// aLabel matches the room's name for a feed: nom:"…" directly after its address.
// (The filter field of the same name may stand anywhere else, or have no quotes.)
var aLabel = regexp.MustCompile(`^(?i:nom|name)[\s\x{a0}]*:[\s\x{a0}]*(?:"([^"]+)"|“([^”]+)”|«([^»]+)»)`)

// maxLabel bounds a label, in characters.
const maxLabel = 60

// cutLabel splits s, the arguments after an address, into the label, the room's own
// name for the source, and the rest. The label stands between quotes after «nom:», and
// is cut to maxLabel. Without a label, cutLabel returns "" and s.
func cutLabel(s string) (label, rest string) {
	m := aLabel.FindStringSubmatch(s)
	if m == nil {
		return "", s
	}
	label = strings.Join(strings.Fields(strings.ReplaceAll(m[1]+m[2]+m[3], "\u00a0", " ")), " ")
	return text.Truncate(label, maxLabel), strings.TrimSpace(s[len(m[0]):])
}

// addFeed answers the command that subscribes the room to the feed at an address; it
// reads the feed first, within tryFeedWithin. If a web page is there, it takes the feed
// that the page names; if the page names several, the answer lists them. If the text is
// no address, or no feed can be read there, the answer gives the reason.
func (a *Answerer) addFeed(ctx context.Context, r request) (Answer, error) {
	typed, rest := cutArg(r.args)
	address, ok := sources.FeedAddress(typed)
	switch {
	case typed == "":
		return a.explain(ctx, r, r.command)
	case !ok:
		return a.watchFault(ctx, r, "address", typed)
	}
	tryCtx, cancel := context.WithTimeout(ctx, tryFeedWithin)
	defer cancel()
	trial, err := a.parts.Watches.TryFeed(tryCtx, address, time.Now())
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
	if len(trial.Choices) > 0 {
		return a.message(r, "feed-choices", feedChoices{Prefix: r.Prefix, Page: sources.Shown(address), Feeds: trial.Choices})
	}
	return a.add(ctx, r, trial.Address, rest, trial)
}

// feedChoices is the data of the message that lists the feeds of a web page to choose
// from.
type feedChoices struct {
	Prefix, Page string
	Feeds        []feed.Link
}

// add answers the command that subscribes the room to a source. The answer's field
// change makes the subscription, in the transaction that stores the answer. rest, the
// arguments after the source, holds the filter, the rhythm and, for a feed, its label.
// If the room already has a subscription with this source and filter, the change sets
// only its rhythm, or its label if rest names no rhythm: a label beside a rhythm is
// then ignored. If rest names neither, the answer says that the subscription exists.
// trial is the result of trying a feed's address, zero for another source.
func (a *Answerer) add(ctx context.Context, r request, source, rest string, trial sources.FeedTrial) (Answer, error) {
	label := ""
	if trial.Address != "" {
		label, rest = cutLabel(rest)
	}
	filter, rhythm := schedule.CutRhythm(rest)
	w := announce.Watch{Room: r.Room, Source: source, Filter: filter, Rhythm: rhythm, Label: label, By: r.Sender, At: time.Now()}
	if rhythm == "" {
		w.Rhythm = schedule.Rhythm{}.String()
	}
	w, change, err := a.parts.Watches.AddWatch(ctx, w)
	if errors.Is(err, announce.ErrExists) && rhythm != "" {
		former, change, err := a.parts.Watches.SetRhythm(ctx, w)
		if err != nil {
			return a.explainFault(ctx, r, source, err)
		}
		return a.changed(r, watchChange{What: "rhythm", Watch: w, Former: former}, change)
	}
	if errors.Is(err, announce.ErrExists) && label != "" {
		after, change, err := a.parts.Watches.SetLabel(ctx, w)
		if err != nil {
			return a.explainFault(ctx, r, source, err)
		}
		return a.changed(r, watchChange{What: "label", Watch: after, Feed: trial}, change)
	}
	if err != nil {
		if errors.Is(err, schedule.ErrRhythm) {
			return a.message(r, "rhythm-fault", rhythm)
		}
		return a.explainFault(ctx, r, source, err)
	}
	return a.changed(r, watchChange{What: "added", Watch: w, Feed: trial}, change)
}

// explainFault turns err, the error of a command about watches, into an answer. If err
// is a reason to refuse the command, such as a fault in a filter, it returns an Answer
// with the sentence about that reason, and no error. Otherwise it returns the zero
// Answer and err. word is the wrong part of the command.
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
		{chat.ErrNotFound, "number"},
	} {
		if errors.Is(err, known.err) {
			return a.watchFault(ctx, r, known.what, word)
		}
	}
	return Answer{}, err
}

// changed answers that a watch was changed: c is the data of the message, in which
// changed sets the prefix. The answer's change of the database is change, with an entry
// in the log of changes.
func (a *Answerer) changed(r request, c watchChange, change func(context.Context) error) (Answer, error) {
	c.Prefix = r.Prefix
	answer, err := a.message(r, "watch-changed", c)
	entry := rooms.Change{What: rooms.Watch}
	switch text := describe(c.Watch); c.What {
	case "added", "label":
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

// describe returns a watch as a person types it in a command: source, label, filter and
// rhythm.
func describe(w announce.Watch) string {
	label := ""
	if w.Label != "" {
		label = `nom:"` + w.Label + `"`
	}
	return strings.Join(strings.Fields(sources.Shown(w.Source)+" "+label+" "+w.Filter+" "+w.Rhythm), " ")
}

func (a *Answerer) pauseWatch(ctx context.Context, r request) (Answer, error) {
	return a.changeWatch(ctx, r, "paused", func(n int) (announce.Watch, func(context.Context) error, error) {
		return a.parts.Watches.PauseWatch(ctx, r.Room, n, true)
	})
}

func (a *Answerer) resumeWatch(ctx context.Context, r request) (Answer, error) {
	return a.changeWatch(ctx, r, "resumed", func(n int) (announce.Watch, func(context.Context) error, error) {
		return a.parts.Watches.PauseWatch(ctx, r.Room, n, false)
	})
}

func (a *Answerer) removeWatch(ctx context.Context, r request) (Answer, error) {
	if isWord(r.args, "tout", "toutes") {
		return a.removeWatches(ctx, r)
	}
	return a.changeWatch(ctx, r, "removed", func(n int) (announce.Watch, func(context.Context) error, error) {
		return a.parts.Watches.RemoveWatch(ctx, r.Room, n)
	})
}

// removeWatches answers the command that removes all watches that people set up in the
// room. At first, it asks the person to confirm the command. Once they have, the
// answer's change removes and logs each watch. Watches of the configuration stay. If
// there is no watch to remove, the answer says so.
func (a *Answerer) removeWatches(ctx context.Context, r request) (Answer, error) {
	all, err := a.parts.Watches.WatchesIn(ctx, r.Room)
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
		_, remove, err := a.parts.Watches.RemoveWatch(ctx, r.Room, w.N)
		if err != nil {
			return Answer{}, err
		}
		answer.change = both(answer.change, a.logged(r, rooms.Change{What: rooms.Watch, Before: describe(w.Watch)}, remove))
	}
	return answer, err
}

// changeWatch answers a command that changes the watch with the number in its
// arguments. It calls change with this number; change returns the watch and the change
// of the database. what names the change in the message. If there is no such watch, the
// answer gives the reason.
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

// tryWatch answers with the items that a source, by its name, its address or the number
// of the room's watch, and a filter would have announced in the last 30 days. If the
// source is a calendar, it answers like !agenda without arguments. It subscribes to
// nothing. If there is no such source or watch, or the filter is wrong, the answer
// gives the reason; an address must be one that a room watches already.
func (a *Answerer) tryWatch(ctx context.Context, r request) (Answer, error) {
	if r.args == "" {
		return a.explain(ctx, r, r.command)
	}
	source, filter := cutArg(r.args)
	name := source
	if n, err := strconv.Atoi(source); err == nil {
		all, err := a.parts.Watches.WatchesIn(ctx, r.Room)
		switch {
		case err != nil:
			return Answer{}, err
		case n < 1 || n > len(all):
			return a.watchFault(ctx, r, "number", source)
		}
		w := all[n-1]
		source, name, filter = w.Source, w.Name(), cmp.Or(filter, w.Filter)
	} else if address, ok := sources.FeedAddress(source); ok {
		source, name = address, sources.Shown(address)
	} else {
		source = text.Fold(source)
	}
	if a.parts.hasCalendar(source) {
		return a.comingEvents(ctx, r, "")
	}
	trial, err := a.parts.Watches.TryWatch(ctx, source, filter, r.Lang, time.Now())
	if err != nil {
		return a.explainFault(ctx, r, source, err)
	}
	answer, err := a.message(r, "watch-trial", watchTrial{name, filter, trial})
	answer.HTML += trial.HTML
	return answer, err
}

// latestShown is the default number of a source's entries to show, mostShown the
// largest.
const latestShown, mostShown = 5, 10

// latest answers with the newest items of a source that the room watches; it reads a
// feed anew, within tryFeedWithin. The arguments are two numbers: that of the watch,
// and how many items to show, at most mostShown. Without the second, latest shows
// latestShown items. If the room has only one watch, it needs no number, and a single
// number other than 1 says how many items to show. For a calendar, latest answers like
// !agenda. If there is no such watch, or the source cannot be read, the answer gives
// the reason.
func (a *Answerer) latest(ctx context.Context, r request) (Answer, error) {
	all, err := a.parts.Watches.WatchesIn(ctx, r.Room)
	if err != nil {
		return Answer{}, err
	}
	if len(all) == 0 {
		return a.watchFault(ctx, r, "none", "")
	}
	typed, rest := cutArg(r.args)
	if typed == "" && len(all) == 1 {
		typed = "1"
	}
	if typed == "" {
		return a.explain(ctx, r, r.command)
	}
	n, err := strconv.Atoi(typed)
	if err != nil {
		return a.watchFault(ctx, r, "number", typed)
	}
	count := latestShown
	if len(all) == 1 && n != 1 && rest == "" {
		n, count = 1, n
	} else if rest != "" {
		if count, err = strconv.Atoi(rest); err != nil {
			return a.watchFault(ctx, r, "number", rest)
		}
	}
	if n >= 1 && n <= len(all) && a.parts.hasCalendar(all[n-1].Source) {
		return a.comingEvents(ctx, r, "")
	}
	tryCtx, cancel := context.WithTimeout(ctx, tryFeedWithin)
	defer cancel()
	latest, err := a.parts.Watches.Latest(tryCtx, r.Room, n, min(max(1, count), mostShown), time.Now())
	switch {
	case ctx.Err() != nil:
		return Answer{}, ctx.Err()
	case errors.Is(err, chat.ErrNotFound):
		return a.watchFault(ctx, r, "number", typed)
	case tryCtx.Err() != nil:
		return a.message(r, "watch-fault", watchFault{What: "latest", Fault: sources.FaultTimeout})
	case err != nil:
		return a.message(r, "watch-fault", watchFault{What: "latest", Fault: sources.FaultOf(err), Code: sources.StatusOf(err)})
	}
	return a.message(r, "watch-latest", latest)
}

// cutArg splits the arguments s into the first word and the rest. A colon at the end of
// the first word stays. The rest is empty if s has only one word.
func cutArg(s string) (arg, rest string) {
	arg, rest, _ = strings.Cut(s, " ")
	return arg, strings.TrimSpace(rest)
}

// isAddress reports whether s is a feed's address (http, https or feed), as opposed to
// a source's name.
func isAddress(s string) bool {
	_, ok := sources.FeedAddress(s)
	return ok
}
