-- v16 -> v17: What is remembered of the account

CREATE TABLE account (
	only_row      INTEGER PRIMARY KEY CHECK (only_row = 1),
	logins_failed INTEGER NOT NULL DEFAULT 0,  -- since the last success
	login_tried   INTEGER NOT NULL DEFAULT 0,  -- the last attempt
	renewal_asked INTEGER NOT NULL DEFAULT 0,  -- the last mail asked for while expired
	since         INTEGER NOT NULL DEFAULT 0,  -- the first login, or the last renewal
	oauth_client  TEXT NOT NULL DEFAULT '',
	oauth_refresh TEXT NOT NULL DEFAULT '',
	oauth_expires INTEGER NOT NULL DEFAULT 0   -- the end of the access token
) STRICT;

INSERT INTO account (only_row) VALUES (1);
