-- v3 -> v4: The public repositories

CREATE TABLE repository (
	id           INTEGER PRIMARY KEY,
	address      TEXT NOT NULL UNIQUE,       -- its URL in lower case
	host         TEXT NOT NULL,
	forge_id     TEXT NOT NULL,
	url          TEXT NOT NULL,
	full_name    TEXT NOT NULL,
	name         TEXT NOT NULL,
	owner        TEXT NOT NULL,
	organization TEXT NOT NULL,
	ministry     TEXT NOT NULL,
	description  TEXT NOT NULL,
	language     TEXT NOT NULL,
	license      TEXT NOT NULL,
	topics       TEXT NOT NULL,              -- one a line
	fork         INTEGER NOT NULL,
	archived     INTEGER NOT NULL,
	template     INTEGER NOT NULL,
	mirror       INTEGER NOT NULL,
	empty        INTEGER NOT NULL,
	personal     INTEGER NOT NULL,
	status       TEXT NOT NULL,
	created_at   INTEGER NOT NULL,
	pushed_at    INTEGER NOT NULL,
	updated_at   INTEGER NOT NULL,
	saved_at     INTEGER NOT NULL            -- when a source last said anything new of it
) STRICT;
CREATE INDEX repository_saved ON repository (saved_at);
CREATE INDEX repository_forge ON repository (host, forge_id) WHERE forge_id <> '';

-- What filters look at, folded and cut into words by announce.WordsOf: the
-- tokenizer only splits at spaces. rowid is repository.id.
CREATE VIRTUAL TABLE repository_words USING fts5 (
	name, organization, topics, description, ministry, language, license, platform, fork, archived,
	rules,                                   -- those that leave it out, and 'any'
	tokenize = "ascii tokenchars '/+#'", content = '', contentless_delete = 1
);
