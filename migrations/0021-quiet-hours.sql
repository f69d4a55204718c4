-- Hours of the day in which a person doesn't want to be disturbed. No row, no such hours.
CREATE TABLE quiet_hours (
  user_id INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  -- Minutes since midnight. They may go on past it; the end isn't among them.
  starts INTEGER NOT NULL CHECK (starts BETWEEN 0 AND 1439),
  ends INTEGER NOT NULL CHECK (ends BETWEEN 0 AND 1439 AND ends <> starts),
  -- Where that is counted, for whoever follows their browser's time zone.
  time_zone TEXT NOT NULL,
  -- Whether calls ring all the same.
  calls_ring INTEGER NOT NULL
) STRICT;
