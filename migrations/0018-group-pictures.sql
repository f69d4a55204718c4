-- A group's picture, as a person's (0012): the address of its present version, or NULL for none.
ALTER TABLE conversations ADD COLUMN picture TEXT;

CREATE TABLE group_portraits (
  conversation_id INTEGER PRIMARY KEY REFERENCES conversations (id) ON DELETE CASCADE,
  version TEXT NOT NULL UNIQUE,
  -- WebP.
  bytes BLOB NOT NULL
) STRICT;
