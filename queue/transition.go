package queue

import "time"

// Step is something that happens to a post of the outbox and may change its state.
type Step string

// The steps of a post.
const (
	StepStart    Step = "start"     // an attempt to send it begins
	StepPutBack  Step = "put back"  // the attempt is not made: a target is not sent, or the guard fails
	StepWithhold Step = "withhold"  // its guard withholds it
	StepCancel   Step = "cancel"    // it is withdrawn, or replaced, before an attempt can have sent it
	StepDamage   Step = "damage"    // its content cannot be read, or its target is gone for good
	StepAccept   Step = "accept"    // the homeserver answers that it took the post
	StepShow     Step = "show"      // sync shows its event
	StepWait     Step = "wait"      // its lane has to wait
	StepLimit    Step = "limit"     // the homeserver takes no post of the bot for a while
	StepForbid   Step = "forbid"    // the bot lacks the power to send it
	StepGiveUp   Step = "give up"   // the bot lacked that power for keepBlocked
	StepUnrelate Step = "unrelate"  // the homeserver refuses its relation; it makes sense without
	StepRefuse   Step = "refuse"    // the homeserver refuses it for good
	StepNoAnswer Step = "no answer" // the attempt ends without an answer
	StepRestart  Step = "restart"   // the process ended during the attempt
	StepAbsent   Step = "absent"    // a sync that began after the attempt does not show it
	StepLose     Step = "lose"      // the homeserver took it, and shows it nowhere
)

// Effect is a set of changes that go with a change of state, in the same transaction.
type Effect uint8

// The effects of a step.
const (
	EffectCount   Effect = 1 << iota // count the attempt, and note when it began
	EffectUncount                    // subtract the attempt
	EffectUndo                       // subtract the attempt; if it was the first, forget when it began
	EffectDoubt                      // unless a doubt is open: count it, and note when it began
	EffectSettle                     // end the doubt
	EffectErase                      // erase the content
	EffectTell                       // tell the guard that the post is in its room, or never will be
	EffectRenew                      // start again: another transaction id, no attempts, no doubts
)

// Has reports whether the set contains all effects of other.
func (e Effect) Has(other Effect) bool { return e&other == other }

// Finished reports whether the queue does nothing more for a post in this state,
// except where sync contradicts the state.
func (s State) Finished() bool { return s != Waiting && s != Trying }

// Next returns the state of a post after a step, and the effects that go with the
// change. A step that means nothing in a state changes nothing. The store's statements
// that change many rows follow the same rules (a test of package storage compares
// them). doc/design/sending.md draws the transitions.
func Next(s State, what Step) (State, Effect) {
	switch {
	case what == StepShow && s == Sent:
		return Sent, EffectErase
	case what == StepShow:
		return Sent, EffectSettle | EffectErase | EffectTell
	case what == StepAccept && s != Sent:
		return Sent, EffectSettle | EffectTell // the content stays until sync shows the event
	case what == StepLose && s == Sent:
		return Waiting, EffectRenew
	case what == StepStart && s == Waiting:
		return Trying, EffectCount
	case what == StepCancel && s == Waiting:
		return Cancelled, EffectErase
	}
	if t, ok := attemptEnds[what]; ok && s == Trying {
		return t.to, t.effects
	}
	return s, 0
}

// attemptEnds are the steps that end an attempt, or put it in doubt.
var attemptEnds = map[Step]struct {
	to      State
	effects Effect
}{
	StepPutBack:  {Waiting, EffectUndo},
	StepWait:     {Waiting, 0},
	StepLimit:    {Waiting, EffectUncount},
	StepForbid:   {Waiting, 0},
	StepUnrelate: {Waiting, 0},
	StepAbsent:   {Waiting, EffectSettle},
	StepNoAnswer: {Trying, EffectDoubt},
	StepRestart:  {Trying, EffectDoubt},
	StepWithhold: {Cancelled, EffectErase},
	StepDamage:   {Failed, EffectErase | EffectTell},
	StepGiveUp:   {Failed, EffectErase | EffectTell},
	StepRefuse:   {Failed, EffectErase | EffectTell},
}

// take changes the state of the row after a step, with the effects on the row's
// attempts and doubts, and returns all effects. Storing the row erases the content of
// a finished one.
func (r *Row) take(what Step, now time.Time) Effect {
	to, effects := Next(r.State, what)
	r.State = to
	if effects.Has(EffectUncount) || effects.Has(EffectUndo) {
		r.Attempts--
	}
	if effects.Has(EffectUndo) && r.Attempts == 0 {
		r.AttemptedAt = time.Time{}
	}
	if effects.Has(EffectDoubt) {
		r.Doubts++
		r.DoubtSince = now
	}
	return effects
}
