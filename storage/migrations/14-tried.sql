-- v13 -> v14: The oldest attempt of what is open

CREATE INDEX outbox_tried ON outbox (attempted_at) WHERE done_at = 0 AND attempted_at > 0;
