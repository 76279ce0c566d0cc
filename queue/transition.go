package queue

import "time"

// Step is an event in the state machine of posts, such as an attempt, the homeserver's
// answer, or its absence.
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

// Effect is a set of actions, as bits, that a transition in the state machine of posts
// demands in the same transaction.
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

// Has reports whether the set contains all effects of other; true for an empty other.
func (e Effect) Has(other Effect) bool { return e&other == other }

// Finished reports whether a post in this state is done: sent, failed or cancelled.
// Only sync may still show that the state is wrong.
func (s State) Finished() bool { return s != Waiting && s != Trying }

// Next is the state machine of posts: it returns the state after the step what in the
// state s, and the effects of the transition, which the caller carries out. A step that
// means nothing in a state returns s and no effects. SQL statements of package storage
// that change many posts follow the same rules, which a test compares.
// doc/design/sending.md draws it.
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

// attemptEnds holds, for each step that ends an attempt or puts it in doubt, the next
// state of a post that is being tried (Trying), and the effects.
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

// take applies the step what to the post r in memory: it sets the state, takes the last
// attempt back, or counts a doubt that began now. It returns all effects of the step;
// the caller carries out the others, such as EffectTell. Storing a finished post erases
// its content.
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
