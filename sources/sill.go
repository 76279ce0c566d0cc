package sources

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"heraut/catalogue"
)

// sill is the Source of news about the SILL, the catalogue of recommended software,
// which it reads from memory.
type sill struct {
	current func() catalogue.State
}

var errNotLoaded = errors.New("the catalogue is not loaded yet")

// Fetch returns the events of the catalogue that the bot never saw: a software was
// added, withdrawn or recommended; and, of the items to read again, those that were
// withdrawn or are listed again. It sends no request. Without a catalogue it returns an
// error; beside a catalogue that could not be refreshed, the Batch is complete and the
// error says why.
func (s *sill) Fetch(ctx context.Context, q Query) (Batch, error) {
	state := s.current()
	if state.Catalogue == nil {
		if state.Err != nil {
			return Batch{}, state.Err
		}
		return Batch{}, errNotLoaded
	}
	unseen := unseenEvents{query: q, taken: map[string]bool{}}
	for software := range state.Catalogue.All() {
		if err := unseen.add(ctx, eventsOf(software, q.Now)); err != nil {
			return Batch{}, err
		}
	}
	fresh, err := unseen.all(ctx)
	if err != nil {
		return Batch{}, err
	}
	batch := Batch{Fresh: fresh, Again: withdrawnOf(q.Again, state.Catalogue)}
	if q.State == nil {
		batch.State = []byte("{}")
		batch.Hosts, batch.Whole = []HostNow{{}}, []string{""}
	}
	return batch, state.Err
}

// maxUnread bounds the events that wait for one question to Unseen. A large catalogue
// has tens of thousands, most of them seen.
const maxUnread = 2000

// unseenEvents collects those events of software in the catalogue that the bot never
// saw. It looks them up in the database in groups.
type unseenEvents struct {
	query Query
	fresh []Fresh
	taken map[string]bool // the keys of fresh
	wait  []softwareEvent // to be looked up
}

// add adds events to look up. It looks up those that wait once there are enough for a
// group (maxUnread). The error is that of the look-up.
func (u *unseenEvents) add(ctx context.Context, events []softwareEvent) error {
	u.wait = append(u.wait, events...)
	if len(u.wait) < maxUnread {
		return nil
	}
	return u.lookUp(ctx)
}

// all looks up the added events that were not looked up yet, and returns every added
// event that the bot never saw, as news, oldest first. The error is that of the
// look-up.
func (u *unseenEvents) all(ctx context.Context) ([]Fresh, error) {
	if err := u.lookUp(ctx); err != nil {
		return nil, err
	}
	slices.SortStableFunc(u.fresh, func(a, b Fresh) int { return a.At.Compare(b.At) })
	return u.fresh, nil
}

func (u *unseenEvents) lookUp(ctx context.Context) error {
	var keys []string
	for _, f := range u.wait {
		keys = append(append(keys, f.Key), f.otherKeys...)
	}
	unseen, err := u.query.Unseen(ctx, keys)
	if err != nil {
		return fmt.Errorf("look up what was seen: %w", err)
	}
	for _, f := range u.wait {
		seenBefore := func(key string) bool { return !unseen[key] }
		if unseen[f.Key] && !u.taken[f.Key] && !slices.ContainsFunc(f.otherKeys, seenBefore) {
			u.fresh = append(u.fresh, f.Fresh)
			for _, key := range append(f.Aliases, f.Key) {
				u.taken[key] = true
			}
		}
	}
	clear(u.wait) // frees the software
	u.wait = u.wait[:0]
	return nil
}

// softwareEvent is a thing that happened to a software in the catalogue, such as its
// withdrawal, with its date.
type softwareEvent struct {
	Fresh
	// otherKeys are the keys of the same event under the other ids of the software: the
	// event is not new when one of them was seen.
	otherKeys []string
}

// eventsOf returns the events of a software in the catalogue, at least one, the most
// important first. An event whose date is unknown or after now gets now as its date.
// The keys of the other events are aliases of the most important one, so that they are
// not announced if that one is.
func eventsOf(s *catalogue.Software, now time.Time) (events []softwareEvent) {
	key := func(what What) string { return s.ID + " " + string(what) }
	event := func(what What, at time.Time, aliases ...string) softwareEvent {
		if at.IsZero() || at.After(now) {
			at = now
		}
		item := Item{Key: key(what), Kind: KindSoftware, Software: s, Title: s.Name, URL: s.Page(), At: at}
		e := softwareEvent{Fresh: Fresh{Item: item, News: what}}
		for _, id := range s.OtherIDs {
			e.otherKeys = append(e.otherKeys, id+" "+string(what))
		}
		e.Aliases = slices.Concat(aliases, e.otherKeys)
		return e
	}
	var recommended []string
	if s.Recommended {
		recommended = []string{key(Recommended)}
	}
	if s.Withdrawn != nil {
		events = append(events, event(Withdrawn, s.Withdrawn.Time, append(slices.Clone(recommended), key(Referenced))...))
	}
	events = append(events, event(Referenced, s.Referenced, recommended...))
	if s.Recommended {
		events = append(events, event(Recommended, s.Updated))
	}
	return events
}

// withdrawnOf returns the present form, by key, of the wanted items whose software was
// withdrawn from the catalogue c after the announcement, or is listed again after it
// was withdrawn. It leaves out items that were announced as withdrawn in the first
// place.
func withdrawnOf(wanted []Again, c *catalogue.Catalogue) map[string]Reading {
	if len(wanted) == 0 {
		return nil
	}
	withdrawn := map[string]bool{} // by id
	for s := range c.All() {
		for _, id := range append([]string{s.ID}, s.OtherIDs...) {
			withdrawn[id] = s.Withdrawn != nil
		}
	}
	changed := map[string]Reading{}
	for _, a := range wanted {
		if a.Software == nil || a.Software.Withdrawn != nil {
			continue // the announcement itself was about the withdrawal
		}
		if gone, known := withdrawn[a.Software.ID]; known && gone != a.Gone {
			changed[a.Key] = Reading{Item: a.Item, Gone: gone}
		}
	}
	return changed
}
