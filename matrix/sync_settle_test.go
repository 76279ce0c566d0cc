package matrix

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"maunium.net/go/mautrix"
)

// doubtful is an Intake with a post in doubt, which wants a sync soon after each other.
type doubtful struct{ noIntake }

// soon is how long after a sync a doubtful intake wants the next one.
const soon = 50 * time.Millisecond

func (doubtful) Doubts() <-chan struct{}         { return nil }
func (doubtful) SyncBy(last time.Time) time.Time { return last.Add(soon) }

// TestSlowSyncInDoubt: while a post is in doubt, a sync that waits for events ends early,
// but one that does not wait is given the time that the homeserver needs. Otherwise the
// bot would never complete a sync of a slow homeserver.
func TestSlowSyncInDoubt(t *testing.T) {
	t.Parallel()
	mx, err := mautrix.NewClient("http://example.org", "@heraut:example.org", "token")
	if err != nil {
		t.Fatal(err)
	}
	c := &Client{mx: mx}
	homeserver(t, c, func(w http.ResponseWriter, r *http.Request) {
		delay := 10 * soon
		if r.URL.Query().Get("timeout") != "0" {
			delay = time.Minute
		}
		select {
		case <-time.After(delay):
			_, _ = io.WriteString(w, `{"next_batch": "next"}`)
		case <-r.Context().Done():
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if _, err := c.poll(ctx, mautrix.ReqSync{Timeout: 30000}, doubtful{}); !errors.Is(err, errSettle) {
		t.Errorf("a sync that waits: %v", err)
	}
	answer, err := c.poll(ctx, mautrix.ReqSync{}, doubtful{})
	if err != nil || answer.NextBatch != "next" {
		t.Errorf("a sync that does not wait: %v, %v", answer, err)
	}
}
