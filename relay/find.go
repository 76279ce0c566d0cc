package relay

import (
	"cmp"
	"context"
	"slices"

	"heraut/chat"
	"heraut/search"
)

// minFound is the least share, by weight, of the searched words that a question must hold
// to be found.
const minFound = 0.5

// Find searches questions, open or closed, and returns all that contain at least half
// of the words by weight (covers), the best first and equally good ones from the newest
// on. In a direct message it searches the questions that the sender of e asked; in a
// room, those that the room asked or answers and may still read.
func (d *Carrier) Find(ctx context.Context, e chat.Event, words string) ([]Question, error) {
	load := func() ([]Question, error) { return d.store.AllQuestionsIn(ctx, e.Room) }
	if e.Direct {
		load = func() ([]Question, error) { return d.store.AllQuestionsOf(ctx, e.Sender) }
	}
	all, err := load()
	if err != nil {
		return nil, err
	}
	d = d.withRoomsOnce()
	wanted := search.Terms(words)
	type hit struct {
		Question
		cover float64
	}
	var hits []hit
	for _, q := range all {
		cover := covers(wanted, q.Text)
		if cover < minFound {
			continue
		}
		may, err := d.mayFind(ctx, e.Room, q)
		if err != nil {
			return nil, err
		}
		if may || elsewhere(e, q) {
			hits = append(hits, hit{q, cover})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(b.cover, a.cover), b.AskedAt.Compare(a.AskedAt))
	})
	var found []Question
	for _, h := range hits {
		found = append(found, h.Question)
	}
	return found, nil
}

// weakTells is the weight of a word that says how rather than what; other words weigh 1.
const weakTells = 0.25

// covers returns the share of the searched words that a text contains, from 0 to 1; 0
// if there are no words. Words that say how rather than what count less.
func covers(words search.TextTerms, text string) float64 {
	held := search.Terms(text).Stems
	all, found := 0.0, 0.0
	for _, stem := range words.Stems {
		weight := 1.0
		if words.Weak[stem] {
			weight = weakTells
		}
		all += weight
		if slices.Contains(held, stem) {
			found += weight
		}
	}
	if all == 0 {
		return 0
	}
	return found / all
}

// mayFind reports whether the text of the question q may be shown in a room. The room
// must have asked the question or answer it, and have no readers who could not read the
// question there before. The result is false for any other room, and for the experts'
// room if the question did not go there.
func (d *Carrier) mayFind(ctx context.Context, room chat.RoomID, q Question) (bool, error) {
	switch room {
	case q.Experts:
		if !q.Status.Asked() {
			return false, nil
		}
		return d.Reaches(ctx, q)
	case q.Origin:
		reduced, err := d.reduced(ctx, q, true)
		return !reduced, err
	}
	return false, nil
}

// elsewhere reports whether e comes from a direct message with the asker of the
// question q, who asked it in another room.
func elsewhere(e chat.Event, q Question) bool {
	return e.Direct && e.Sender == q.Asker && e.Room != q.Origin && e.Room != q.Experts
}

// Answers reports whether a relay carries questions to this room, so that its members
// are experts. The error is that of looking up the relays.
func (d *Carrier) Answers(ctx context.Context, room chat.RoomID) (bool, error) {
	all, err := d.Relays(ctx)
	return slices.ContainsFunc(all, func(r Relay) bool { return r.To == room }), err
}
