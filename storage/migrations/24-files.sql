-- v23 -> v24: Files that go along with a message

-- Which file went along with the message: a hash of its address; empty: none did.
ALTER TABLE relayed ADD COLUMN file TEXT NOT NULL DEFAULT '';
