package matrix

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/health"
)

// loadSession reads the stored session and opens its keys. It works without the
// homeserver.
func (c *Client) loadSession(ctx context.Context) (storedKeys, error) {
	pickleKey, err := c.store.PickleKey(ctx)
	if err != nil {
		return storedKeys{}, err
	}
	user, device, token, err := c.store.Credentials(ctx)
	if err != nil {
		return storedKeys{}, fmt.Errorf("read the session: %w", err)
	}
	if token != "" && !sameAccount(id.UserID(user), c.config.User) {
		return storedKeys{}, fmt.Errorf("%w: %s", ErrOtherAccount, user)
	}
	c.mx.UserID, c.mx.DeviceID = id.UserID(user), id.DeviceID(device)
	c.pickleKey = pickleKey
	c.bearer.set(token)
	a, err := c.store.Account(ctx)
	if err != nil {
		return storedKeys{}, err
	}
	c.refreshWith(a.OAuth, token)
	return c.openKeys(ctx)
}

// sameAccount compares a user id with a configured id or localpart.
func sameAccount(user id.UserID, configured string) bool {
	if strings.HasPrefix(configured, "@") && strings.Contains(configured, ":") {
		return strings.EqualFold(user.String(), configured)
	}
	return strings.EqualFold(user.Localpart(), strings.TrimPrefix(configured, "@"))
}

// openSession resumes the stored session, or logs in when there is none or its keys are
// lost. A crash after any step leaves a state from which the next start continues: the
// bot stores the device id first, makes the keys next, and stores the token last. A
// token without keys therefore means that crypto.db was lost, and keys of a device that
// is not stored mean that bot.db was lost.
func (c *Client) openSession(ctx context.Context, keys storedKeys) error {
	switch {
	case keys.usable && c.bearer.get() != "":
		return c.checkToken(ctx)
	case c.config.Token != "" && c.config.Token != c.bearer.get() && c.config.Authorize == nil:
		return c.adoptToken(ctx, keys)
	case c.config.Password == "" && c.config.Authorize == nil && c.bearer.get() != "":
		return fmt.Errorf("crypto.db is lost: %w", ErrNoPassword)
	case c.config.Password == "" && c.config.Authorize == nil:
		return ErrNoPassword
	case keys.usable:
		return c.authenticate(ctx)
	}
	if c.bearer.get() != "" || keys.device != "" {
		if c.bearer.get() == "" { // only a session of the device can log it out
			c.mx.DeviceID = keys.device
			if err := c.authenticate(ctx); err != nil {
				return err
			}
		}
		c.log.Warn().Str("device", c.mx.DeviceID.String()).Msg("The keys of this device are gone (crypto.db or bot.db was lost or replaced): logging the device out and making a new one; messages encrypted for the former one stay unreadable")
		if err := c.abandonDevice(ctx); err != nil {
			return err
		}
	}
	if err := c.newDevice(ctx, storedKeys{}, id.DeviceID(rand.Text()[:10])); err != nil {
		return err
	}
	return c.authenticate(ctx)
}

// authenticate logs in on the device c.mx.DeviceID.
func (c *Client) authenticate(ctx context.Context) error {
	if c.config.Authorize != nil {
		return c.loginInBrowser(ctx)
	}
	return c.login(ctx)
}

// abandonDevice logs the device out and deletes its keys, so that the next login makes
// another device. The sync position stays.
func (c *Client) abandonDevice(ctx context.Context) error {
	_, err := c.mx.Logout(ctx)
	if softLogout(err) { // the device still exists
		if err = c.login(ctx); err == nil {
			_, err = c.mx.Logout(ctx)
		}
	}
	if err != nil && !errors.Is(err, mautrix.MUnknownToken) {
		return fmt.Errorf("log the former device out: %w", accountError(err))
	}
	c.bearer.set("")
	if err := c.forgetKeys(); err != nil {
		return err
	}
	if err := c.store.SaveCredentials(ctx, chat.UserID(c.mx.UserID), "", ""); err != nil {
		return fmt.Errorf("forget the former session: %w", err)
	}
	return nil
}

