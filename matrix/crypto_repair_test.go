package matrix

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
)

// silent is an HTTP transport to a server that never answers.
type silent struct{}

func (silent) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// TestFailedRepairIsLogged: the homeserver does not answer while the bot replaces its
// one-time keys. The log says that this failed, but not when the bot stops meanwhile.
func TestFailedRepairIsLogged(t *testing.T) {
	const failed = "The one-time keys could not be replaced"
	for name, test := range map[string]struct {
		stopAfter time.Duration
		took      time.Duration
		logged    bool
	}{
		"the time is up": {time.Hour, repairWithin, true},
		"the bot stops":  {time.Second, time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mx, err := mautrix.NewClient("http://example.org", "@heraut:example.org", "token")
				if err != nil {
					t.Fatal(err)
				}
				mx.Client, mx.Log = &http.Client{Transport: silent{}}, zerolog.Nop()
				var log strings.Builder
				c := &Client{log: zerolog.New(&log), mach: &crypto.OlmMachine{Client: mx, Log: &mx.Log}}
				ctx, stop := context.WithTimeout(t.Context(), test.stopAfter)
				defer stop()
				began := time.Now()
				c.repairOneTimeKeys(ctx)
				if took := time.Since(began); took != test.took {
					t.Errorf("the repair took %s, not %s", took, test.took)
				}
				if got := strings.Contains(log.String(), failed); got != test.logged {
					t.Errorf("the failure is logged: %v, want %v", got, test.logged)
				}
			})
		})
	}
}
