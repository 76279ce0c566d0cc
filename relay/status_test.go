package relay

import (
	"slices"
	"testing"
)

// Every step leads from every status to the status that the table names; "." leaves it
// as it is. The reason of a withdrawal follows the step.
func TestNext(t *testing.T) {
	statuses := []Status{"", Proposed, Consent, Open, Claimed, Answered, Reopened, Solved, Satisfied, Withdrawn}
	table := []struct {
		step     step
		answered bool
		to       [10]Status // in the order of statuses
		why      Withdrawal
	}{
		{stepPropose, false, [10]Status{Proposed, Proposed, Proposed, Proposed, Proposed, Proposed, Proposed, Proposed, Proposed, Proposed}, ""},
		{stepFit, false, [10]Status{Open, Open, Open, Open, Open, Open, Open, Open, Open, Open}, ""},
		{stepWiden, false, [10]Status{Consent, Consent, Consent, Consent, Consent, Consent, Consent, Consent, Consent, Consent}, ""},
		{stepOffer, false, [10]Status{Consent, Consent, Consent, Consent, Consent, Consent, Consent, Consent, Consent, Consent}, ""},
		{stepAgree, false, [10]Status{".", ".", Open, ".", ".", ".", ".", ".", ".", "."}, ""},
		{stepStop, false, [10]Status{".", Satisfied, Withdrawn, ".", ".", ".", ".", ".", ".", "."}, WhyCancelled},
		{stepClaim, false, [10]Status{".", ".", ".", Claimed, ".", ".", Claimed, ".", ".", "."}, ""},
		{stepHandOver, false, [10]Status{".", ".", ".", Open, Open, Open, Open, ".", ".", "."}, ""},
		{stepHandOver, true, [10]Status{".", ".", ".", Open, Open, Open, Open, ".", ".", "."}, ""},
		{stepJoin, false, [10]Status{".", ".", ".", ".", Open, ".", ".", ".", ".", "."}, ""},
		{stepJoin, true, [10]Status{".", ".", ".", ".", Answered, ".", ".", ".", ".", "."}, ""},
		{stepSeparate, true, [10]Status{".", ".", ".", ".", ".", Reopened, ".", Reopened, ".", "."}, ""},
		{stepRelease, false, [10]Status{".", ".", ".", ".", Open, ".", ".", ".", ".", "."}, ""},
		{stepRelease, true, [10]Status{".", ".", ".", ".", Answered, ".", ".", ".", ".", "."}, ""},
		{stepAnswer, false, [10]Status{".", ".", ".", Answered, Answered, Answered, Answered, Reopened, ".", "."}, ""},
		{stepFollowUp, false, [10]Status{".", ".", ".", ".", ".", ".", ".", Reopened, ".", "."}, ""},
		{stepSolve, false, [10]Status{".", ".", ".", Solved, Solved, Solved, Solved, Solved, ".", "."}, ""},
		{stepDelete, false, withdrawn, WhyDeleted},
		{stepRecall, false, [10]Status{Withdrawn, Withdrawn, Withdrawn, Withdrawn, Withdrawn, Withdrawn, Withdrawn, ".", ".", "."}, WhyDeleted},
		{stepRecall, true, [10]Status{".", ".", ".", ".", ".", ".", ".", ".", ".", "."}, ""},
		{stepModerate, false, withdrawn, WhyModerated},
		{stepRefuse, false, withdrawn, WhyRefused},
		{stepNoRelay, false, withdrawn, WhyNoRelay},
	}
	tried := []step{}
	for _, row := range table {
		tried = append(tried, row.step)
		for i, from := range statuses {
			want := row.to[i]
			if want == "." {
				want = from
			}
			got, why := next(from, row.step, row.answered)
			if got != want {
				t.Errorf("%q, %s (answered %v): got %q, want %q", from, row.step, row.answered, got, want)
			}
			wantWhy := Withdrawal("")
			if want == Withdrawn && row.to[i] != "." {
				wantWhy = row.why
			}
			if why != wantWhy {
				t.Errorf("%q, %s: withdrawn for %q, want %q", from, row.step, why, wantWhy)
			}
		}
	}
	for what := range transitions {
		if !slices.Contains(tried, what) {
			t.Errorf("the table has no row for %s", what)
		}
	}
}

var withdrawn = [10]Status{Withdrawn, Withdrawn, Withdrawn, Withdrawn, Withdrawn, Withdrawn, Withdrawn, Withdrawn, Withdrawn, Withdrawn}

// Every step but two ends the request that a colleague look after the question, in every
// status.
func TestStepsEndAssignments(t *testing.T) {
	for _, status := range []Status{Open, Claimed, Answered, Reopened, Solved, Satisfied, Withdrawn} {
		for what, ends := range map[step]bool{
			stepPropose: true, stepFit: true, stepWiden: true, stepOffer: true, stepAgree: true, stepStop: true,
			stepClaim: true, stepHandOver: true, stepJoin: true, stepSeparate: true, stepAnswer: true, stepSolve: true,
			stepDelete: true, stepRecall: true, stepModerate: true, stepRefuse: true, stepNoRelay: true,
			stepRelease: false, stepFollowUp: false,
		} {
			q := Question{Status: status, Claimer: "@bruno:example.org", Assign: Assignment{To: "@dora:example.org", Ask: "ask"}}
			if q.take(what); (q.Assign.To == "") != ends || q.Assign.Ask != "ask" {
				t.Errorf("%q, %s: %+v", status, what, q.Assign)
			}
		}
	}
}

// A withdrawn question keeps its reason when a step means nothing to it.
func TestReasonStays(t *testing.T) {
	q := Question{Status: Withdrawn, Why: WhyModerated}
	if q.take(stepSolve) || q.Status != Withdrawn || q.Why != WhyModerated {
		t.Errorf("got %q, %q", q.Status, q.Why)
	}
	if q.take(stepDelete); q.Why != WhyDeleted {
		t.Errorf("got %q", q.Why)
	}
}
