package matrix

import (
	"context"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// devicesAgain is when the devices of people are asked for again whose server did
// not tell them.
const devicesAgain = 5 * time.Minute

// devicesChanged takes in whose devices changed: sync tells it once, so it is
// stored until the homeserver has said what they are now. machMu is held.
func (c *Client) devicesChanged(ctx context.Context, users []id.UserID) error {
	if len(users) == 0 {
		return nil
	}
	if err := c.keys.MarkTrackedUsersOutdated(ctx, users); err != nil {
		return fmt.Errorf("note whose devices changed: %w", err)
	}
	c.devicesAsked = time.Time{}
	if err := c.knowDevices(ctx); err != nil && ctx.Err() == nil {
		c.log.Warn().Err(err).Msg("The devices that changed are not known yet: they are asked for again before anything is encrypted")
	}
	return nil
}

// knowDevices asks for the devices that changed and are not known yet: a new one
// could not read what is encrypted, and one that is gone could. machMu is held.
func (c *Client) knowDevices(ctx context.Context) error {
	if time.Since(c.devicesAsked) < devicesAgain {
		return nil
	}
	c.settleDevices(ctx)
	users, err := c.keys.GetOutdatedTrackedUsers(ctx)
	if err != nil {
		return fmt.Errorf("read whose devices changed: %w", err)
	}
	if len(users) > 0 {
		_, err = c.mach.FetchKeys(ctx, users, false)
		c.settleDevices(ctx)
	}
	if mayPass(err) {
		return fmt.Errorf("ask for the devices that changed: %w", err)
	}
	c.devicesAsked = time.Now()
	return nil
}

// settleDevices notes that what was asked of devices is stored. machMu is held.
func (c *Client) settleDevices(ctx context.Context) {
	if err := c.keys.settle(ctx); err != nil && ctx.Err() == nil {
		c.log.Warn().Err(err).Msg("It could not be noted that devices are known: they will be asked for again")
	}
}
