-- v6 -> v7: What rooms asked for, and who changed it

-- What was set in the chat. Empty, and 0: not asked for.
CREATE TABLE setting (
	room_id   TEXT PRIMARY KEY,
	set_up    INTEGER NOT NULL,              -- an operator has the bot serve the room
	language  TEXT NOT NULL,
	prefix    TEXT NOT NULL,
	role      TEXT NOT NULL,
	quiet     TEXT NOT NULL,
	moderator INTEGER NOT NULL               -- the power level from which somebody moderates
) STRICT;

CREATE TABLE change (
	change_id INTEGER PRIMARY KEY,
	at        INTEGER NOT NULL,
	by_user   TEXT NOT NULL,                 -- empty: somebody who asked to be forgotten
	room_id   TEXT NOT NULL,                 -- empty: the whole bot
	what      TEXT NOT NULL,
	before    TEXT NOT NULL,
	after     TEXT NOT NULL
) STRICT;
CREATE INDEX change_by ON change (by_user);
CREATE INDEX change_at ON change (at);

-- Commands that wait for the word of whoever gave them.
CREATE TABLE confirmation (
	cause    TEXT PRIMARY KEY,               -- the command's message, as outbox.cause
	room_id  TEXT NOT NULL,
	by_user  TEXT NOT NULL,
	line     TEXT NOT NULL,                  -- the command, without the prefix
	asked_at INTEGER NOT NULL
) STRICT;

-- Which room an alias of the configuration was last found to be.
CREATE TABLE alias (
	alias   TEXT PRIMARY KEY,
	room_id TEXT NOT NULL
) STRICT;
