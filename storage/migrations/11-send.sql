-- v10 -> v11: What is checked again when a post is sent

-- When the room first refused the post for want of power; 0: it did not.
ALTER TABLE outbox ADD COLUMN blocked_since INTEGER NOT NULL DEFAULT 0;

-- The rooms that refuse posts for want of power.
CREATE TABLE blocked_room (
	room_id TEXT PRIMARY KEY,
	since   INTEGER NOT NULL,
	reason  TEXT NOT NULL                    -- as the homeserver said it
) STRICT, WITHOUT ROWID;

-- How the last post to each room ended.
CREATE INDEX outbox_ended ON outbox (room_id, done_at) WHERE state IN ('sent', 'failed');

-- The audience that the experts would be told of is now kept from the start.
UPDATE question SET told = '{"clear":true,"public":true,"externals":true,"elsewhere":true}' WHERE posted_at = 0;

-- Who certainly read the room of a question when it was asked, as JSON. Questions
-- that are older count as asked before the readers of today.
ALTER TABLE question ADD COLUMN readers TEXT NOT NULL DEFAULT '{"clear":true,"public":true,"externals":true,"elsewhere":true}';
