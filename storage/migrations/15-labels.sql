-- v14 -> v15: What rooms call the sources that they watch

ALTER TABLE watch ADD COLUMN label TEXT NOT NULL DEFAULT ''; -- empty: as the source calls itself
