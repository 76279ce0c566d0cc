package relay

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

// next is the state machine of questions: it returns the status after the step what in
// the status s and, if the step withdraws the question, why. answered says that an
// answer ever reached the asker's room. A step that means nothing in a status returns s
// and an empty reason. doc/design/questions.md draws it.
func next(s Status, what step, answered bool) (Status, Withdrawal) {
	switch {
	case what == stepPropose:
		return Proposed, ""
	case what == stepFit, what == stepAgree && s == Consent:
		return Open, ""
	case what == stepWiden, what == stepOffer:
		return Consent, ""
	case what == stepRecall && !answered && !s.Closed():
		return Withdrawn, WhyDeleted
	case what == stepStop && s == Proposed:
		return Satisfied, ""
	case what == stepStop && s == Consent:
		return Withdrawn, WhyCancelled
	case what == stepClaim && (s == Open || s == Reopened):
		return Claimed, ""
	case what == stepHandOver && s.Asked() && !s.Closed():
		return Open, ""
	case (what == stepRelease || what == stepJoin) && s == Claimed && answered:
		return Answered, ""
	case (what == stepRelease || what == stepJoin) && s == Claimed:
		return Open, ""
	case what == stepSeparate && (s == Answered || s == Solved):
		return Reopened, ""
	case (what == stepAnswer || what == stepFollowUp) && s == Solved:
		return Reopened, ""
	case what == stepAnswer && s.Asked():
		return Answered, ""
	case what == stepSolve && s.Asked():
		return Solved, ""
	}
	if why := withdrawals[what]; why != "" {
		return Withdrawn, why
	}
	return s, ""
}

// withdrawals are the steps that withdraw a question, whatever its status.
var withdrawals = map[step]Withdrawal{
	stepDelete: WhyDeleted, stepModerate: WhyModerated, stepRefuse: WhyRefused, stepNoRelay: WhyNoRelay,
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
