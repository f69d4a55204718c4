CREATE TABLE conversations (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('direct', 'group')),
  -- 'smaller:larger' user id of a direct conversation: two people have one, however fast both open it.
  direct_key TEXT UNIQUE,
  title TEXT,
  -- Counts every insert, edit and deletion in this conversation.
  rev INTEGER NOT NULL DEFAULT 0,
  -- When the last message was written; orders the list of chats.
  active_at INTEGER NOT NULL
) STRICT;

CREATE TABLE members (
  conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  -- The last message this person has seen.
  read_id INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (conversation_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX members_by_user ON members (user_id);

CREATE TABLE messages (
  id INTEGER PRIMARY KEY,
  conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  author_id INTEGER NOT NULL REFERENCES users (id),
  -- Chosen by the author's page: the same key sent twice is one message.
  key TEXT NOT NULL,
  kind TEXT NOT NULL DEFAULT 'text' CHECK (kind IN ('text', 'call')),
  body TEXT NOT NULL,
  -- What a call entry shows, as JSON.
  call TEXT,
  -- The conversation's counter at the insert, and at the last change.
  first_rev INTEGER NOT NULL,
  rev INTEGER NOT NULL,
  sent_at INTEGER NOT NULL,
  edited_at INTEGER,
  deleted_at INTEGER,
  UNIQUE (author_id, key)
) STRICT;

CREATE INDEX messages_by_conversation ON messages (conversation_id, id);
CREATE INDEX messages_by_rev ON messages (conversation_id, rev);
