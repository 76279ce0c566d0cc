-- v17 -> v18: The software that a question is about

ALTER TABLE question ADD COLUMN subject TEXT NOT NULL DEFAULT '';
