package matrix

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"maunium.net/go/mautrix"

	"heraut/chat"
	"heraut/health"
	"heraut/wait"
)

const (
	// loginTries is how many logins may fail in a row before loginEvery holds. Tchap
	// locks an account after three.
	loginTries = 3
	// loginEvery is the interval between later logins.
	loginEvery = 15 * time.Minute
)

// tryLogins sends the login request and returns the homeserver's answer; it retries
// after failures that may pass, and no others. It counts the failed attempts in the
// store, so that a process that is restarted does not try more often, and reports to
// the health monitor why it waits. If config.NewSession is set, an operator waits for
// the result: tryLogins makes at most loginTries attempts and returns the last error.
// If it is not set, tryLogins returns an error only if the operator has to act, the
// store fails, or ctx has ended.
func (c *Client) tryLogins(ctx context.Context, request *mautrix.ReqLogin) (*mautrix.RespLogin, error) {
	for try := 1; ; try++ {
		if !c.config.NewSession {
			if err := c.awaitLogin(ctx); err != nil {
				return nil, err
			}
		}
		attempt, cancel := context.WithTimeout(ctx, time.Minute)
		c.remember(ctx, func(a *chat.Account) { a.LoginsFailed++; a.LoginTried = time.Now() })
		answer, err := c.mx.Login(attempt, request)
		cancel()
		if err == nil {
			return answer, nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		passes, err := c.classifyLoginError(ctx, err)
		if !passes || c.config.NewSession && try == loginTries {
			return nil, err
		}
		pause := time.Duration(try*try) * time.Second
		if isStatus(err, http.StatusTooManyRequests) {
			pause = retryAfter(err)
		}
		c.log.Warn().Err(err).Msg("The login did not succeed")
		wait.For(ctx, min(pause, loginEvery))
	}
}

// classifyLoginError returns err, the error of a failed login, as one of the errors of
// errors.go if one fits. ErrNoPasswordLogin and ErrWrongPassword come in a *Paged if the
// homeserver names a page where the owner can help (withPage). passes reports whether a
// later login may succeed without a change to the configuration. classifyLoginError may
// ask the homeserver whether it takes passwords, and for that page. If the account is
// suspended, it reports that to the health monitor; passes is then false if
// config.NewSession is set, since an operator should not have to wait for the end of the
// suspension.
func (c *Client) classifyLoginError(ctx context.Context, err error) (passes bool, _ error) {
	trouble, suspended := TroubleOf(err)
	answer, status := answered(err)
	switch {
	case suspended:
		if trouble.State == health.AccountExpired {
			trouble.Link = c.config.Mailbox
		}
		c.config.Health.Enter(trouble)
		return !c.config.NewSession, accountError(err)
	case isStatus(err, http.StatusTooManyRequests):
		return true, fmt.Errorf("%w: %w", ErrTooManyLogins, err)
	case answer == nil || status >= 500:
		return true, accountError(err)
	case !c.offersPasswords(ctx):
		return false, c.withPage(ctx, "", fmt.Errorf("%w: %w", ErrNoPasswordLogin, err))
	case errors.Is(err, mautrix.MForbidden):
		return false, c.withPage(ctx, "", fmt.Errorf("%w: %w", ErrWrongPassword, err))
	case answer.ErrCode == "M_UNKNOWN" && strings.Contains(strings.ToLower(answer.Err), "identifier"):
		return false, fmt.Errorf("%w: %w", ErrIdentifier, err)
	}
	return false, accountError(err)
}

// awaitLogin delays the next login after loginTries or more failed logins in a row: it
// waits until loginEvery has passed since the last one. After fewer failures it returns
// at once. When it waits, the health monitor gets the trouble LoginPostponed, which
// stays until a login succeeds (keepSession). The error is that of the store, or the
// cause of ctx if ctx ends first.
func (c *Client) awaitLogin(ctx context.Context) error {
	a, err := c.store.Account(ctx)
	if err != nil {
		return err
	}
	if a.LoginsFailed < loginTries {
		return nil
	}
	// A clock that was set back must not postpone the login further.
	next := a.LoginTried.Add(loginEvery)
	if latest := time.Now().Add(loginEvery); next.After(latest) {
		next = latest
	}
	if time.Until(next) > 0 {
		c.config.Health.Enter(health.Trouble{State: health.LoginPostponed, Until: next})
		for time.Until(next) > 0 && ctx.Err() == nil {
			if c.alive.Load() != 0 { // the sync loop waits here
				c.alive.Store(time.Now().UnixMilli())
			}
			wait.For(ctx, min(time.Until(next), time.Minute))
		}
	}
	return context.Cause(ctx)
}

// offersPasswords asks the homeserver whether it takes logins with a password. It
// returns true if that cannot be found out.
func (c *Client) offersPasswords(ctx context.Context) bool {
	flows, err := c.mx.GetLoginFlows(ctx)
	return err != nil || flows.FirstFlowOfType(mautrix.AuthTypePassword) != nil
}

// Paged is an error that the owner of the account can mend in a browser, with the
// address of the homeserver's page for it; Page is empty if the homeserver names none.
type Paged struct {
	error
	Page string // its address
}

func (p *Paged) Unwrap() error { return p.error }

// withPage asks the homeserver for a page where the account's owner can remove the
// cause of err (MSC4191). If there is one, it returns a *Paged with err and the page;
// otherwise err itself. action names what the owner has to do there; if it is empty,
// the page is the start page.
func (c *Client) withPage(ctx context.Context, action string, err error) error {
	if page := c.accountPage(ctx, action); page != "" {
		return &Paged{err, page}
	}
	return err
}