// checkToken checks that the homeserver still accepts the stored session.
func (c *Client) checkToken(ctx context.Context) error {
	who, err := c.mx.Whoami(ctx)
	switch {
	case errors.Is(err, mautrix.MUnknownToken) && softLogout(err):
		return c.loginAgain(ctx)
	case err != nil:
		return accountError(err)
	case who.UserID != c.mx.UserID:
		return fmt.Errorf("%w: %s", ErrOtherAccount, who.UserID)
	}
	return nil
}

// loginAgain requests a new token for the same device after a soft logout, which
// keeps the device and its keys valid.
func (c *Client) loginAgain(ctx context.Context) error {
	if c.config.Password == "" {
		return fmt.Errorf("soft logout: %w", ErrNoPassword)
	}
	c.log.Info().Msg("The homeserver asks for a new login on the same device")
	return c.login(ctx)
}

// login logs in with the password, on the device c.mx.DeviceID. Unless
// config.NewSession is set, it waits in the process as long as the login fails for a
// reason that may pass.
func (c *Client) login(ctx context.Context) error {
	request := &mautrix.ReqLogin{
		Type:                     mautrix.AuthTypePassword,
		Identifier:               mautrix.UserIdentifier{Type: mautrix.IdentifierTypeUser, User: c.config.User},
		Password:                 c.config.Password,
		DeviceID:                 c.mx.DeviceID,
		InitialDeviceDisplayName: c.config.DeviceName,
	}
	answer, err := c.tryLogins(ctx, request)
	if err != nil {
		return err
	}
	if answer.DeviceID != c.mx.DeviceID {
		return fmt.Errorf("log in: the homeserver gave the device %s where %s was asked for", answer.DeviceID, c.mx.DeviceID)
	}
	return c.keepSession(ctx, answer.UserID, answer.AccessToken, chat.OAuth{})
}

// keepSession stores a session on the device c.mx.DeviceID and uses it from now on.
func (c *Client) keepSession(ctx context.Context, user id.UserID, token string, oauth chat.OAuth) error {
	if c.mx.UserID != user { // write only on a change: other goroutines may be reading it
		c.mx.UserID = user
	}
	c.bearer.set(token)
	// A shutdown at this moment must not lose the token.
	ctx = context.WithoutCancel(ctx)
	if err := c.store.SaveCredentials(ctx, chat.UserID(user), c.mx.DeviceID.String(), token); err != nil {
		return fmt.Errorf("store the session: %w", err)
	}
	c.remember(ctx, func(a *chat.Account) {
		a.LoginsFailed, a.OAuth = 0, oauth
		if a.Since.IsZero() {
			a.Since = time.Now()
		}
	})
	c.config.Health.Leave(health.LoginPostponed)
	c.log.Info().Str("device", c.mx.DeviceID.String()).Msg("Logged in")
	return nil
}

// softLogout reports whether the homeserver refused only the token and kept the
// device.
func softLogout(err error) bool {
	answer, _ := answered(err)
	if answer == nil {
		return false
	}
	soft, _ := answer.ExtraData["soft_logout"].(bool)
	return soft
}

// accountError wraps the error of a request in the matching state of errors.go, if
// any.
func accountError(err error) error {
	answer, status := answered(err)
	if answer == nil || status >= 500 || status == http.StatusTooManyRequests {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	switch answer.ErrCode {
	case "M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "invalid_grant", "invalid_client":
		return fmt.Errorf("%w: %w", ErrLoggedOut, err)
	case "M_USER_LOCKED", "M_USER_DEACTIVATED":
		return fmt.Errorf("%w: %w", ErrAccountLocked, err)
	}
	return err
}
