-- v22 -> v23: Messages that became questions

-- Whether event_id is a plain message, which a command or a reaction made a question;
-- that command or reaction, and who gave it.
ALTER TABLE question ADD COLUMN quoted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE question ADD COLUMN call TEXT NOT NULL DEFAULT '';
ALTER TABLE question ADD COLUMN caller TEXT NOT NULL DEFAULT '';
CREATE INDEX question_call ON question (call) WHERE call <> '';
CREATE INDEX question_caller ON question (caller) WHERE caller <> '';
