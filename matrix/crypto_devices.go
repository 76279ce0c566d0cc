package matrix

import (
	"context"
	"fmt"
	"slices"
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
	c.settleDevices(ctx) // what was taken in before says nothing of this change
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
		err = c.fetchDevices(ctx, users)
		c.settleDevices(ctx)
	}
	if mayPass(err) {
		return fmt.Errorf("ask for the devices that changed: %w", err)
	}
	c.devicesAsked = time.Now()
	return nil
}

// fetchDevices asks for the devices of these people: for all at once, and, where what
// somebody has published makes the answer unreadable, for each alone. machMu is held.
func (c *Client) fetchDevices(ctx context.Context, users []id.UserID) error {
	_, err := c.mach.FetchKeys(ctx, users, true)
	if _, ok := unreadable(err); !ok {
		return err
	}
	wrong := 0
	for _, user := range users {
		_, err := c.mach.FetchKeys(ctx, []id.UserID{user}, true)
		if _, ok := unreadable(err); !ok {
			if err != nil {
				return err
			}
			continue
		}
		wrong++
		if known, err := c.keys.GetDevices(ctx, user); err != nil {
			return err
		} else if known == nil { // else the devices that were readable once are kept
			if err := c.keys.PutDevices(ctx, user, nil); err != nil {
				return err
			}
		}
	}
	c.log.Warn().Int("people", wrong).Msg("What some people's devices have published cannot be read: on new ones they cannot read what is encrypted")
	return nil
}

// fetchUnknown is fetchDevices for those people whose devices were never asked for.
func (c *Client) fetchUnknown(ctx context.Context, users []id.UserID) error {
	known, err := c.keys.FilterTrackedUsers(ctx, users)
	if err != nil {
		return err
	}
	unknown := slices.DeleteFunc(slices.Clone(users), func(u id.UserID) bool { return slices.Contains(known, u) })
	if len(unknown) == 0 {
		return nil
	}
	return c.fetchDevices(ctx, unknown)
}

// settleDevices notes that what was asked of devices is stored. machMu is held.
func (c *Client) settleDevices(ctx context.Context) {
	if err := c.keys.settle(ctx); err != nil && ctx.Err() == nil {
		c.log.Warn().Err(err).Msg("It could not be noted that devices are known: they will be asked for again")
	}
}
