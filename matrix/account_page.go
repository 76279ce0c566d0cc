package matrix

import (
	"context"
	"errors"
	"net/url"
	"time"

	"maunium.net/go/mautrix"
)

// resetAction is the page on which the owner of an account allows its keys to be
// replaced, as MSC4191 names it.
const resetAction = "org.matrix.cross_signing_reset"

// accountPage asks the homeserver, for 20 seconds at most, for the address of the page
// on which the account's owner manages it (MSC4191), and returns it for the given
// action or, if that is empty, its start page. It returns "" if the homeserver names
// none or does not answer.
func (c *Client) accountPage(ctx context.Context, action string) string {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	meta, err := c.mx.OAuthGetServerMetadata(ctx)
	if err != nil || meta == nil || meta.AccountManagementURI == "" {
		return ""
	}
	page, err := url.Parse(meta.AccountManagementURI)
	if err != nil {
		return ""
	}
	if action != "" {
		query := page.Query()
		query.Set("action", action)
		page.RawQuery = query.Encode()
	}
	return page.String()
}

// resetPage reads stage, the homeserver's answer when it refuses to replace the
// account's keys. ok reports whether the answer asks the account's owner to allow the
// replacement in a browser; page is the address for that, empty if the answer gives
// none.
func resetPage(stage *mautrix.RespUserInteractive) (page string, ok bool) {
	for _, flow := range stage.Flows {
		for _, kind := range flow.Stages {
			if kind == resetAction || kind == "m.oauth" {
				params, _ := stage.Params[kind].(map[string]any)
				page, _ = params["url"].(string)
				return page, true
			}
		}
	}
	return "", false
}

// resetRefusal returns the error for keys that the homeserver refused to take with the
// error err and the answer stage: a *Paged with ErrResetNeeded and the page, if known,
// where the owner can allow it, or accountError(err) if stage asks for something else.
func (c *Client) resetRefusal(ctx context.Context, stage *mautrix.RespUserInteractive, err error) error {
	page, ok := resetPage(stage)
	if !ok {
		return accountError(err)
	}
	if page == "" {
		page = c.accountPage(ctx, resetAction)
	}
	return &Paged{errors.Join(ErrResetNeeded, err), page}
}
