-- Made anew, for another mode: one chosen person, and who that is.
CREATE TABLE new_recordings (
  id TEXT PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
  mode TEXT NOT NULL CHECK (mode IN ('everyone', 'me', 'other', 'sound', 'person')),
  person_id INTEGER REFERENCES users (id),
  -- Bytes in all, once the recorder has said so (tus: Upload-Length).
  length INTEGER,
  -- So many of the received bytes went into the file that is played; NULL until there is one.
  finished INTEGER,
  -- Whether it was put into the chat, where it may have been deleted since.
  posted INTEGER NOT NULL DEFAULT 0,
  -- The recorder's own: the same one asked for twice is one recording.
  key TEXT,
  CHECK ((mode = 'person') = (person_id IS NOT NULL))
) STRICT, WITHOUT ROWID;

INSERT INTO new_recordings (id, mode, length, finished, posted, key)
  SELECT id, mode, length, finished, posted, key FROM recordings;
DROP TABLE recordings;
ALTER TABLE new_recordings RENAME TO recordings;
CREATE UNIQUE INDEX recordings_key ON recordings (key);
