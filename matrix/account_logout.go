package matrix

import "context"

// LogOut ends the stored session on the homeserver, which deletes the device, and
// deletes the device's keys here. Use a client that is not open, and do not use it
// afterwards. The error is ErrLoggedOut if there is no session; after an error of the
// homeserver, the session and the keys are still there.
func (c *Client) LogOut(ctx context.Context) error {
	if _, err := c.loadSession(ctx); err != nil {
		return err
	}
	if c.bearer.get() == "" {
		return ErrLoggedOut
	}
	if err := c.checkHomeserver(ctx); err != nil {
		return err
	}
	return c.abandonDevice(ctx)
}
