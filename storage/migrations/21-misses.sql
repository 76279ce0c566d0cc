-- v20 -> v21: Searches that found nothing

-- Words are identified by a hash with the key of the session, so that a search of one
-- person leaves no text. The text is there once three people searched the words.
CREATE TABLE missed_search (
	experts TEXT NOT NULL,                    -- the room that may be told; empty: the operators
	hash    BLOB NOT NULL,                    -- of the words' stems
	words   TEXT NOT NULL,                    -- empty: fewer than three people searched them
	readers TEXT NOT NULL,                    -- who certainly could read every room where it was searched, as JSON
	PRIMARY KEY (experts, hash)
) STRICT;

-- Who searched them, by a hash of the words and of the user id together.
CREATE TABLE missed_by (
	experts TEXT NOT NULL,
	hash    BLOB NOT NULL,
	asker   BLOB NOT NULL,
	at      INTEGER NOT NULL,                 -- when that person last searched them
	PRIMARY KEY (experts, hash, asker),
	FOREIGN KEY (experts, hash) REFERENCES missed_search (experts, hash) ON DELETE CASCADE
) STRICT;
CREATE INDEX missed_by_at ON missed_by (at);
