-- What people keep that isn't text. The bytes lie in DATA_DIR/uploads or DATA_DIR/recordings under the row's id.
CREATE TABLE files (
  -- 128 random bits in base64url: part of addresses and the name on disk.
  id TEXT PRIMARY KEY,
  owner_id INTEGER NOT NULL REFERENCES users (id),
  conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  call_id TEXT REFERENCES calls (id) ON DELETE SET NULL,
  -- The message it was sent with; NULL for what is kept with a call alone.
  message_id INTEGER REFERENCES messages (id) ON DELETE SET NULL,
  kind TEXT NOT NULL CHECK (kind IN ('attachment', 'screenshot', 'recording')),
  -- As given, cleaned. Never part of a path.
  name TEXT NOT NULL,
  -- The media type found in the bytes.
  type TEXT NOT NULL,
  bytes INTEGER NOT NULL DEFAULT 0 CHECK (bytes >= 0),
  -- As shown: a picture's orientation is taken into account.
  width INTEGER,
  height INTEGER,
  duration_ms INTEGER,
  -- 'partial' plays, but what came in last is missing; 'failed' holds bytes that could not be made playable.
  state TEXT NOT NULL CHECK (state IN ('receiving', 'finishing', 'ready', 'partial', 'failed')),
  -- Whether a smaller picture lies beside the bytes.
  has_preview INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX files_by_message ON files (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX files_by_call ON files (call_id) WHERE call_id IS NOT NULL;
CREATE INDEX files_by_conversation ON files (conversation_id);
CREATE INDEX files_by_owner ON files (owner_id, bytes);

-- Stays when the file goes, so that a message can say that it had one.
ALTER TABLE messages ADD COLUMN has_file INTEGER NOT NULL DEFAULT 0;

-- One row. NULL is no limit.
CREATE TABLE storage_limits (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  person_bytes INTEGER,
  server_bytes INTEGER,
  retention_days INTEGER
) STRICT;

INSERT INTO storage_limits (id) VALUES (1);
