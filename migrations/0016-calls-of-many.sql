-- A call of any number of people. Being invited and being there are two things: whoever is rung has an invitation, whoever
-- comes in takes a place, and another one when they come in again.
ALTER TABLE calls RENAME COLUMN caller_id TO started_by;

CREATE TABLE call_invites (
  call_id TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
  user_id INTEGER NOT NULL REFERENCES users (id),
  state TEXT NOT NULL CHECK (state IN ('ringing', 'joined', 'declined', 'busy', 'missed', 'cancelled')),
  -- A stored moment, so that a restarted server still ends the ringing.
  deadline INTEGER NOT NULL,
  PRIMARY KEY (call_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE call_places (
  -- 128 random bits in base64url.
  id TEXT PRIMARY KEY,
  call_id TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
  user_id INTEGER NOT NULL REFERENCES users (id),
  -- The tab that has it.
  device TEXT NOT NULL,
  -- Chosen by the page that rang: the same key again is the same call.
  ring_key TEXT,
  joined_at INTEGER NOT NULL,
  -- When its page was last known to be there: what its time in the call is counted to if it doesn't come back.
  seen_at INTEGER NOT NULL,
  left_at INTEGER,
  UNIQUE (user_id, ring_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX call_places_by_call ON call_places (call_id);

-- A person is in a call once.
CREATE UNIQUE INDEX call_places_open ON call_places (call_id, user_id) WHERE left_at IS NULL;

INSERT INTO call_invites (call_id, user_id, state, deadline)
  SELECT call_id, user_id,
    CASE WHEN joined_at IS NOT NULL THEN 'joined'
      WHEN state <> 'ended' THEN 'ringing'
      WHEN reason IN ('declined', 'busy', 'missed') THEN reason
      ELSE 'cancelled' END,
    ring_deadline
  FROM call_members JOIN calls ON calls.id = call_id WHERE user_id <> started_by;

INSERT INTO call_places (id, call_id, user_id, device, ring_key, joined_at, seen_at, left_at)
  SELECT call_members.id, call_id, user_id, device, ring_key, joined_at, seen_at, left_at
  FROM call_members JOIN calls ON calls.id = call_id WHERE device IS NOT NULL;

DROP TABLE call_members;
ALTER TABLE calls DROP COLUMN ring_deadline;
ALTER TABLE calls DROP COLUMN seen_at;
