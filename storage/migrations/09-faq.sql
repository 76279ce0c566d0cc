-- v8 -> v9: Answered questions that are kept

CREATE TABLE faq (
	number   INTEGER PRIMARY KEY AUTOINCREMENT,
	question TEXT NOT NULL,
	answer   TEXT NOT NULL,
	audience TEXT NOT NULL,                  -- who may be shown it, as JSON
	kept_at  INTEGER NOT NULL,
	event_id TEXT NOT NULL                   -- the answer it was made of, as long as that belongs to a question
) STRICT;
CREATE UNIQUE INDEX faq_event ON faq (event_id) WHERE event_id <> '';

-- The stems of answered questions (rowid: the question's number) and of kept ones
-- (rowid: minus the entry's): the tokenizer only splits at spaces. A row goes
-- together with the texts that it was made of.
CREATE VIRTUAL TABLE known_words USING fts5 (question, answer, senses, tokenize = "ascii");
INSERT INTO known_words (known_words, rank) VALUES ('secure-delete', 1);
CREATE VIRTUAL TABLE known_vocabulary USING fts5vocab (known_words, 'row');

-- When experts' rooms were last told of their open questions.
CREATE TABLE question_list (
	room_id TEXT PRIMARY KEY,
	told_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
