-- What a file of kind 'recording' has beside. What was received lies next to the file's bytes, as <id>.raw.
CREATE TABLE recordings (
  id TEXT PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
  mode TEXT NOT NULL CHECK (mode IN ('everyone', 'me', 'other', 'sound')),
  -- Bytes in all, once the recorder has said so (tus: Upload-Length).
  length INTEGER,
  -- So many of the received bytes went into the file that is played; NULL until there is one.
  finished INTEGER,
  -- Whether it was put into the chat, where it may have been deleted since.
  posted INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
