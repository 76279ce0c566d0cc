-- v27 -> v28: Questions that repeat others

-- The number of the question that this one repeats; 0: none. The numbers of those that
-- repeat this one, separated by spaces.
ALTER TABLE question ADD COLUMN same_as INTEGER NOT NULL DEFAULT 0;
ALTER TABLE question ADD COLUMN duplicates TEXT NOT NULL DEFAULT '';
CREATE INDEX question_same_as ON question (same_as) WHERE same_as <> 0;
-- Of a post of the bot: the answer that it gives to the asker of a duplicate, as event_id.
ALTER TABLE relayed ADD COLUMN source TEXT NOT NULL DEFAULT '';
CREATE INDEX relayed_source ON relayed (source) WHERE source <> '';
