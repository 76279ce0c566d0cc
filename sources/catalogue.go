package sources

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"heraut/catalogue"
)

// otherCatalogue reads a catalogue besides the SILL in memory, without any request.
// What it tells beyond the SILL's events: new versions, and entries that are gone from
// the list, which has no other way to withdraw them.
type otherCatalogue struct {
	current func() catalogue.State
}

// listedState is the state of a round: the names of the listed entries, by id.
type listedState struct {
	Listed map[string]string `json:"listed"`
}

// Fetch implements Source.
func (c *otherCatalogue) Fetch(ctx context.Context, q Query) (Batch, error) {
	state := c.current()
	if state.Catalogue == nil {
		if state.Err != nil {
			return Batch{}, state.Err
		}
		return Batch{}, errNotLoaded
	}
	var before listedState
	if err := readState(q.State, &before); err != nil {
		return Batch{}, err
	}
	now := listedState{Listed: map[string]string{}}
	var all []softwareEvent
	for s := range state.Catalogue.All() {
		all = append(all, withVersion(eventsOf(s, q.Now), s)...)
		if s.Withdrawn == nil {
			now.Listed[s.ID] = s.Name
		}
	}
	label := firstLabel(state.Catalogue)
	for id, name := range before.Listed {
		if _, there := state.Catalogue.ByID(id); !there {
			gone := &catalogue.Software{ID: id, Name: name, Catalogue: label, Withdrawn: &catalogue.Withdrawal{Time: q.Now}}
			all = append(all, eventsOf(gone, q.Now)[0])
		}
	}
	fresh, err := unseenEvents(ctx, q, all)
	if err != nil {
		return Batch{}, err
	}
	batch := Batch{Fresh: fresh, Again: withdrawnOf(q.Again, state.Catalogue)}
	if batch.State, err = json.Marshal(now); err != nil {
		return Batch{}, fmt.Errorf("write the list: %w", err)
	}
	if q.State == nil {
		batch.Hosts, batch.Whole = []HostNow{{}}, []string{""}
	} else if string(batch.State) == string(q.State) {
		batch.State = nil
	}
	return batch, state.Err
}

func firstLabel(c *catalogue.Catalogue) string {
	for s := range c.All() {
		return s.Catalogue
	}
	return ""
}

// withVersion adds the event of an entry's version. A new entry, or one that is gone,
// stands for its version.
func withVersion(events []softwareEvent, s *catalogue.Software) []softwareEvent {
	if s.Latest == nil || s.Latest.Number == "" {
		return events
	}
	key := s.ID + " " + string(NewVersion) + " " + s.Latest.Number
	for i := range events {
		events[i].Aliases = append(slices.Clone(events[i].Aliases), key)
	}
	item := Item{Key: key, Kind: KindSoftware, Software: s, Title: s.Name, URL: s.Page(), At: s.Latest.Released}
	return append(events, softwareEvent{Fresh: Fresh{Item: item, News: NewVersion}})
}
