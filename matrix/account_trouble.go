package matrix

import (
	"context"
	"net/http"
	"time"

	"maunium.net/go/mautrix"

	"heraut/chat"
	"heraut/health"
	"heraut/wait"
)

const (
	// silentAfter is how long the homeserver fails to answer until that is a trouble.
	silentAfter = 10 * time.Second
	// unheardAfter is the longest time between two complete syncs that is no trouble:
	// a long poll takes 30 s.
	unheardAfter = time.Minute
	// probeWithin is the longest pause between two attempts to sync, whatever the
	// homeserver asks: an administrator may lift a limit at any time.
	probeWithin = time.Minute
	// longLimit is the shortest pause asked by a 429 answer to sync that is a trouble.
	longLimit = 15 * time.Second
)

// accountStates maps the refusals that concern the account to the troubles that they
// are. The account may come back, so the bot waits.
var accountStates = map[string]health.State{
	"ORG_MATRIX_EXPIRED_ACCOUNT": health.AccountExpired,
	"M_USER_LOCKED":              health.AccountLocked,
	"M_USER_DEACTIVATED":         health.AccountDeactivated,
	"M_CONSENT_NOT_GIVEN":        health.ConsentNeeded,
	"M_RESOURCE_LIMIT_EXCEEDED":  health.Quota,
}

// syncStates are the troubles that a complete sync disproves.
var syncStates = []health.State{
	health.Starting, health.HomeserverSilent, health.RateLimited, health.LoginPostponed, health.LoginRefused, health.SessionEnded,
	health.AccountExpired, health.AccountLocked, health.AccountDeactivated,
}

// sendStates are the troubles that a homeserver may report for sending alone, so that
// only what reported them disproves them.
var sendStates = []health.State{health.ConsentNeeded, health.Quota}

// TroubleOf returns the trouble for the health monitor that an error of this package
// stands for, such as an expired account, and true. If the homeserver gives a link
// about it, the trouble holds the link. For an error that stands for no trouble, such
// as one of the network, it returns false.
func TroubleOf(err error) (health.Trouble, bool) {
	answer, _ := answered(err)
	if answer == nil {
		return health.Trouble{}, false
	}
	state, known := accountStates[answer.ErrCode]
	if !known {
		return health.Trouble{}, false
	}
	t := health.Trouble{State: state, Cause: err}
	switch state {
	case health.ConsentNeeded:
		t.Link, _ = answer.ExtraData["consent_uri"].(string)
	case health.Quota:
		t.Link, _ = answer.ExtraData["admin_contact"].(string)
	}
	return t, true
}

// outage counts the failures in a row of one loop of requests. It belongs to one
// goroutine.
type outage struct {
	failures int       // in a row
	began    time.Time // the first of them
}

// failed counts a failed request in o and returns how long to wait until the next one:
// an exponential backoff from 1 s to 30 s or, after a 429 answer, the time that the
// answer asks for, up to a limit. It reports three kinds of troubles to the health
// monitor: a trouble of the account, a long rate limit, and a homeserver that has not
// answered for silentAfter. If the account has expired, it asks the homeserver for the
// mail by which the account is renewed.
func (c *Client) failed(ctx context.Context, o *outage, err error) time.Duration {
	now := time.Now()
	if o.failures++; o.failures == 1 {
		o.began = now
	}
	pause := wait.Backoff(o.failures, time.Second, 30*time.Second)
	trouble, known := TroubleOf(err)
	switch monitor := c.config.Health; {
	case known:
		c.heard()
		if trouble.State == health.AccountExpired {
			trouble.Link = c.config.Mailbox
			c.askRenewal(ctx, now)
		}
		monitor.Leave(health.HomeserverSilent)
		monitor.Enter(trouble)
	case isStatus(err, http.StatusTooManyRequests):
		c.heard()
		asked := retryAfter(err)
		if asked >= longLimit {
			monitor.Leave(health.HomeserverSilent)
			monitor.Enter(health.Trouble{State: health.RateLimited, Until: now.Add(asked), Cause: err})
		}
		pause = min(asked, max(longLimit, pause), probeWithin)
	case now.Sub(o.began) >= silentAfter:
		monitor.Enter(health.Trouble{State: health.HomeserverSilent, Since: o.began, Cause: err})
	}
	return pause
}

