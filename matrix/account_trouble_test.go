package matrix

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
)

// brokenAccount is a store that cannot read the facts about the account.
type brokenAccount struct{ Store }

func (brokenAccount) Account(context.Context) (chat.Account, error) {
	return chat.Account{}, errors.New("the disk is gone")
}

// TestUnreadableAccountIsLogged: the log says why no renewal mail is asked for.
func TestUnreadableAccountIsLogged(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	c := &Client{log: zerolog.New(&log), store: brokenAccount{}}
	c.askRenewal(t.Context(), time.Now())
	if !strings.Contains(log.String(), "the disk is gone") {
		t.Errorf("the log is %q", log.String())
	}
}
