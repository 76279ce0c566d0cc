-- v19 -> v20: The catalogues that rooms chose

-- Names separated by commas; empty: not asked for.
ALTER TABLE setting ADD COLUMN catalogues TEXT NOT NULL DEFAULT '';
