-- v18 -> v19: Posts that the homeserver took and sync has not shown

-- The content of a sent post is erased once sync has shown its event.
CREATE INDEX outbox_unseen ON outbox (done_at) WHERE state = 'sent' AND content <> '';
