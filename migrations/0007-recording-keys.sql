-- Chosen by the recorder, so that asking again after a lost answer finds the same recording.
ALTER TABLE recordings ADD COLUMN key TEXT;
CREATE UNIQUE INDEX recordings_key ON recordings (key);
