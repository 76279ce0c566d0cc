-- v12 -> v13: Repositories that disappear from their list

-- The list that named the repository last, and when, to a day; empty and 0: no
-- list did, only a source that is not read whole.
ALTER TABLE repository ADD COLUMN listed_in TEXT NOT NULL DEFAULT '';
ALTER TABLE repository ADD COLUMN listed_at INTEGER NOT NULL DEFAULT 0;

-- Every group in a path counts as an organisation now: make those with several
-- differ from what their source says, so that the next reading indexes them anew.
UPDATE repository SET updated_at = updated_at - 1 WHERE full_name LIKE '%/%/%';
