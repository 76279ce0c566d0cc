-- v11 -> v12: Events of calendars, and what rooms are told of them

ALTER TABLE watch ADD COLUMN remind TEXT NOT NULL DEFAULT '';

-- The occurrences that calendars had when they were last read.
CREATE TABLE event (
	event_id   INTEGER PRIMARY KEY AUTOINCREMENT,
	source     TEXT NOT NULL,
	uid        TEXT NOT NULL,                  -- may be drawn anew at each reading
	recurrence TEXT NOT NULL,                  -- which occurrence of a series
	title      TEXT NOT NULL,
	location   TEXT NOT NULL,
	url        TEXT NOT NULL,
	body       TEXT NOT NULL,
	categories TEXT NOT NULL,                  -- a JSON list
	starts_at  INTEGER NOT NULL,
	ends_at    INTEGER NOT NULL,
	all_day    INTEGER NOT NULL,
	cancelled  INTEGER NOT NULL,
	seen_at    INTEGER NOT NULL,               -- when it was first read
	changed_at INTEGER NOT NULL,               -- when it got its start
	missing_at INTEGER NOT NULL,               -- since when the calendar lacks it; 0: it has it
	revision   INTEGER NOT NULL                -- counts what rooms are told of
) STRICT;
CREATE INDEX event_start ON event (source, starts_at);
CREATE INDEX event_end ON event (ends_at);

-- What a room is to be told of an event, and when.
CREATE TABLE event_pending (
	room_id      TEXT NOT NULL,
	event_id     INTEGER NOT NULL REFERENCES event (event_id) ON DELETE CASCADE,
	what         TEXT NOT NULL,
	due_at       INTEGER NOT NULL,
	more         INTEGER NOT NULL,             -- other occurrences of its series that changed alike
	was_starts   INTEGER NOT NULL,             -- what the room knows of it
	was_ends     INTEGER NOT NULL,
	was_all_day  INTEGER NOT NULL,
	was_location TEXT NOT NULL,
	PRIMARY KEY (room_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_pending_event ON event_pending (event_id);

CREATE TABLE event_reminder (
	room_id   TEXT NOT NULL,
	event_id  INTEGER NOT NULL REFERENCES event (event_id) ON DELETE CASCADE,
	lead      TEXT NOT NULL,                   -- how long before it
	starts_at INTEGER NOT NULL,                -- a new start has new reminders
	PRIMARY KEY (room_id, event_id, lead, starts_at)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_reminder_event ON event_reminder (event_id);

-- When a watch was last told of the events of a week.
CREATE TABLE event_digest (
	room_id TEXT NOT NULL,
	watch   TEXT NOT NULL,
	told_at INTEGER NOT NULL,
	PRIMARY KEY (room_id, watch)
) STRICT, WITHOUT ROWID;