// heard records that the homeserver answered: it restarts the timer that reports the
// homeserver as silent after unheardAfter. Before Sync, heard does nothing.
func (c *Client) heard() {
	if c.silence != nil {
		c.silence.Reset(unheardAfter)
	}
}

// syncWorks ends the troubles in the health monitor that cannot exist after a
// successful sync, such as an unreachable homeserver. It also ends the troubles of
// refused consent and an exceeded quota, but not if a request to send reported them
// (sendFailed). If the account had expired, it stores now as the time at which the
// account was renewed.
func (c *Client) syncWorks(ctx context.Context) {
	c.heard()
	monitor := c.config.Health
	if monitor.Has(health.AccountExpired) {
		c.remember(ctx, func(a *chat.Account) { a.Since = time.Now() })
	}
	monitor.Leave(syncStates...)
	if !c.refusedSends.Load() {
		monitor.Leave(sendStates...)
	}
}

// sendFailed reports to the health monitor that the homeserver refuses to send, if err
// says that the account has to consent to terms or exceeded its quota; it ignores other
// errors. sendWorked ends that trouble.
func (c *Client) sendFailed(err error) {
	if t, ok := TroubleOf(err); ok && (t.State == health.ConsentNeeded || t.State == health.Quota) {
		c.refusedSends.Store(true)
		c.config.Health.Enter(t)
	}
}

func (c *Client) sendWorked() {
	if c.refusedSends.CompareAndSwap(true, false) {
		c.config.Health.Leave(sendStates...)
	}
}

// remember reads the stored facts about the account, calls change with them, and stores
// the result, even if ctx has ended. It only logs an error: the bot works without them,
// though after a restart it may retry something too early.
func (c *Client) remember(ctx context.Context, change func(*chat.Account)) {
	ctx = context.WithoutCancel(ctx) // a stop must not lose it
	a, err := c.store.Account(ctx)
	if err == nil {
		change(&a)
		err = c.store.SaveAccount(ctx, a)
	}
	if err != nil {
		c.log.Error().Err(err).Msg("What happened to the account could not be stored")
	}
}

// askRenewal asks the homeserver to send the mail that renews an expired account
// (synapse-email-account-validity, which Tchap runs; the second path is its older name),
// and stores now as the time of that. It does nothing within a day of the last mail,
// within an hour of a refused request, or without a token. It only logs errors.
func (c *Client) askRenewal(ctx context.Context, now time.Time) {
	a, err := c.store.Account(ctx)
	if err != nil {
		if ctx.Err() == nil {
			c.log.Error().Err(err).Msg("The facts about the account could not be read: no renewal mail is asked for")
		}
		return
	}
	if now.Sub(a.RenewalAsked) < 24*time.Hour || now.Sub(c.renewalTried) < time.Hour || c.bearer.get() == "" {
		return
	}
	c.renewalTried = now
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for _, path := range [][]any{
		{"_synapse", "client", "email_account_validity", "send_mail"},
		{"_matrix", "client", "unstable", "account_validity", "send_mail"},
	} {
		_, err = c.mx.MakeRequest(ctx, http.MethodPost, c.mx.BuildURL(mautrix.BaseURLPath(path)), struct{}{}, nil)
		if err == nil {
			c.remember(ctx, func(a *chat.Account) { a.RenewalAsked = now })
			c.log.Info().Msg("The mail that renews the account was asked for")
			return
		}
		if !isStatus(err, http.StatusNotFound) && !isStatus(err, http.StatusMethodNotAllowed) {
			break
		}
	}
	c.log.Warn().Err(err).Msg("The mail that renews the account could not be asked for: ask the server's administrators")
}
