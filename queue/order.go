package queue

import (
	"time"

	"heraut/chat"
)

const (
	// togetherInRoom limits how many answers of one room are under way together.
	// Synapse writes events that reach one room at once in one transaction, which costs
	// it less than half of the same events one by one (doc/benchmarks.md).
	togetherInRoom = 4
	// lookAhead is how many open rows of a lane the sender searches for answers that
	// can go with the first one.
	lookAhead = 8
)

// Order is what decides beside which posts of its lane (room and priority) a post may
// be sent: the person whom it answers and its thread. The zero value: beside none.
type Order struct {
	Person chat.UserID  // whom it answers; empty: it keeps its place among all posts
	Thread chat.EventID // the thread that it goes to; empty: none
}

// Order returns the row's order: a new text answer to a person has one of its own,
// which names the person and the thread. All other posts have the zero Order: edits,
// deletions, files, and answers to a post that may not be sent yet wait for what they
// follow, and relays, webhooks' posts and announcements keep the order of their room.
func (r *Row) Order() Order {
	p := &r.Post
	if r.Kind != KindPost || p.Priority != chat.Answer || p.HTML == "" || p.File != nil || p.Thread.Post != "" || p.ReplyTo.Post != "" || !p.Edits.IsZero() {
		return Order{}
	}
	return Order{Person: p.For, Thread: p.Thread.Event}
}

// beside reports whether posts with the orders o and other may be under way together:
// both are for people, for different ones, and not in the same thread. It is false if
// either is the zero Order.
func (o Order) beside(other Order) bool {
	return o.Person != "" && other.Person != "" && o.Person != other.Person && (o.Thread == "" || o.Thread != other.Thread)
}

// Place is the place of an open post in its lane, with its state and order, by which
// the sender decides whether it may go with the first post of the lane.
type Place struct {
	Seq    int64
	State  State
	NextAt time.Time // no attempt before this time
	Doubts int       // attempts that ended without an answer
	Order  Order
}

// together returns which of the posts behind the first one of a lane may be sent with
// it, so that at most togetherInRoom are under way. first is the order of that first
// post, behind holds the next open posts of the lane, in their order. A post may go if
// it may be beside every open post before it. A post that waits for a time, that is not
// waiting, that was in doubt, or that has no order holds up all posts behind it.
func together(first Order, behind []Place, now time.Time) (with []Place) {
	before := []Order{first}
	for _, p := range behind {
		if len(with) == togetherInRoom-1 || p.State != Waiting || p.NextAt.After(now) || p.Doubts > 0 || p.Order.Person == "" {
			break
		}
		fits := true
		for _, o := range before {
			fits = fits && p.Order.beside(o)
		}
		if fits {
			with = append(with, p)
		}
		before = append(before, p.Order)
	}
	return with
}
