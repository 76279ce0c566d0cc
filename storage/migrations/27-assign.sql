-- v26 -> v27: Colleagues who are asked to look after a question

-- The colleague, who asks, the post that asks, and when, in milliseconds.
ALTER TABLE question ADD COLUMN assign_to TEXT NOT NULL DEFAULT '';
ALTER TABLE question ADD COLUMN assign_by TEXT NOT NULL DEFAULT '';
ALTER TABLE question ADD COLUMN assign_ask TEXT NOT NULL DEFAULT '';
ALTER TABLE question ADD COLUMN assign_at INTEGER NOT NULL DEFAULT 0;
