package matrix

import "time"

// ClockAhead returns how far the homeserver's clock is ahead of this machine's, by its
// latest answer; negative if it is behind, 0 before the first answer.
func (c *Client) ClockAhead() time.Duration { return c.clock.ahead() }
