package storage

import (
	"context"
	"fmt"

	"heraut/chat"
)

// Account returns the stored facts about the bot's Matrix account; the zero value
// before the first attempt to log in. The error is that of the database.
func (d *DB) Account(ctx context.Context) (a chat.Account, err error) {
	var tried, asked, since, expires int64
	err = d.db.QueryRow(ctx, `
		SELECT logins_failed, login_tried, renewal_asked, since, oauth_client, oauth_refresh, oauth_expires FROM account`).
		Scan(&a.LoginsFailed, &tried, &asked, &since, &a.OAuth.ClientID, &a.OAuth.RefreshToken, &expires)
	if err != nil {
		return a, fmt.Errorf("read the account: %w", err)
	}
	a.LoginTried, a.RenewalAsked = fromMillis(tried), fromMillis(asked)
	a.Since, a.OAuth.Expires = fromMillis(since), fromMillis(expires)
	return a, nil
}

// SaveAccount replaces the stored facts about the bot's Matrix account.
func (d *DB) SaveAccount(ctx context.Context, a chat.Account) error {
	_, err := d.db.Exec(ctx, `
		UPDATE account SET logins_failed = $1, login_tried = $2, renewal_asked = $3, since = $4,
			oauth_client = $5, oauth_refresh = $6, oauth_expires = $7`,
		a.LoginsFailed, millis(a.LoginTried), millis(a.RenewalAsked), millis(a.Since),
		a.OAuth.ClientID, a.OAuth.RefreshToken, millis(a.OAuth.Expires))
	if err != nil {
		return fmt.Errorf("store the account: %w", err)
	}
	return nil
}
