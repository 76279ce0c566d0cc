-- v24 -> v25: Answers that may overtake each other in a room

-- The person and the thread that an open answer is for, as far as the answer may be
-- sent beside those for others; empty: it keeps its place in its lane.
ALTER TABLE outbox ADD COLUMN person TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN thread TEXT NOT NULL DEFAULT '';
