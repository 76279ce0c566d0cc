package announce_test

import (
	"maps"
	"testing"
	"time"

	"heraut/announce"
	"heraut/chat"
	"heraut/storage"
)

func results(t *testing.T, path string) (r replayed) {
	t.Helper()
	db, err := storage.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if r.outcomes, err = db.Outcomes(t.Context(), "depots"); err != nil {
		t.Fatal(err)
	}
	all, err := db.Announcements(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	shown := map[chat.RoomID]map[int64]bool{salon: {}, weekly: {}}
	for _, m := range all {
		row, err := db.PostByKey(t.Context(), m.Key)
		if err != nil {
			t.Fatalf("a message is not in the outbox: %v", err)
		}
		for _, line := range m.Layout.Lines {
			for _, item := range line.Items {
				if shown[m.Room][item] {
					t.Errorf("the item %d was told twice in %s", item, m.Room)
				}
				shown[m.Room][item] = true
			}
		}
		switch {
		case m.Room == weekly:
			r.weekly += m.Layout.Total
			continue
		case m.Layout.Digest:
			r.digested += m.Layout.Total
		default:
			r.announced += m.Layout.Total
		}
		r.messages = append(r.messages, m)
		r.texts = append(r.texts, shownPost(row))
	}
	return r
}

// check verifies that no repository of the base set and no returned one was announced,
// and that each new one was decided once.
func (r replayed) check(t *testing.T, log []change) {
	t.Helper()
	events := map[string]int{}
	for _, c := range log {
		events[c.event]++
	}
	told := r.outcomes[announce.Announced] + r.outcomes[announce.WithOwner] + r.outcomes[announce.WithHost]
	decided := 0
	excluded := maps.Clone(r.outcomes)
	for _, outcome := range []string{announce.Baseline, announce.Announced, announce.WithOwner, announce.WithHost} {
		delete(excluded, outcome)
	}
	for outcome, n := range r.outcomes {
		if outcome != announce.Baseline {
			decided += n
		}
	}
	t.Logf("the log: %v", events)
	t.Logf("of the base set %d were silent; of what appeared first %d were decided: %d were told, and suppressed were %v; what returned was told %d times",
		r.outcomes[announce.Baseline], decided, told, excluded, r.announced+r.digested-told)
	t.Logf("told at once: %d messages, %d items announced by themselves or with their owner, %d digested; by the week: %d",
		len(r.messages), r.announced, r.digested, r.weekly)
	if r.outcomes[announce.Baseline] != events["base"] {
		t.Errorf("%d items of the base set were silent, want %d", r.outcomes[announce.Baseline], events["base"])
	}
	if decided != events["added"] || r.outcomes[announce.Settling] != 0 {
		t.Errorf("%d items were decided (%v), want %d", decided, r.outcomes, events["added"])
	}
	if r.announced+r.digested != told {
		t.Errorf("%d items were told, want %d", r.announced+r.digested, told)
	}
	if r.weekly > told { // the weekly digest leaves out repositories that are gone by Thursday
		t.Errorf("%d items were told by the week, want %d at most", r.weekly, told)
	}
}

// most returns the largest number of messages in one hour.
func (r replayed) most() (most int) {
	perHour := map[time.Time]int{}
	for _, m := range r.messages {
		perHour[m.At.Truncate(time.Hour)]++
		most = max(most, perHour[m.At.Truncate(time.Hour)])
	}
	return most
}
