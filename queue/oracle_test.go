package queue_test

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"heraut/chat"
	"heraut/queue"
)

// sentPost is a post that arrived, with its row and its place in the homeserver's order.
type sentPost struct {
	row  queue.Row
	post chat.Post
	at   int
}

// mustFollow reports whether a later post of a room may not arrive before an earlier
// one: unless both are first answers, to different people and not in one thread.
func mustFollow(earlier, later sentPost) bool {
	for _, p := range []sentPost{earlier, later} {
		if p.row.Kind != queue.KindPost || p.post.For == "" {
			return true
		}
	}
	thread := earlier.post.Thread.Event
	return earlier.post.For == later.post.For || thread != "" && thread == later.post.Thread.Event
}

// checkOrder compares the order in which the answers arrived in their rooms with the
// order in which the bot decided them.
func (c *chaos) checkOrder() {
	arrived := map[string]sentPost{} // by transaction id
	all, _ := c.server.since(0)
	for i, e := range all {
		if _, twice := arrived[e.txn]; e.user == nil && !twice {
			arrived[e.txn] = sentPost{post: e.post, at: i}
		}
	}
	byRoom := map[chat.RoomID][]sentPost{}
	for _, m := range c.said {
		rows, err := c.db.PostsOf(c.ctx, chat.Cause(m.id))
		if err != nil {
			c.Fatal(err)
		}
		for _, row := range rows {
			if p, ok := arrived[row.Txn]; ok && row.State == queue.Sent {
				p.row = row
				byRoom[m.room] = append(byRoom[m.room], p)
			}
		}
	}
	compared := 0
	for room, posts := range byRoom {
		slices.SortFunc(posts, func(a, b sentPost) int { return cmp.Compare(a.row.Seq, b.row.Seq) })
		for i, later := range posts {
			for _, earlier := range posts[:i] {
				if !mustFollow(earlier, later) {
					continue
				}
				if compared++; later.at < earlier.at {
					c.Errorf("%s: the %s %s for %s arrived before the %s %s for %s", room,
						later.row.Kind, later.row.Key, later.post.For, earlier.row.Kind, earlier.row.Key, earlier.post.For)
				}
			}
		}
	}
	if compared < 100 {
		c.Errorf("only %d pairs of posts were compared", compared)
	}
}

// echoInOrder is echo, except that the answers to messages that begin with "!u" are for
// nobody: they keep the order of their room.
func echoInOrder(ctx context.Context, e chat.Event) (queue.Result, error) {
	r, err := echo(ctx, e)
	if e.Message != nil && strings.HasPrefix(e.Message.Body, "!u") {
		for i := range r.Posts {
			r.Posts[i].For = ""
		}
	}
	return r, err
}
