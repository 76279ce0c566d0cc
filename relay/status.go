package relay

import "slices"

// step is an event in the state machine of questions, such as an answer or the asker's
// consent.
type step string

const (
	stepPropose  step = "propose"   // suggestions are shown to its asker
	stepFit      step = "fit"       // it may leave the room: no other people would read it
	stepWiden    step = "widen"     // it needs consent to leave the room: more people would read it
	stepOffer    step = "offer"     // another person makes its message a question: its author is asked
	stepAgree    step = "agree"     // its asker agrees that they do
	stepStop     step = "stop"      // its asker wants no answer of the experts
	stepClaim    step = "claim"     // an expert looks after it, perhaps in the place of another
	stepHandOver step = "hand over" // it goes to other experts
	stepJoin     step = "join"      // it turns out to be the same as another question
	stepSeparate step = "separate"  // it is not the same as that one after all
	stepRelease  step = "release"   // nobody looks after it any more
	stepAnswer   step = "answer"    // an answer reached the asker's room
	stepFollowUp step = "follow up" // another message reached the experts' room
	stepSolve    step = "solve"     // somebody who may do so closes it
	stepDelete   step = "delete"    // its message is deleted, or asks nothing any more
	stepRecall   step = "recall"    // the command or reaction that made its message a question is taken back
	stepModerate step = "moderate"  // a moderator deletes it from the experts' room
	stepRefuse   step = "refuse"    // the homeserver refuses it in the experts' room
	stepNoRelay  step = "no relay"  // no relay may carry it any more
)

// transition is a row of the state machine: the step leads from some statuses to the
// status to.
type transition struct {
	from func(Status) bool // nil: any status
	// when restricts the row to questions of which an answer ever reached the asker's
	// room (ifAnswered), or none (ifUnanswered).
	when condition
	to   Status
	why  Withdrawal // for to == Withdrawn
}

type condition int

const (
	always condition = iota
	ifAnswered
	ifUnanswered
)

// transitions are the rows of the state machine, by step; of several, the first that
// applies counts. doc/design/questions.md draws them.
var transitions = map[step][]transition{
	stepPropose:  {{to: Proposed}},
	stepFit:      {{to: Open}},
	stepWiden:    {{to: Consent}},
	stepOffer:    {{to: Consent}},
	stepAgree:    {{from: is(Consent), to: Open}},
	stepStop:     {{from: is(Proposed), to: Satisfied}, {from: is(Consent), to: Withdrawn, why: WhyCancelled}},
	stepClaim:    {{from: is(Open, Reopened), to: Claimed}},
	stepHandOver: {{from: isOpen, to: Open}},
	stepRelease:  unclaimed,
	stepJoin:     unclaimed,
	stepSeparate: {{from: is(Answered, Solved), to: Reopened}},
	stepAnswer:   {{from: is(Solved), to: Reopened}, {from: Status.Asked, to: Answered}},
	stepFollowUp: {{from: is(Solved), to: Reopened}},
	stepSolve:    {{from: Status.Asked, to: Solved}},
	stepRecall:   {{from: isUnfinished, when: ifUnanswered, to: Withdrawn, why: WhyDeleted}},
	stepDelete:   {{to: Withdrawn, why: WhyDeleted}},
	stepModerate: {{to: Withdrawn, why: WhyModerated}},
	stepRefuse:   {{to: Withdrawn, why: WhyRefused}},
	stepNoRelay:  {{to: Withdrawn, why: WhyNoRelay}},
}

// unclaimed are the rows of steps after which nobody looks after the question.
var unclaimed = []transition{
	{from: is(Claimed), when: ifAnswered, to: Answered}, {from: is(Claimed), when: ifUnanswered, to: Open},
}

func is(statuses ...Status) func(Status) bool {
	return func(s Status) bool { return slices.Contains(statuses, s) }
}

func isOpen(s Status) bool { return s.Asked() && !s.Closed() }

func isUnfinished(s Status) bool { return !s.Closed() }

func (c condition) holds(answered bool) bool {
	return c == always || (c == ifAnswered) == answered
}

// next is the state machine of questions: it returns the status after the step what in
// the status s and, if the step withdraws the question, why. answered says that an
// answer ever reached the asker's room. A step that means nothing in a status returns s
// and an empty reason.
func next(s Status, what step, answered bool) (Status, Withdrawal) {
	for _, t := range transitions[what] {
		if t.when.holds(answered) && (t.from == nil || t.from(s)) {
			return t.to, t.why
		}
	}
	return s, ""
}

// keepsAssignment are the steps after which a colleague who was asked to look after a
// question may still accept it. All others end the request.
var keepsAssignment = map[step]bool{stepRelease: true, stepFollowUp: true}

// take applies the step what of the state machine to the question q, and reports
// whether its status changed. It sets q.Status and q.Why, and clears q.Assign.To where
// the step ends that request; the caller saves q.
func (q *Question) take(what step) bool {
	if !keepsAssignment[what] {
		q.Assign.To = ""
	}
	before := q.Status
	s, why := next(before, what, !q.AnsweredAt.IsZero())
	if s == Withdrawn && why == "" { // it was withdrawn, and keeps its reason
		why = q.Why
	}
	q.Status, q.Why = s, why
	return s != before
}
