package matrix

import (
	"context"
	"time"
)

// verifiedEvery is the longest time between two checks that the account still
// vouches for the bot's device. A change of the account's keys in sync triggers one
// at once.
const verifiedEvery = 45 * time.Second

// watchVerified keeps the result of Verified up to date until ctx ends: the
// account's owner can replace its keys at any time, and clients then exclude the
// bot's device.
func (c *Client) watchVerified(ctx context.Context) error {
	ticker := time.NewTicker(verifiedEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		case <-c.ownKeys:
		}
		own, err := c.publishedKeys(ctx)
		switch {
		case err != nil:
			if ctx.Err() == nil {
				c.log.Debug().Err(err).Msg("It could not be asked whether the account vouches for this device")
			}
		case c.verified.Swap(own.signed) == own.signed:
		case own.signed:
			c.log.Info().Msg("The account vouches for this device again")
		default:
			c.log.Error().Msg("The account's keys were replaced or removed, and it does not vouch for this device any more: put the new recovery key into its file and restart, or run «bot login»")
		}
	}
}

// ownKeysChanged makes watchVerified check at once.
func (c *Client) ownKeysChanged() {
	select {
	case c.ownKeys <- struct{}{}:
	default:
	}
}
