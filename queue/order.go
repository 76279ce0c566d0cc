package queue

import (
	"time"

	"heraut/chat"
)

const (
	// togetherInRoom limits how many answers of one room are under way together.
	// Synapse writes events that reach one room at once in one transaction, which costs
	// it less than half of the same events one by one (doc/benchmarks.md).
	togetherInRoom = 8
	// lookAhead is how many open rows of a lane the sender searches for answers that
	// can go with the first one.
	lookAhead = 16
)

// Order holds the person whom a post answers and the post's thread. By these, the sender
// decides whether the post may be sent at the same time as another post of its lane (the
// posts of one room and priority). A post without a Person is never sent together with
// others of its room.
type Order struct {
	Person chat.UserID  // whom it answers; empty: it keeps its place among all posts
	Thread chat.EventID // the thread that it goes to; empty: none
}

// Order returns the Order of the post in the row. For a new text that answers a person,
// it holds the person and the thread. It is zero for any other post, which is then sent
// alone: an edit, a deletion, a file or an answer to another post has to wait for the
// post before it, and the posts of relays, webhooks and announcements stay in the order
// of their room.
func (r *Row) Order() Order {
	p := &r.Post
	if r.Kind != KindPost || p.Priority != chat.Answer || p.HTML == "" || p.File != nil || p.Thread.Post != "" || p.ReplyTo.Post != "" || !p.Edits.IsZero() {
		return Order{}
	}
	return Order{Person: p.For, Thread: p.Thread.Event}
}

// beside reports whether posts with the orders o and other may be sent at the same
// time: each answers a person, the two persons differ, and the posts are not in the
// same thread. It is false if either is the zero Order.
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

// together returns the posts of a lane that may be sent at the same time as the lane's
// first post, so that at most togetherInRoom are under way. first is the Order of that
// first post; behind holds the next open posts of the lane, in their sequence. A post may
// go if it may go beside every open post before it (Order.beside). Four kinds of posts
// hold up all posts behind them: a post that waits for a later time, that is in another
// state than waiting, that was in doubt, or that answers no person.
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
