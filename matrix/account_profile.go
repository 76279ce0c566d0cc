package matrix

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"

	"maunium.net/go/mautrix"
)

// errForbidden reports that the server's capabilities exclude a change.
var errForbidden = errors.New("the server does not allow it")

// introduce gives the account its configured name and, if it has no picture or
// config.NewSession is set, its configured picture (setAvatar). Some servers, Tchap
// among them, do not let an account change them: introduce then only logs a warning, and
// the bot goes on.
func (c *Client) introduce(ctx context.Context) {
	if err := c.setDisplayName(ctx); err != nil {
		c.log.Warn().Err(err).Msg("The account's display name could not be set (matrix.display_name): set it with another client, or ask the server's administrators")
	}
	if err := c.setAvatar(ctx); err != nil {
		c.log.Warn().Err(err).Msg("The account's picture could not be set (matrix.avatar): set it with another client, or ask the server's administrators")
	}
}

func (c *Client) setDisplayName(ctx context.Context) error {
	name := c.config.DisplayName
	if name == "" {
		return nil
	}
	now, err := c.mx.GetOwnDisplayName(ctx)
	if err == nil && now.DisplayName == name {
		return nil
	}
	return c.mx.SetDisplayName(ctx, name)
}

// setAvatar gives the account the picture config.Avatar if it has none, and with
// config.NewSession in any case; it does nothing if no picture is configured. The server
// does not say which file a picture came from, so a later start does not replace it. The
// error is errForbidden if the server excludes the change, or that of the file or a
// request.
func (c *Client) setAvatar(ctx context.Context) error {
	if c.config.Avatar == "" {
		return nil
	}
	if now, err := c.mx.GetOwnAvatarURL(ctx); err == nil && !now.IsEmpty() && !c.config.NewSession {
		return nil
	}
	if able, err := c.mx.Capabilities(ctx); err == nil && !able.SetAvatarURL.IsEnabled() {
		return errForbidden
	}
	image, err := os.ReadFile(c.config.Avatar)
	if err != nil {
		return fmt.Errorf("read the picture: %w", err)
	}
	uploaded, err := c.mx.UploadMedia(ctx, mautrix.ReqUploadMedia{
		ContentBytes: image, ContentType: http.DetectContentType(image), FileName: "avatar",
	})
	if err != nil {
		return fmt.Errorf("upload the picture: %w", err)
	}
	return c.mx.SetAvatarURL(ctx, uploaded.ContentURI)
}
