-- v0 -> v1: The session, the rooms, what came in and what goes out

-- Times are milliseconds since 1970, 0 for none.

CREATE TABLE session (
	only_row     INTEGER PRIMARY KEY CHECK (only_row = 1),
	pickle_key   BLOB NOT NULL,              -- what the keys in crypto.db are locked with
	user_id      TEXT NOT NULL DEFAULT '',
	device_id    TEXT NOT NULL DEFAULT '',   -- chosen before the login that makes it
	access_token TEXT NOT NULL DEFAULT '',   -- empty before the first login
	position     TEXT NOT NULL DEFAULT ''    -- the sync position, saved after its events are in the inbox
) STRICT;

CREATE TABLE room (
	room_id     TEXT PRIMARY KEY,
	encrypted   INTEGER NOT NULL DEFAULT 0,  -- was ever seen encrypted; never goes back to 0
	invited_by  TEXT NOT NULL DEFAULT '',    -- whose invitation the bot accepted
	is_direct   INTEGER NOT NULL DEFAULT 0,  -- that invitation was to a direct message
	joined      INTEGER NOT NULL DEFAULT 0,  -- its first events after joining have been taken in
	members     INTEGER NOT NULL DEFAULT 0   -- people in it or invited; 0 when not known
) STRICT;

CREATE TABLE inbox (
	seq         INTEGER PRIMARY KEY,         -- the order of arrival in a room
	event_id    TEXT NOT NULL UNIQUE,
	room_id     TEXT NOT NULL,
	sender      TEXT NOT NULL,               -- who alone may edit it; empty if it was deleted before it came
	state       TEXT NOT NULL CHECK (state IN ('locked', 'new', 'done')),
	content     TEXT NOT NULL,               -- the event; erased when done
	session_id  TEXT NOT NULL DEFAULT '',    -- the key that a locked event waits for
	received_at INTEGER NOT NULL,
	tries       INTEGER NOT NULL DEFAULT 0,
	revised_at  INTEGER NOT NULL DEFAULT 0,  -- when the edit that holds was made: older ones do not count; after its deletion, none does
	done_at     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX inbox_new ON inbox (room_id, seq) WHERE state = 'new';
CREATE INDEX inbox_locked ON inbox (seq) WHERE state = 'locked';
CREATE INDEX inbox_done ON inbox (done_at) WHERE state = 'done';

CREATE TABLE outbox (
	seq          INTEGER PRIMARY KEY,        -- the order of sending in a lane (room and priority)
	post_key     TEXT NOT NULL UNIQUE,       -- its cause and a number
	cause        TEXT NOT NULL,              -- the event it answers
	slot         INTEGER NOT NULL,           -- the number of the answer to that cause
	kind         TEXT NOT NULL CHECK (kind IN ('post', 'edit', 'redaction')), -- what it does to that answer
	room_id      TEXT NOT NULL,
	priority     INTEGER NOT NULL,
	state        TEXT NOT NULL CHECK (state IN ('waiting', 'trying', 'sent', 'failed', 'cancelled')),
	txn          TEXT NOT NULL UNIQUE,       -- the random key that its event carries
	content      TEXT NOT NULL,              -- the post; erased when finished
	event_id     TEXT NOT NULL DEFAULT '',
	reason       TEXT NOT NULL DEFAULT '',   -- why it failed
	attempts     INTEGER NOT NULL DEFAULT 0,
	attempted_at INTEGER NOT NULL DEFAULT 0,
	doubts       INTEGER NOT NULL DEFAULT 0, -- attempts that ended without an answer
	doubt_since  INTEGER NOT NULL DEFAULT 0, -- when the last one ended so, while that is not settled
	next_at      INTEGER NOT NULL DEFAULT 0, -- not before
	done_at      INTEGER NOT NULL DEFAULT 0  -- when it was sent, failed or cancelled
) STRICT;
CREATE INDEX outbox_lane ON outbox (room_id, priority, seq) WHERE done_at = 0;
CREATE INDEX outbox_trying ON outbox (room_id) WHERE state = 'trying';
CREATE INDEX outbox_cause ON outbox (cause);
CREATE INDEX outbox_event ON outbox (event_id) WHERE event_id <> '';
CREATE INDEX outbox_done ON outbox (done_at) WHERE done_at > 0;
