-- v2 -> v3: The numbered lists that people choose from

CREATE TABLE choice (
	cause        TEXT PRIMARY KEY,           -- the message that the list answers, as outbox.cause
	room_id      TEXT NOT NULL,
	asker        TEXT NOT NULL,              -- who alone may choose
	thread       TEXT NOT NULL,
	command      TEXT NOT NULL,              -- what answers about the chosen one
	ids          TEXT NOT NULL,              -- of the software, in order, as a JSON array
	asked_at     INTEGER NOT NULL,
	next_message TEXT NOT NULL,              -- the asker's next message in the room, empty until there is one
	saved_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX choice_asker ON choice (room_id, asker, asked_at);
CREATE INDEX choice_saved ON choice (saved_at);
