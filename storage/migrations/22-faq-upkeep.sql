-- v21 -> v22: Which entries of the FAQ help, and which nobody looked at for a year

ALTER TABLE faq ADD COLUMN helped INTEGER NOT NULL DEFAULT 0;      -- how many questions closed when it was suggested
ALTER TABLE faq ADD COLUMN shown_at INTEGER NOT NULL DEFAULT 0;    -- when it was last shown, to the day
ALTER TABLE faq ADD COLUMN confirmed_at INTEGER NOT NULL DEFAULT 0; -- when an expert last said that it still holds
ALTER TABLE faq ADD COLUMN listed_at INTEGER NOT NULL DEFAULT 0;   -- when the experts were told that nobody looked at it

-- The entries of the FAQ among the suggestions of a proposed question, as numbers
-- separated by spaces.
ALTER TABLE question ADD COLUMN suggested TEXT NOT NULL DEFAULT '';
