package queue_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"heraut/chat"
	"heraut/queue"
)

func TestReceipts(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.handle = func(ctx context.Context, e chat.Event) (queue.Result, error) {
			r, err := echo(ctx, e)
			if e.Room == "!news:example.org" {
				r.Posts[0].Priority = chat.Announcement // only answers bring receipts
			}
			return r, err
		}
		b.start()
		b.server.say(salon, "!a")
		last := b.server.say(salon, "!b")
		b.server.say(salon, "nothing to answer")
		b.server.say("!news:example.org", "!news")
		other := b.server.say(bureau, "!c")
		b.sync()
		if got := b.server.receipts(); len(got) != 0 {
			t.Errorf("receipts before there is time for them: %q", got)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		want := []string{string(bureau) + " " + string(other), string(salon) + " " + string(last)}
		if got := b.server.receipts(); !slices.Equal(got, want) {
			t.Errorf("the receipts are %q, want %q", got, want)
		}
	})
}

func TestReceiptsAreDroppedUnderLoad(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.server.fail(slow(300 * time.Millisecond))
		b.start()
		var last chat.EventID
		for n := range 20 {
			last = b.server.say(salon, fmt.Sprint("!", n))
		}
		b.sync()
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if got, want := b.server.receipts(), []string{string(salon) + " " + string(last)}; !slices.Equal(got, want) {
			t.Errorf("the receipts are %q, want %q", got, want)
		}
	})
}

// A receipt that hangs holds up no answer.
func TestHangingReceipt(t *testing.T) {
	inBubble(t, func(b *bot) {
		b.start()
		b.server.say(salon, "!a")
		b.sync()
		b.server.receiptsHang.Store(true)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		began := time.Now()
		b.server.say(bureau, "!b")
		b.sync()
		b.server.wantOwn(t, bureau, "b")
		if took := time.Since(began); took > 0 {
			t.Errorf("the answer took %v", took)
		}
	})
}
