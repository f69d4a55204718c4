-- Whether a call is going on is asked with every page of a chat.
CREATE INDEX messages_calls_on ON messages (conversation_id) WHERE call IS NOT NULL AND call ->> 'outcome' IS NULL;

-- Who rang somebody, where that wasn't who started the call.
ALTER TABLE call_invites ADD COLUMN invited_by INTEGER REFERENCES users (id);
