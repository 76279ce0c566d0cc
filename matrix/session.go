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
)

// loginTries bounds the attempts to log in that fail for a passing reason.
const loginTries = 3

// openSession goes on with the stored session, or logs in when there is none
// and when its keys are lost. The order of its steps lets any of them be the
// last before a crash: the device id is chosen and stored first, its keys are
// made next, and the token that comes with the login is stored last. So a
// stored token without keys means that crypto.db was lost.
func (c *Client) openSession(ctx context.Context) error {
	pickleKey, err := c.store.PickleKey(ctx)
	if err != nil {
		return err
	}
	user, device, token, err := c.store.Credentials(ctx)
	if err != nil {
		return fmt.Errorf("read the session: %w", err)
	}
	if token != "" && !sameAccount(id.UserID(user), c.config.User) {
		return fmt.Errorf("%w: %s", ErrOtherAccount, user)
	}
	c.mx.UserID, c.mx.DeviceID = id.UserID(user), id.DeviceID(device)
	c.bearer.set(token)
	keys, err := c.openKeys(ctx, pickleKey)
	if err != nil {
		return err
	}
	if token != "" && keys == keysPresent {
		err := c.checkToken(ctx)
		if errors.Is(err, ErrLoggedOut) && c.config.NewSession {
			if err := c.replaceSession(ctx); err != nil {
				return err
			}
			return c.openSession(ctx)
		}
		return err
	}
	if token != "" {
		if err := c.giveUpDevice(ctx); err != nil {
			return err
		}
	}
	if c.config.Password == "" {
		return ErrNoPassword
	}
	if keys != keysPresent || c.mx.DeviceID == "" {
		// A device without its keys is of no use: another one takes its place.
		c.mx.DeviceID = id.DeviceID(rand.Text()[:10])
		if err := c.store.SaveCredentials(ctx, "", c.mx.DeviceID.String(), ""); err != nil {
			return fmt.Errorf("store the device: %w", err)
		}
		if err := c.newKeys(ctx, pickleKey); err != nil {
			return err
		}
	}
	return c.login(ctx)
}

// sameAccount compares a user id with a configured id or localpart.
func sameAccount(user id.UserID, configured string) bool {
	if strings.HasPrefix(configured, "@") && strings.Contains(configured, ":") {
		return user.String() == configured
	}
	return user.Localpart() == strings.TrimPrefix(configured, "@")
}

// giveUpDevice ends a session whose keys are lost, if a new one can be opened.
func (c *Client) giveUpDevice(ctx context.Context) error {
	if c.config.Password == "" {
		return fmt.Errorf("crypto.db is lost: %w", ErrNoPassword)
	}
	c.log.Warn().Str("device", c.mx.DeviceID.String()).Msg("The keys of this device are gone (crypto.db was lost or belongs to another device): logging the device out and making a new one; messages encrypted for the former one stay unreadable")
	if _, err := c.mx.Logout(ctx); err != nil && !errors.Is(err, mautrix.MUnknownToken) {
		return fmt.Errorf("log the former device out: %w", reachable(err))
	}
	c.bearer.set("")
	return c.store.SaveCredentials(ctx, chat.UserID(c.mx.UserID), "", "")
}

// replaceSession gives the session and its keys up, so that opening it again
// logs in on a new device.
func (c *Client) replaceSession(ctx context.Context) error {
	c.log.Info().Msg("The former session does not stand any more: replacing it")
	if _, err := c.mx.Logout(ctx); err != nil && !errors.Is(err, mautrix.MUnknownToken) {
		return fmt.Errorf("log the former device out: %w", reachable(err))
	}
	c.bearer.set("")
	if err := c.store.SaveCredentials(ctx, "", "", ""); err != nil {
		return fmt.Errorf("forget the former session: %w", err)
	}
	return c.close()
}

// checkToken makes sure that the stored session still stands.
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

// loginAgain renews the token of the same device after a soft logout, which
// leaves device and keys standing.
func (c *Client) loginAgain(ctx context.Context) error {
	if c.config.Password == "" {
		return fmt.Errorf("%w (soft logout): %w", ErrLoggedOut, ErrNoPassword)
	}
	c.log.Info().Msg("The homeserver asks for a new login on the same device")
	return c.login(ctx)
}

// login logs in with the password, on the device that c.mx names.
func (c *Client) login(ctx context.Context) error {
	request := &mautrix.ReqLogin{
		Type:                     mautrix.AuthTypePassword,
		Identifier:               mautrix.UserIdentifier{Type: mautrix.IdentifierTypeUser, User: c.config.User},
		Password:                 c.config.Password,
		DeviceID:                 c.mx.DeviceID,
		InitialDeviceDisplayName: c.config.DeviceName,
	}
	var answer *mautrix.RespLogin
	var err error
	for try := 1; ; try++ {
		attempt, cancel := context.WithTimeout(ctx, time.Minute)
		answer, err = c.mx.Login(attempt, request)
		cancel()
		pause, passing := time.Duration(try*try)*time.Second, false
		switch _, status := answered(err); {
		case isStatus(err, http.StatusTooManyRequests):
			pause, passing = retryAfter(err), true
		case err != nil && (status == 0 || status >= 500):
			passing = true
		}
		if !passing || try == loginTries || ctx.Err() != nil {
			break
		}
		c.log.Warn().Err(err).Dur("again_in", pause).Msg("The login did not succeed")
		wait(ctx, pause)
	}
	switch {
	case errors.Is(err, mautrix.MForbidden):
		return fmt.Errorf("%w: %w", ErrWrongPassword, err)
	case isStatus(err, http.StatusTooManyRequests):
		return fmt.Errorf("%w: %w", ErrTooManyLogins, err)
	case err != nil:
		return accountError(err)
	case answer.DeviceID != c.mx.DeviceID:
		return fmt.Errorf("log in: the homeserver gave the device %s where %s was asked for", answer.DeviceID, c.mx.DeviceID)
	}
	if c.mx.UserID != answer.UserID { // others may be reading it
		c.mx.UserID = answer.UserID
	}
	c.bearer.set(answer.AccessToken)
	if err := c.store.SaveCredentials(ctx, chat.UserID(answer.UserID), answer.DeviceID.String(), answer.AccessToken); err != nil {
		return fmt.Errorf("store the session: %w", err)
	}
	c.log.Info().Str("device", answer.DeviceID.String()).Msg("Logged in")
	return nil
}

// softLogout reports whether a refused token leaves the device standing.
func softLogout(err error) bool {
	answer, _ := answered(err)
	if answer == nil {
		return false
	}
	soft, _ := answer.ExtraData["soft_logout"].(bool)
	return soft
}

// accountError names what the operator has to know of a failed request.
func accountError(err error) error {
	answer, _ := answered(err)
	if answer == nil {
		return reachable(err)
	}
	switch answer.ErrCode {
	case "M_UNKNOWN_TOKEN", "M_MISSING_TOKEN":
		return fmt.Errorf("%w: %w", ErrLoggedOut, err)
	case "M_USER_LOCKED", "M_USER_DEACTIVATED":
		return fmt.Errorf("%w: %w", ErrAccountLocked, err)
	}
	return err
}

// reachable tells errors of the way from answers of the homeserver.
func reachable(err error) error {
	if answer, _ := answered(err); answer == nil {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return err
}
