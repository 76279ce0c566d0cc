package chat

import "time"

// Account holds the facts about the bot's own Matrix account that survive a restart:
// failed logins, the renewal of an expired account, the session. The zero value is an
// account that never logged in.
type Account struct {
	// LoginsFailed counts the attempts to log in since the last success. LoginTried is
	// the time of the last attempt.
	LoginsFailed int
	LoginTried   time.Time
	// RenewalAsked is when the bot last asked for the mail that renews an expired
	// account; zero: never.
	RenewalAsked time.Time
	// Since is the first login, or the last renewal that the bot saw; zero before the
	// first login.
	Since time.Time
	// OAuth is the OAuth 2.0 session; its zero value means a session that does not
	// expire.
	OAuth OAuth
}

// OAuth holds an OAuth 2.0 session: the client's id, the token that renews the access
// token, and the end of the access token. The zero value is a session that does not
// expire.
type OAuth struct {
	ClientID, RefreshToken string
	// Expires is the end of the access token.
	Expires time.Time
}
