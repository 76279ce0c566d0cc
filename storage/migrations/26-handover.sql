-- v25 -> v26: Questions handed over to other experts

-- The relay and the theme that the asker is asked about, how its audience is wider, as
-- JSON, and the post that asks.
ALTER TABLE question ADD COLUMN hand_to TEXT NOT NULL DEFAULT '';
ALTER TABLE question ADD COLUMN hand_theme TEXT NOT NULL DEFAULT '';
ALTER TABLE question ADD COLUMN hand_widens TEXT NOT NULL DEFAULT '{}';
ALTER TABLE question ADD COLUMN hand_ask TEXT NOT NULL DEFAULT '';
-- The room that had the question before, and, until it is told where the question went,
-- the post that showed it there.
ALTER TABLE question ADD COLUMN former TEXT NOT NULL DEFAULT '';
ALTER TABLE question ADD COLUMN former_root TEXT NOT NULL DEFAULT '';
