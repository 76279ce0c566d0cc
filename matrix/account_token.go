package matrix

import (
	"context"
	"errors"
	"fmt"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
)

// adoptToken uses the configured token as the session. Its device must be new: keys
// that another client made for it are not here.
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

// whoIs asks whose session the present token is; another account than the configured
// one is an error.
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

// newDevice stores the id of a device that is to be logged in, and makes its keys.
// Keys of another device are deleted.
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
