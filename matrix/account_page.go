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

// accountPage returns the address of the page on which the account's owner manages it
// (MSC4191), for the given action or, if that is empty, its start page; "" if the
// homeserver names none.
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

// resetPage returns the page that an answer of the homeserver names after it refused
// to replace the account's keys: the owner has to allow the replacement there, in a
// browser. ok is false if the answer asks for something else.
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

// resetRefusal returns the error for keys that the homeserver refused to take:
// ErrResetNeeded with the page where the owner can allow it, or the account's state.
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
