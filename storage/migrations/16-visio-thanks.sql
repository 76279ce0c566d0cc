-- v15 -> v16: Video conferences that are set for later, and thanks between people

-- A row is deleted, with its link, when its room was reminded of it.
CREATE TABLE meeting (
	cause     TEXT PRIMARY KEY,                -- the command that set it
	room_id   TEXT NOT NULL,
	thread    TEXT NOT NULL,                   -- empty: in none
	subject   TEXT NOT NULL,
	starts_at INTEGER NOT NULL,
	url       TEXT NOT NULL,
	phone     TEXT NOT NULL,
	pin       TEXT NOT NULL,
	access    TEXT NOT NULL
) STRICT;
CREATE INDEX meeting_start ON meeting (starts_at);

CREATE TABLE thanks (
	cause     TEXT PRIMARY KEY,                -- the message that gave them
	room_id   TEXT NOT NULL,
	from_user TEXT NOT NULL,                   -- empty once that person asked to be forgotten
	to_user   TEXT NOT NULL,
	to_name   TEXT NOT NULL,
	reason    TEXT NOT NULL,
	given_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX thanks_given ON thanks (given_at);
CREATE INDEX thanks_from ON thanks (from_user, given_at);
CREATE INDEX thanks_to ON thanks (to_user);

-- Whether people agreed to be named in lists. Each is asked once.
CREATE TABLE thanks_consent (
	user_id TEXT PRIMARY KEY,
	state   TEXT NOT NULL,                     -- asked, agreed or refused
	at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The rooms that want each month's list, and the last month that they were told of.
CREATE TABLE thanks_monthly (
	room_id TEXT PRIMARY KEY,
	month   TEXT NOT NULL                      -- such as 2026-10
) STRICT, WITHOUT ROWID;
