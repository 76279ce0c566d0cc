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
// added, withdrawn or recommended. It sends no request.
func (s *sill) Fetch(ctx context.Context, q Query) (Batch, error) {
	state := s.current()
	if state.Catalogue == nil {
		if state.Err != nil {
			return Batch{}, state.Err
		}
		return Batch{}, errNotLoaded
	}
	var all []softwareEvent
	for software := range state.Catalogue.All() {
		all = append(all, eventsOf(software, q.Now)...)
	}
	fresh, err := unseenEvents(ctx, q, all)
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

// unseenEvents returns those of the events that the bot never saw, oldest first.
func unseenEvents(ctx context.Context, q Query, all []softwareEvent) ([]Fresh, error) {
	var keys []string
	for _, f := range all {
		keys = append(append(keys, f.Key), f.otherKeys...)
	}
	unseen, err := q.Unseen(ctx, keys)
	if err != nil {
		return nil, fmt.Errorf("look up what was seen: %w", err)
	}
	var fresh []Fresh
	taken := map[string]bool{}
	for _, f := range all {
		seenBefore := func(key string) bool { return !unseen[key] }
		if unseen[f.Key] && !taken[f.Key] && !slices.ContainsFunc(f.otherKeys, seenBefore) {
			fresh = append(fresh, f.Fresh)
			for _, key := range append(f.Aliases, f.Key) {
				taken[key] = true
			}
		}
	}
	slices.SortStableFunc(fresh, func(a, b Fresh) int { return a.At.Compare(b.At) })
	return fresh, nil
}

// softwareEvent is a thing that happened to a software in the catalogue, such as its
// withdrawal, with its date.
type softwareEvent struct {
	Fresh
	// otherKeys are the keys of the same event under the other ids of the software: the
	// event is not new when one of them was seen.
	otherKeys []string
}

// eventsOf returns the events of a software in the catalogue, the most important
// first. If the most important one is new, the others are not announced: their keys
// are its aliases.
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

// withdrawnOf returns the present form of those wanted items whose software was
// withdrawn from the catalogue, or listed again, since they were announced.
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
