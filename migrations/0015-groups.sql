-- Groups: what each of their people is in them, and from which message on they read.
ALTER TABLE members ADD COLUMN role TEXT NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'admin'));
ALTER TABLE members ADD COLUMN joined_at INTEGER NOT NULL DEFAULT 0;
-- They see what comes after this message.
ALTER TABLE members ADD COLUMN first_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN notify TEXT NOT NULL DEFAULT 'all' CHECK (notify IN ('all', 'mentions', 'nothing'));

-- Invitations lead into it unless whoever makes them says otherwise.
ALTER TABLE conversations ADD COLUMN for_newcomers INTEGER NOT NULL DEFAULT 0;

-- Made anew, for a third kind: what happened to the conversation itself.
CREATE TABLE new_messages (
  id INTEGER PRIMARY KEY,
  conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  author_id INTEGER NOT NULL REFERENCES users (id),
  -- Chosen by the author's page: the same key sent twice is one message.
  key TEXT NOT NULL,
  kind TEXT NOT NULL DEFAULT 'text' CHECK (kind IN ('text', 'call', 'event')),
  body TEXT NOT NULL,
  -- What a call entry shows, as JSON.
  call TEXT,
  -- What an event tells, as JSON.
  event TEXT,
  has_file INTEGER NOT NULL DEFAULT 0,
  -- The conversation's counter at the insert, and at the last change.
  first_rev INTEGER NOT NULL,
  rev INTEGER NOT NULL,
  sent_at INTEGER NOT NULL,
  edited_at INTEGER,
  deleted_at INTEGER,
  UNIQUE (author_id, key),
  CHECK ((kind = 'event') = (event IS NOT NULL))
) STRICT;

INSERT INTO new_messages (id, conversation_id, author_id, key, kind, body, call, has_file, first_rev, rev, sent_at, edited_at, deleted_at)
  SELECT id, conversation_id, author_id, key, kind, body, call, has_file, first_rev, rev, sent_at, edited_at, deleted_at FROM messages;
DROP TABLE messages;
ALTER TABLE new_messages RENAME TO messages;
CREATE INDEX messages_by_conversation ON messages (conversation_id, id);
CREATE INDEX messages_by_rev ON messages (conversation_id, rev);

CREATE TABLE invitation_groups (
  invitation_id INTEGER NOT NULL REFERENCES invitations (id) ON DELETE CASCADE,
  conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  PRIMARY KEY (invitation_id, conversation_id)
) STRICT, WITHOUT ROWID;
