package queue

import (
	"testing"
	"time"
)

// end is the state and the effects that a step leads to; the zero value: the step
// changes nothing.
type end struct {
	to      State
	effects Effect
}

// Every step has one result in every state.
func TestNext(t *testing.T) {
	states := []State{Waiting, Trying, Sent, Failed, Cancelled}
	none, waits := end{}, func(effects Effect) end { return end{Waiting, effects} }
	shown := end{Sent, EffectSettle | EffectErase | EffectTell}
	accepted := end{Sent, EffectSettle | EffectTell}
	failed := end{Failed, EffectErase | EffectTell}
	table := map[Step][5]end{ // in the order of states
		StepStart:    {{Trying, EffectCount}, none, none, none, none},
		StepPutBack:  {none, waits(EffectUndo), none, none, none},
		StepWithhold: {none, {Cancelled, EffectErase}, none, none, none},
		StepCancel:   {{Cancelled, EffectErase}, none, none, none, none},
		StepDamage:   {none, failed, none, none, none},
		StepAccept:   {accepted, accepted, none, accepted, accepted},
		StepShow:     {shown, shown, {Sent, EffectErase}, shown, shown},
		StepWait:     {none, waits(0), none, none, none},
		StepLimit:    {none, waits(EffectUncount), none, none, none},
		StepForbid:   {none, waits(0), none, none, none},
		StepGiveUp:   {none, failed, none, none, none},
		StepUnrelate: {none, waits(0), none, none, none},
		StepRefuse:   {none, failed, none, none, none},
		StepNoAnswer: {none, {Trying, EffectDoubt}, none, none, none},
		StepRestart:  {none, {Trying, EffectDoubt}, none, none, none},
		StepAbsent:   {none, waits(EffectSettle), none, none, none},
		StepLose:     {none, none, waits(EffectRenew), none, none},
	}
	for what, ends := range table {
		for i, from := range states {
			want := ends[i]
			if want == none {
				want.to = from
			}
			if to, effects := Next(from, what); to != want.to || effects != want.effects {
				t.Errorf("%s, %s: got %s with %08b, want %s with %08b", from, what, to, effects, want.to, want.effects)
			}
		}
	}
	for what := range attemptEnds {
		if _, ok := table[what]; !ok {
			t.Errorf("the table has no row for %s", what)
		}
	}
	for _, s := range states {
		if got, want := s.Finished(), s == Sent || s == Failed || s == Cancelled; got != want {
			t.Errorf("%s: finished %v, want %v", s, got, want)
		}
	}
}

// A row takes the effects on its attempts and doubts with the step.
func TestTake(t *testing.T) {
	noon := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	second := Row{State: Trying, Attempts: 2, AttemptedAt: noon}
	for what, want := range map[Step]Row{
		StepWait:     {State: Waiting, Attempts: 2, AttemptedAt: noon},
		StepLimit:    {State: Waiting, Attempts: 1, AttemptedAt: noon},
		StepPutBack:  {State: Waiting, Attempts: 1, AttemptedAt: noon},
		StepNoAnswer: {State: Trying, Attempts: 2, AttemptedAt: noon, Doubts: 1, DoubtSince: noon.Add(time.Minute)},
		StepCancel:   second,
	} {
		row := second
		if row.take(what, noon.Add(time.Minute)); row.State != want.State || row.Attempts != want.Attempts ||
			!row.AttemptedAt.Equal(want.AttemptedAt) || row.Doubts != want.Doubts || !row.DoubtSince.Equal(want.DoubtSince) {
			t.Errorf("%s: got %+v", what, row)
		}
	}
	first := Row{State: Trying, Attempts: 1, AttemptedAt: noon}
	if first.take(StepPutBack, noon); first.Attempts != 0 || !first.AttemptedAt.IsZero() {
		t.Errorf("an attempt that was not made counts: %+v", first)
	}
}
