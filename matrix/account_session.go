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

// loadSession reads the stored login into the client (user, device, token, and the
// secret of the encryption keys) and opens the keys in crypto.db, without a request.
// The result says which device these keys belong to, and whether the bot can use them.
// If no login is stored, the client's token is empty. The error wraps ErrOtherAccount
// if the login is not that of the configured account, or is that of the store or of
// openKeys.
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

// sameAccount reports whether user is the configured account, which may be written as a
// user id or as its localpart alone, which matches on any server. It ignores case.
func sameAccount(user id.UserID, configured string) bool {
	if strings.HasPrefix(configured, "@") && strings.Contains(configured, ":") {
		return strings.EqualFold(user.String(), configured)
	}
	return strings.EqualFold(user.Localpart(), strings.TrimPrefix(configured, "@"))
}

// openSession resumes the stored login. If there is none or its keys are lost, it takes
// over the login of config.Token, if that is new, or logs in; before the login it logs
// out a device whose keys are lost, and makes a new one. keys are those that
// loadSession found. The error wraps ErrNoPassword if it must log in, but has neither a
// password nor config.Authorize. The bot stores the device id first, then the keys, and
// the token last, so after a crash at any step the next start continues. A stored token
// without keys therefore means that crypto.db was lost; keys of a device whose id is
// not stored mean that bot.db was lost.
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

// authenticate logs in on the device that the client has chosen and stores the session:
// in a browser if config.Authorize is set, otherwise with the password. The errors are
// those of loginInBrowser and login.
func (c *Client) authenticate(ctx context.Context) error {
	if c.config.Authorize != nil {
		return c.loginInBrowser(ctx)
	}
	return c.login(ctx)
}

// abandonDevice logs the bot's device out, deletes its keys (crypto.db) and the
// client's token, and stores that there is no device; the next login then makes a new
// one. A device that the homeserver no longer knows is no error; if the homeserver does
// not log the device out, abandonDevice deletes nothing. Sync continues from the stored
// position.
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

// checkToken asks the homeserver whether it still accepts the stored access token. After
// a soft logout (loginAgain) it logs in again on the same device. The error wraps
// ErrOtherAccount if the token is another account's, and is that of accountError if the
// homeserver refuses it or does not answer.
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

// loginAgain logs in with the password on the same device again, after the homeserver
// made its access token invalid but kept the device and its keys (soft logout). The
// error wraps ErrNoPassword if no password is configured.
func (c *Client) loginAgain(ctx context.Context) error {
	if c.config.Password == "" {
		return fmt.Errorf("soft logout: %w", ErrNoPassword)
	}
	c.log.Info().Msg("The homeserver asks for a new login on the same device")
	return c.login(ctx)
}

// login logs in with the password on the device that the client has chosen, and stores
// the session. It waits as long as the login fails for a reason that may pass, unless an
// operator waits for the result (config.NewSession). The error is that of tryLogins or
// the store, or says that the homeserver gave another device.
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

// keepSession makes the client use the access token of a new login of user from now on,
// and stores it, even if ctx ends meanwhile, with oauth, the zero value for a login with
// a password. It resets the count of failed logins, stores the time of the account's
// first login, and ends the trouble LoginPostponed in the health monitor. The error says
// that the token could not be stored; the client uses it all the same.
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

// softLogout reports whether err is an answer by which the homeserver refuses the access
// token but keeps the device, so that the bot can log in on it again.
func softLogout(err error) bool {
	answer, _ := answered(err)
	if answer == nil {
		return false
	}
	soft, _ := answer.ExtraData["soft_logout"].(bool)
	return soft
}

// accountError returns the error err of a request, wrapped in the error of this package
// that tells its cause, if there is one: ErrUnreachable if no Matrix answer came, or
// one with status 429 or a status from 500; ErrLoggedOut if the homeserver ended the
// session; ErrAccountLocked if the account is locked or deactivated. It returns any
// other err unchanged. err must not be nil.
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
