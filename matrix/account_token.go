package matrix

import (
	"context"
	"errors"
	"fmt"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
)

// adoptToken makes the access token of the configuration the bot's login: it sets the
// client's user, device and token, and stores the session. It makes keys for the device,
// unless the stored ones, keys, are usable and belong to the device. The error wraps
// ErrTokenInUse if another client has published keys for the device, which the bot does
// not have, or ErrTokenWithoutDevice if the token belongs to no device; other errors are
// those of whoIs, publishedKeys, newDevice and the store. After an error the client has
// no token.
func (c *Client) adoptToken(ctx context.Context, keys storedKeys) (err error) {
	c.bearer.set(c.config.Token)
	defer func() {
		if err != nil {
			c.bearer.set("")
		}
	}()
	who, err := c.whoIs(ctx)
	if err != nil {
		return err
	}
	if who.DeviceID == "" {
		return ErrTokenWithoutDevice
	}
	c.mx.UserID, c.mx.DeviceID = who.UserID, who.DeviceID
	if !keys.usable || keys.device != who.DeviceID {
		own, err := c.publishedKeys(ctx)
		if err != nil {
			return err
		}
		if own.device != "" {
			return fmt.Errorf("%w: device %s", ErrTokenInUse, who.DeviceID)
		}
		if err := c.newDevice(ctx, keys, who.DeviceID); err != nil {
			return err
		}
	}
	return c.keepSession(ctx, who.UserID, c.config.Token, chat.OAuth{})
}

// whoIs asks the homeserver for the user and device of the present access token. The
// error wraps ErrTokenRefused if the homeserver does not accept the token,
// ErrOtherAccount if it is another account's than the configured one, or is that of
// accountError.
func (c *Client) whoIs(ctx context.Context) (*mautrix.RespWhoami, error) {
	who, err := c.mx.Whoami(ctx)
	switch {
	case errors.Is(err, mautrix.MUnknownToken):
		return nil, fmt.Errorf("%w: %w", ErrTokenRefused, err)
	case err != nil:
		return nil, accountError(err)
	case !sameAccount(who.UserID, c.config.User):
		return nil, fmt.Errorf("%w: %s", ErrOtherAccount, who.UserID)
	}
	return who, nil
}

// newDevice makes device the client's device: it stores the device's id, without a
// token, and makes and stores keys for it. former describes the keys in crypto.db; if
// they belong to another device, newDevice deletes them first.
func (c *Client) newDevice(ctx context.Context, former storedKeys, device id.DeviceID) error {
	if former.device != "" && former.device != device {
		if err := c.forgetKeys(); err != nil {
			return err
		}
	}
	c.mx.DeviceID = device
	if err := c.store.SaveCredentials(ctx, chat.UserID(c.mx.UserID), device.String(), ""); err != nil {
		return fmt.Errorf("store the device: %w", err)
	}
	return c.newKeys(ctx)
}
