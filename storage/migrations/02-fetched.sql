-- v1 -> v2: What sources last gave

CREATE TABLE fetched (
	url           TEXT PRIMARY KEY,          -- or a file's path
	etag          TEXT NOT NULL,
	last_modified TEXT NOT NULL,
	confirmed_at  INTEGER NOT NULL,          -- when the source last gave the body or said that it is current
	body          BLOB NOT NULL              -- packed with gzip
) STRICT;
