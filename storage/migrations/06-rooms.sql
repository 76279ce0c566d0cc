-- v5 -> v6: What rooms are

ALTER TABLE room ADD COLUMN moved_to TEXT NOT NULL DEFAULT ''; -- what took its place, if an upgrade was followed
ALTER TABLE room ADD COLUMN facts TEXT NOT NULL DEFAULT '';    -- what its state says of it, as JSON; empty: not asked yet

-- It came late: only what is carried between rooms is still wanted.
ALTER TABLE inbox ADD COLUMN late INTEGER NOT NULL DEFAULT 0;

-- Invitations that the bot did not accept, for operators to see.
CREATE TABLE declined (
	room_id     TEXT NOT NULL,
	invited_by  TEXT NOT NULL,
	server      TEXT NOT NULL,                -- of invited_by
	why         TEXT NOT NULL,
	declined_at INTEGER NOT NULL,
	open        INTEGER NOT NULL,             -- the homeserver is to be told yet
	PRIMARY KEY (room_id, invited_by)
) STRICT;
