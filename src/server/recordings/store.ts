/** All SQL of recordings. What they share with other files is in files/store.ts. */
import type { Database } from '../database.ts';

/** Whose video and sound are in it. */
export const MODES = ['everyone', 'me', 'other', 'sound'] as const;
export type Mode = (typeof MODES)[number];

export type Recording = {
  id: string;
  mode: Mode;
  /** Bytes in all; missing until the recorder has said so. */
  length: number | undefined;
  /** Received bytes that the playable file was made of; missing until there is one. */
  finished: number | undefined;
  posted: boolean;
};

type RecordingRow = {
  id: string;
  mode: Mode;
  length: number | null;
  finished: number | null;
  posted: number;
};

const toRecording = ({ id, mode, length, finished, posted }: RecordingRow): Recording => ({
  id,
  mode,
  length: length ?? undefined,
  finished: finished ?? undefined,
  posted: posted === 1,
});

export function createRecordingStore(database: Database) {
  const byId = database.prepare<[string], RecordingRow>('SELECT * FROM recordings WHERE id = ?');
  const open = database.prepare<[], RecordingRow>(
    'SELECT * FROM recordings WHERE length IS NULL OR finished IS NULL OR finished < length OR posted = 0',
  );
  const openOf = database.prepare<[number], RecordingRow>(
    `SELECT recordings.* FROM recordings JOIN files ON files.id = recordings.id
     WHERE owner_id = ? AND (length IS NULL OR finished IS NULL OR finished < length) ORDER BY created_at`,
  );
  const byKey = database.prepare<[string], RecordingRow>('SELECT * FROM recordings WHERE key = ?');
  const insert = database.prepare<[string, Mode, string]>(
    'INSERT INTO recordings (id, mode, key) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING',
  );
  const setLength = database.prepare<[number, string]>('UPDATE recordings SET length = ? WHERE id = ?');
  const setFinished = database.prepare<[number, string]>('UPDATE recordings SET finished = ? WHERE id = ?');
  const setPosted = database.prepare<[string]>('UPDATE recordings SET posted = 1 WHERE id = ?');

  return {
    find: (id: string): Recording | undefined => {
      const row = byId.get(id);
      return row && toRecording(row);
    },
    /** Those that still need something done. */
    open: (): Recording[] => open.all().map(toRecording),
    /** Those of one person that are not whole yet, oldest first. */
    openOf: (owner: number): Recording[] => openOf.all(owner).map(toRecording),
    withKey: (key: string): Recording | undefined => {
      const row = byKey.get(key);
      return row && toRecording(row);
    },
    /** False where there is one with this key. */
    insert: (id: string, mode: Mode, key: string): boolean => insert.run(id, mode, key).changes === 1,
    setLength: (id: string, length: number) => void setLength.run(length, id),
    setFinished: (id: string, bytes: number) => void setFinished.run(bytes, id),
    setPosted: (id: string) => void setPosted.run(id),
  };
}

export type RecordingStore = ReturnType<typeof createRecordingStore>;
