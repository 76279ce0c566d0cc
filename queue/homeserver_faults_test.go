package queue_test

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"heraut/chat"
	"heraut/queue"
)

var errCut = errors.New("the connection was cut")

// fault answers a request to send.
type fault func(ctx context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error)

var (
	// arrives: the request succeeds.
	arrives fault = func(_ context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) { return s.take(o) }
	// lost: the request does not arrive.
	lost fault = func(context.Context, *homeserver, queue.Outgoing) (chat.EventID, error) { return "", errCut }
	// cut: the request arrives, its answer does not.
	cut fault = func(_ context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) {
		_, err := s.take(o)
		return "", errors.Join(errCut, err)
	}
	// hangs: no answer ever comes.
	hangs fault = func(ctx context.Context, _ *homeserver, _ queue.Outgoing) (chat.EventID, error) {
		<-ctx.Done()
		return "", ctx.Err()
	}
	forbidden fault = func(context.Context, *homeserver, queue.Outgoing) (chat.EventID, error) {
		return "", &queue.Refused{Cause: errors.New("forbidden")}
	}
	badRelation fault = func(context.Context, *homeserver, queue.Outgoing) (chat.EventID, error) {
		return "", &queue.Refused{Relation: true, Cause: errors.New("no such parent")}
	}
	panics fault = func(context.Context, *homeserver, queue.Outgoing) (chat.EventID, error) { panic("in the transport") }
)

// dropped: the homeserver answers that it took the post, and drops it.
func dropped(_ context.Context, s *homeserver, _ queue.Outgoing) (chat.EventID, error) {
	return chat.EventID("$dropped" + rand.Text()), nil
}

// late: the answer is lost, and the request arrives later.
func late(after time.Duration) fault {
	return func(_ context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) {
		time.AfterFunc(after, func() { _, _ = s.take(o) })
		return "", errCut
	}
}

// slow: the request succeeds after d.
func slow(d time.Duration) fault {
	return func(_ context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) {
		time.Sleep(d)
		return s.take(o)
	}
}

// after: f answers the request after d.
func after(d time.Duration, f fault) fault {
	return func(ctx context.Context, s *homeserver, o queue.Outgoing) (chat.EventID, error) {
		time.Sleep(d)
		return f(ctx, s, o)
	}
}

// tooMany: the homeserver asks for patience (429), and all sending waits.
func tooMany(after time.Duration) fault {
	return func(context.Context, *homeserver, queue.Outgoing) (chat.EventID, error) {
		return "", &queue.NotNow{After: after, Cause: errors.New("too many requests")}
	}
}

// notHere: only the post's lane has to wait.
func notHere(after time.Duration) fault {
	return func(context.Context, *homeserver, queue.Outgoing) (chat.EventID, error) {
		return "", &queue.NotNow{After: after, Lane: true, Cause: errors.New("keys cannot be shared")}
	}
}
