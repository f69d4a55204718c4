CREATE TABLE calls (
  -- 128 random bits in base64url: part of addresses, so not to be guessed.
  id TEXT PRIMARY KEY,
  conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  caller_id INTEGER NOT NULL REFERENCES users (id),
  media TEXT NOT NULL CHECK (media IN ('voice', 'video')),
  state TEXT NOT NULL CHECK (state IN ('ringing', 'active', 'ended')),
  reason TEXT CHECK (reason IN ('hung-up', 'declined', 'cancelled', 'busy', 'missed', 'failed')),
  started_at INTEGER NOT NULL,
  -- A stored moment, so that a restarted server still ends the ringing.
  ring_deadline INTEGER NOT NULL,
  answered_at INTEGER,
  -- When it was last known to be going on: where its duration ends if nobody comes back after a restart.
  seen_at INTEGER NOT NULL,
  ended_at INTEGER,
  CHECK ((state = 'ended') = (reason IS NOT NULL)),
  CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
  CHECK (state <> 'active' OR answered_at IS NOT NULL)
) STRICT, WITHOUT ROWID;

-- The few that are going on; each restart and each new ring asks for them.
CREATE INDEX calls_open ON calls (state) WHERE state <> 'ended';

-- Who may take part, and with which device they do.
CREATE TABLE call_members (
  id TEXT PRIMARY KEY,
  call_id TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
  user_id INTEGER NOT NULL REFERENCES users (id),
  -- NULL until this person has joined.
  device TEXT,
  -- Chosen by the page that rang: the same key again is the same call.
  ring_key TEXT,
  joined_at INTEGER,
  left_at INTEGER,
  UNIQUE (user_id, ring_key),
  CHECK ((device IS NULL) = (joined_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX call_members_by_call ON call_members (call_id);
