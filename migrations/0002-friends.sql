-- One row for two people, the smaller id first.
CREATE TABLE friendships (
  user_a INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  user_b INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  requested_by INTEGER NOT NULL,
  -- NULL while it is only asked.
  accepted_at INTEGER,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (user_a, user_b),
  CHECK (user_a < user_b),
  CHECK (requested_by IN (user_a, user_b))
) STRICT, WITHOUT ROWID;

CREATE INDEX friendships_by_b ON friendships (user_b);

CREATE TABLE blocks (
  blocker_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  blocked_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (blocker_id, blocked_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX blocks_by_blocked ON blocks (blocked_id);
