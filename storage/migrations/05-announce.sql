-- v4 -> v5: What sources gave, what rooms watch and what they are told

CREATE TABLE source (
	name          TEXT PRIMARY KEY,           -- as configured; a feed that a room gave: its address
	state         TEXT NOT NULL,              -- what reading goes on from, the source's own
	started_at    INTEGER NOT NULL,           -- when it was first read: what it had then is no news
	failing_since INTEGER NOT NULL DEFAULT 0,
	failures      INTEGER NOT NULL DEFAULT 0, -- in a row
	cause         TEXT NOT NULL DEFAULT '',   -- of the last one
	next_try      INTEGER NOT NULL DEFAULT 0, -- after a failure
	reported      INTEGER NOT NULL DEFAULT 0  -- the operators were told
) STRICT;

-- Every item that was ever seen, for ever: one that comes back is no news.
CREATE TABLE seen (
	source   TEXT NOT NULL,
	item_key TEXT NOT NULL,
	outcome  TEXT NOT NULL,                   -- what became of it; settling until that is decided
	seen_at  INTEGER NOT NULL,
	PRIMARY KEY (source, item_key)
) STRICT, WITHOUT ROWID;

-- A new host or owner is announced once, instead of the items it begins with.
CREATE TABLE host (
	source      TEXT NOT NULL,
	name        TEXT NOT NULL,                -- empty for sources that know no hosts
	silent      INTEGER NOT NULL,             -- it was there at first: not announced at all
	started_at  INTEGER NOT NULL,             -- its beginnings end then; 0: not read whole yet
	items       INTEGER NOT NULL,             -- how many it had when it last was in order
	shrunk_at   INTEGER NOT NULL,             -- since when too many are missing: an outage
	told_at     INTEGER NOT NULL,             -- when it was announced
	PRIMARY KEY (source, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE owner (
	source      TEXT NOT NULL,
	host        TEXT NOT NULL,
	name        TEXT NOT NULL,                -- in small letters
	kind        TEXT NOT NULL,                -- organization, user; empty: not known
	started_at  INTEGER NOT NULL,             -- its beginnings end then
	told_at     INTEGER NOT NULL,             -- when it was announced
	PRIMARY KEY (source, host, name)
) STRICT, WITHOUT ROWID;

-- Items that are to be decided, announced or corrected, or that were new lately.
CREATE TABLE item (
	item_id    INTEGER PRIMARY KEY AUTOINCREMENT, -- in order of publication
	source     TEXT NOT NULL,
	item_key   TEXT NOT NULL,
	news       TEXT NOT NULL,                 -- what is new of it
	part_of    TEXT NOT NULL,                 -- host or owner: announced as a part of that
	seen_at    INTEGER NOT NULL,
	due_at     INTEGER NOT NULL,              -- when it is to be decided; 0: it is
	checked_at INTEGER NOT NULL,              -- when it was last read
	told_at    INTEGER NOT NULL,              -- when a room was first told of it
	gone       TEXT NOT NULL DEFAULT '',      -- why it is struck out
	formerly   TEXT NOT NULL DEFAULT '',      -- what it was called when it was announced
	content    TEXT NOT NULL,                 -- the item, as JSON
	UNIQUE (source, item_key)
) STRICT;
CREATE INDEX item_due ON item (source, due_at) WHERE due_at > 0;
CREATE INDEX item_seen ON item (seen_at);
CREATE INDEX item_told ON item (source, told_at);

CREATE TABLE watch (
	watch_id INTEGER PRIMARY KEY AUTOINCREMENT,
	room_id  TEXT NOT NULL,
	source   TEXT NOT NULL,
	filter   TEXT NOT NULL,
	rhythm   TEXT NOT NULL,
	paused   INTEGER NOT NULL DEFAULT 0,
	added_by TEXT NOT NULL,
	added_at INTEGER NOT NULL,
	UNIQUE (room_id, source, filter)
) STRICT;
CREATE INDEX watch_source ON watch (source);

-- What a room is to be told, and when.
CREATE TABLE pending (
	room_id TEXT NOT NULL,
	item_id INTEGER NOT NULL,
	watch   TEXT NOT NULL,                    -- whose digest it goes into; empty: none
	due_at  INTEGER NOT NULL,
	PRIMARY KEY (room_id, item_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX pending_due ON pending (due_at);
CREATE INDEX pending_item ON pending (item_id);

-- What rooms were told, as long as it may have to be corrected.
CREATE TABLE told (
	post_key TEXT PRIMARY KEY,                -- as in outbox
	room_id  TEXT NOT NULL,
	language TEXT NOT NULL,
	told_at  INTEGER NOT NULL,
	layout   TEXT NOT NULL,                   -- which items it shows, and how, as JSON
	html     TEXT NOT NULL,                   -- the present text
	edits    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX told_at ON told (told_at);
CREATE TABLE told_item (
	item_id  INTEGER NOT NULL,
	post_key TEXT NOT NULL REFERENCES told (post_key) ON DELETE CASCADE,
	PRIMARY KEY (item_id, post_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX told_item_post ON told_item (post_key);
