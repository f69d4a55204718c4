-- How a device is told of messages and calls while no page of it is open (Push API). Whoever signs out is told no more.
CREATE TABLE push_subscriptions (
  session_id TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
  -- Where its push service takes messages for it. Nobody else can guess it.
  endpoint TEXT NOT NULL UNIQUE,
  -- By which a message is encrypted for this browser alone (RFC 8291): a point of P-256, and a shared secret.
  p256dh BLOB NOT NULL CHECK (length(p256dh) = 65),
  auth BLOB NOT NULL CHECK (length(auth) = 16),
  -- Whether notifications there show what was written.
  shows_text INTEGER NOT NULL DEFAULT 0,
  -- The browser's language, for whoever follows it.
  locale TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
