package commands

import (
	"context"
	"strings"

	"heraut/chat"
	"heraut/locale"
	"heraut/queue"
)

// GuardName is the guard of answers that not everybody may read.
const GuardName = "commands"

// readers is a limit on who may read an answer: one person in direct messages, or the
// members of a room that no stranger reads. The empty text means no limit.
type readers string

const (
	inDirect readers = "direct" // one person, in direct messages
	inClosed readers = "closed" // the members of a room that no stranger reads
)

// readersOf returns the limit on who may read the answers of the command c: inDirect if
// c needs a direct message, inClosed if it needs a room that no stranger reads,
// otherwise empty for no limit.
func readersOf(c *command) readers {
	switch {
	case c.needs&aDirect != 0:
		return inDirect
	case c.needs&aClosed != 0:
		return inClosed
	}
	return ""
}

// Guard is the queue.Guard that checks, right before an answer is sent, whether the
// room's readers may still read it, since the room may have opened meanwhile.
type Guard struct{ *Handler }

// Check returns a Verdict about row, an answer that waits to be sent. If the room's
// readers may read the answer, it goes as it is. Otherwise the Verdict replaces it by
// the sentence that refuses the command, which needs no guard. The error is that of the
// store or of rendering.
func (g Guard) Check(ctx context.Context, row queue.Row) (queue.Verdict, error) {
	who, name, _ := strings.Cut(row.Post.Guard.About, " ")
	room, err := g.answerer.room(ctx, row.Post.Room)
	if err != nil {
		return queue.Verdict{}, err
	}
	fits, why := room.IsDirect(), refusedDirect
	if readers(who) == inClosed && !fits {
		why = refusedClosed
		if fits, err = g.answerer.closed(ctx, request{Line: Line{Room: room.ID}}); err != nil {
			return queue.Verdict{}, err
		}
	}
	if fits {
		return queue.Verdict{}, nil
	}
	html, err := locale.Render(row.Post.Lang, "refused", refusal{Prefix: g.rooms.Of(room.ID).Prefix, Command: name, Why: why})
	if err != nil {
		return queue.Verdict{}, err
	}
	post := row.Post
	post.HTML, post.Alone, post.Guard = html, "", chat.Guard{}
	return queue.Verdict{Instead: &post}, nil
}

// Ended does nothing. The queue calls it when a guarded answer was sent or given up.
func (Guard) Ended(context.Context, queue.Row) error { return nil }
