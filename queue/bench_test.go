package queue_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/queue"
	"heraut/storage"
)

// nowhere is a transport that takes every post at once and sends the time on its
// channel.
type nowhere chan time.Time

// Send implements queue.Transport.
func (n nowhere) Send(_ context.Context, o queue.Outgoing) (chat.EventID, error) {
	n <- time.Now()
	return chat.EventID("$of" + o.Txn), nil
}

// MarkRead implements queue.Transport.
func (n nowhere) MarkRead(context.Context, chat.RoomID, chat.EventID) error      { return nil }
func (n nowhere) Shows(context.Context, chat.RoomID, chat.EventID) (bool, error) { return true, nil }

// runBench runs a queue until the end of the benchmark.
func runBench(b *testing.B) (*queue.Queue, *storage.DB, nowhere) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	db, err := storage.Open(ctx, filepath.Join(b.TempDir(), "bot.db"))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := db.PickleKey(ctx); err != nil {
		b.Fatal(err)
	}
	sent := make(nowhere, 10)
	q := queue.New(queue.NewOutbox(db), handlerFunc(echo), sent, queue.Config{}, zerolog.Nop())
	ended := make(chan error)
	go func() { ended <- q.Run(ctx) }()
	b.Cleanup(func() {
		cancel()
		if err := errors.Join(<-ended, db.Close()); err != nil {
			b.Error(err)
		}
	})
	return q, db, sent
}

func command(n, rooms int) queue.Arrival {
	e := &chat.Event{
		ID: chat.EventID(fmt.Sprint("$", n)), Room: chat.RoomID(fmt.Sprintf("!%d:example.org", n%rooms)),
		Sender: camille, At: time.Now(), Message: &chat.Message{Body: "!gimp"},
	}
	return queue.Arrival{ID: e.ID, Room: e.Room, At: e.At, Event: e}
}

// BenchmarkAcceptToSend measures the time from Accept to Send in an otherwise idle
// queue.
func BenchmarkAcceptToSend(b *testing.B) {
	q, db, sent := runBench(b)
	var accepts, totals []time.Duration
	n := 0
	for b.Loop() {
		n++
		began := time.Now()
		batch := queue.Batch{Began: began, Received: began, Arrivals: []queue.Arrival{command(n, 10)}}
		batch.Change = func(ctx context.Context) error { return db.SavePosition(ctx, fmt.Sprint(n)) }
		if err := q.Accept(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
		accepts = append(accepts, time.Since(began))
		totals = append(totals, (<-sent).Sub(began))
		for q.Counts().Sent.Load() < int64(n) {
			time.Sleep(50 * time.Microsecond)
		}
	}
	percentile := func(all []time.Duration, percent int) float64 {
		slices.Sort(all)
		return float64(all[len(all)*percent/100].Microseconds())
	}
	b.ReportMetric(percentile(accepts, 50), "µs-accept-p50")
	b.ReportMetric(percentile(totals, 50), "µs-to-send-p50")
	b.ReportMetric(percentile(totals, 99), "µs-to-send-p99")
}

// BenchmarkDrain measures a thousand commands in a hundred rooms, with a homeserver
// that answers at once.
func BenchmarkDrain(b *testing.B) {
	const commands, rooms = 1000, 100
	q, _, sent := runBench(b)
	n := 0
	var took time.Duration
	for b.Loop() {
		batch := queue.Batch{Began: time.Now(), Received: time.Now()}
		for range commands {
			n++
			batch.Arrivals = append(batch.Arrivals, command(n, rooms))
		}
		began := time.Now()
		if err := q.Accept(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
		for range commands {
			<-sent
		}
		took += time.Since(began)
	}
	b.ReportMetric(float64(n)/took.Seconds(), "answers/s")
}
