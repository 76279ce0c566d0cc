-- v9 -> v10: Webhooks

-- Announcements make room in the order for what tools post.
UPDATE outbox SET priority = 3 WHERE priority = 2;

CREATE TABLE webhook (
	webhook_id INTEGER PRIMARY KEY AUTOINCREMENT,
	room_id    TEXT NOT NULL,
	name       TEXT NOT NULL,
	hash       TEXT NOT NULL UNIQUE,          -- SHA-256 of the secret in its address, in hexadecimal
	signing    TEXT NOT NULL,                 -- what senders sign with; empty: they need not
	declared   INTEGER NOT NULL,              -- by the configuration
	paused     INTEGER NOT NULL,
	gone       INTEGER NOT NULL,              -- the bot is not in the room any more
	added_by   TEXT NOT NULL,
	added_at   INTEGER NOT NULL,
	used_at    INTEGER NOT NULL DEFAULT 0,
	UNIQUE (room_id, name)
) STRICT;

-- What was posted and is not in the outbox yet.
CREATE TABLE webhook_inbox (
	seq         INTEGER PRIMARY KEY AUTOINCREMENT, -- never given again: the post's key is made of it
	webhook_id  INTEGER NOT NULL REFERENCES webhook (webhook_id) ON DELETE CASCADE,
	body        TEXT NOT NULL,                -- as JSON
	received_at INTEGER NOT NULL
) STRICT;
CREATE INDEX webhook_inbox_hook ON webhook_inbox (webhook_id, seq);

-- The keys of deliveries, which senders repeat when they got no answer.
CREATE TABLE webhook_seen (
	webhook_id INTEGER NOT NULL REFERENCES webhook (webhook_id) ON DELETE CASCADE,
	key        TEXT NOT NULL,
	seen_at    INTEGER NOT NULL,
	PRIMARY KEY (webhook_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_seen_at ON webhook_seen (seen_at);

-- What the messages of alerts show, as long as they may be changed.
CREATE TABLE webhook_alert (
	alert_id   INTEGER PRIMARY KEY AUTOINCREMENT, -- in the order of the message
	webhook_id INTEGER NOT NULL REFERENCES webhook (webhook_id) ON DELETE CASCADE,
	alert      TEXT NOT NULL,                 -- empty: it only stands in the same message
	post_key   TEXT NOT NULL,                 -- as in outbox
	head       TEXT NOT NULL,
	rest       TEXT NOT NULL,
	first_at   INTEGER NOT NULL,
	last_at    INTEGER NOT NULL,
	times      INTEGER NOT NULL,
	over_at    INTEGER NOT NULL               -- 0: it goes on
) STRICT;
CREATE INDEX webhook_alert_key ON webhook_alert (webhook_id, alert);
CREATE INDEX webhook_alert_post ON webhook_alert (post_key);
CREATE INDEX webhook_alert_last ON webhook_alert (last_at);
