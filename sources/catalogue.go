package sources

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"heraut/catalogue"
)

// otherCatalogue is the Source of news about a catalogue other than the SILL, which it
// reads from memory. Besides the SILL's kinds of news it reports new versions, and
// entries that disappeared, since such catalogues have no other way to withdraw one.
type otherCatalogue struct {
	current func() catalogue.State
}

// listedState is the stored state of otherCatalogue between two rounds: the names of
// the entries in the last round, by id.
type listedState struct {
	Listed map[string]string `json:"listed"`
}

// Fetch returns the events of the catalogue that the bot never saw: software that is
// new, recommended, withdrawn, gone or has a new version; and, of the items to read
// again, those that were withdrawn or are listed again. It sends no request. Without a
// catalogue it returns an error; beside a catalogue that could not be refreshed, the
// Batch is complete and the error says why.
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
	unseen := unseenEvents{query: q, taken: map[string]bool{}}
	for s := range state.Catalogue.All() {
		if err := unseen.add(ctx, withVersion(eventsOf(s, q.Now), s)); err != nil {
			return Batch{}, err
		}
		if s.Withdrawn == nil {
			now.Listed[s.ID] = s.Name
		}
	}
	label := firstLabel(state.Catalogue)
	for id, name := range before.Listed {
		if _, there := state.Catalogue.ByID(id); !there {
			gone := &catalogue.Software{ID: id, Name: name, Catalogue: label, Withdrawn: &catalogue.Withdrawal{Time: q.Now}}
			if err := unseen.add(ctx, eventsOf(gone, q.Now)[:1]); err != nil {
				return Batch{}, err
			}
		}
	}
	fresh, err := unseen.all(ctx)
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

// withVersion returns the events of the entry s together with one for its latest
// version, if it has one. It also adds the key of the version to the aliases of the
// given events, in place, so that the version is not announced again after an event
// that says that the entry is new or gone.
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
