-- What stands in the marker of each folder that holds bytes. Where the marker isn't found, the folder is taken for
-- away, as on a disk that isn't mounted. No row: from before there were markers.
CREATE TABLE folders (
  name TEXT PRIMARY KEY CHECK (name IN ('uploads', 'recordings')),
  marker TEXT NOT NULL
) STRICT, WITHOUT ROWID;
