package matrix

import (
	"context"
	"time"

	"heraut/health"
)

// verifiedEvery is the longest time between two checks that the account still
// vouches for the bot's device. A change of the account's keys in sync triggers one
// at once.
const verifiedEvery = 45 * time.Second

// watchVerified checks whether the account's keys still sign the bot's device, every
// verifiedEvery and after ownKeysChanged, until ctx ends: the account's owner can
// replace these keys at any time, and clients then exclude the device. It records the
// result for Verified and reports a change to the health monitor (KeysReplaced). If the
// homeserver does not answer, the last result stays. It always returns nil.
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
			c.config.Health.Leave(health.KeysReplaced)
		default:
			c.config.Health.Enter(health.Trouble{State: health.KeysReplaced})
		}
	}
}

// ownKeysChanged makes watchVerified check at once, because sync reported that the
// account's keys changed. It never blocks.
func (c *Client) ownKeysChanged() {
	select {
	case c.ownKeys <- struct{}{}:
	default:
	}
}
