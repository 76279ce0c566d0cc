-- v7 -> v8: Questions and answers

-- The relays that operators opened in rooms.
CREATE TABLE relay (
	name      TEXT PRIMARY KEY,
	rooms     TEXT NOT NULL,                  -- those that ask, as a JSON array
	experts   TEXT NOT NULL,                  -- the room of those who answer
	themes    TEXT NOT NULL,                  -- as a JSON array
	may_widen INTEGER NOT NULL,
	added_by  TEXT NOT NULL,
	added_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE question (
	number       INTEGER PRIMARY KEY AUTOINCREMENT,
	relay        TEXT NOT NULL,
	theme        TEXT NOT NULL,
	status       TEXT NOT NULL CHECK (status IN ('proposed', 'consent', 'open', 'claimed', 'answered', 'reopened',
		'solved', 'satisfied', 'withdrawn')),
	text         TEXT NOT NULL,               -- erased when it is withdrawn, and by retention
	why          TEXT NOT NULL,               -- it was withdrawn
	asker        TEXT NOT NULL,
	asker_name   TEXT NOT NULL,
	nameless     INTEGER NOT NULL,            -- the experts are not told who asks
	asker_left   INTEGER NOT NULL,
	origin       TEXT NOT NULL,               -- the room it was asked in
	event_id     TEXT NOT NULL,               -- by this message
	thread       TEXT NOT NULL,               -- the root of the thread that answers go to; empty: that of the confirmation
	lang         TEXT NOT NULL,
	experts      TEXT NOT NULL,               -- the room of those who answer
	claimer      TEXT NOT NULL,
	claimer_name TEXT NOT NULL,
	proposals    TEXT NOT NULL,               -- of a proposed one: what the asker was shown, as HTML
	widens       TEXT NOT NULL,               -- how the audience widens, as the asker was told, as JSON
	told         TEXT NOT NULL,               -- the audience of the origin that the experts were told of, as JSON
	root         TEXT NOT NULL,               -- the post that shows it to the experts, as outbox.post_key
	confirmation TEXT NOT NULL,               -- the post that shows its status to the asker, idem
	shows        INTEGER NOT NULL,            -- how often either was posted or edited
	asked_at     INTEGER NOT NULL,
	posted_at    INTEGER NOT NULL,            -- when the experts got it
	answered_at  INTEGER NOT NULL,
	active_at    INTEGER NOT NULL,            -- when anybody last said or did something about it
	closed_at    INTEGER NOT NULL,
	due_at       INTEGER NOT NULL,            -- of a proposed one: when it goes on by itself
	reminded_at  INTEGER NOT NULL,            -- when the experts were reminded
	followed_at  INTEGER NOT NULL             -- when the asker was asked whether it is solved
) STRICT;
CREATE UNIQUE INDEX question_event ON question (event_id) WHERE event_id <> '';
CREATE INDEX question_origin ON question (origin) WHERE closed_at = 0;
CREATE INDEX question_experts ON question (experts) WHERE closed_at = 0;
CREATE INDEX question_asker ON question (asker);
CREATE INDEX question_due ON question (due_at) WHERE status = 'proposed';
CREATE INDEX question_closed ON question (closed_at) WHERE closed_at > 0;

-- Which messages belong to a question. As long as one stands here, the queue
-- keeps the ids of its post and of its event, for edits, deletions and replies.
CREATE TABLE relayed (
	post_key TEXT PRIMARY KEY,                -- as in outbox
	room_id  TEXT NOT NULL,                   -- where the post is
	question INTEGER NOT NULL REFERENCES question (number) ON DELETE CASCADE,
	role     TEXT NOT NULL CHECK (role IN ('root', 'confirmation', 'answer', 'follow-up', 'note', 'remark')),
	event_id TEXT NOT NULL,                   -- the person's message that the post carries; empty: the bot's own word
	origin   TEXT NOT NULL,                   -- the room of that message
	sender   TEXT NOT NULL,
	nameless INTEGER NOT NULL,
	text     TEXT NOT NULL,                   -- what it says
	said_at  INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX relayed_event ON relayed (event_id) WHERE event_id <> '';
CREATE INDEX relayed_question ON relayed (question);
CREATE INDEX relayed_sender ON relayed (sender) WHERE sender <> '';

-- Which emoji people put on what was carried.
CREATE TABLE relayed_reaction (
	event_id TEXT PRIMARY KEY,                -- the person's reaction
	question INTEGER NOT NULL REFERENCES question (number) ON DELETE CASCADE,
	sender   TEXT NOT NULL,
	target   TEXT NOT NULL,                   -- an event's id or a post's key, on the other side
	emoji    TEXT NOT NULL,
	post_key TEXT NOT NULL                    -- the bot's reaction, which stands for all the same ones
) STRICT;
CREATE INDEX relayed_reaction_same ON relayed_reaction (target, emoji);
CREATE INDEX relayed_reaction_post ON relayed_reaction (post_key);
CREATE INDEX relayed_reaction_question ON relayed_reaction (question);
