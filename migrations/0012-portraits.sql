-- A person's picture: the address of its present version, 128 random bits in base64url, or NULL for none.
ALTER TABLE users ADD COLUMN picture TEXT;

-- A square of some 10 KB each, so they live here and not in a folder. Apart from `users`, whose rows are read all the time.
CREATE TABLE portraits (
  user_id INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  version TEXT NOT NULL UNIQUE,
  -- WebP.
  bytes BLOB NOT NULL
) STRICT;
