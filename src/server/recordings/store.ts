/** All SQL of recordings. What they share with other files is in files/store.ts. */
import type { Database } from '../database/database.ts';

/** Whose video and sound are in it. */
export const MODES = ['everyone', 'me', 'other', 'sound'] as const;
export type Mode = (typeof MODES)[number] | 'person';

/** The mode, and whom alone it records where that is one person of several. */
export type Whom = { mode: Exclude<Mode, 'person'> } | { mode: 'person'; person: number };

export type Recording = {
  id: string;
  whom: Whom;
  /** Bytes in all; missing until the recorder has said so. */
  length: number | undefined;
  /** Received bytes that the playable file was made of; missing until there is one. */
  finished: number | undefined;
  posted: boolean;
};

type RecordingRow = {
  id: string;
  mode: Mode;
  person_id: number | null;
  length: number | null;
  finished: number | null;
  posted: number;
};

function toWhom({ mode, person_id: person }: RecordingRow): Whom {
  if (mode !== 'person') return { mode };
  if (person === null) throw new Error('a recording of one person is of nobody');
  return { mode, person };
}

const toRecording = (row: RecordingRow): Recording => ({
  id: row.id,
  whom: toWhom(row),
  length: row.length ?? undefined,
  finished: row.finished ?? undefined,
  posted: row.posted === 1,
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
  const insert = database.prepare<[string, Mode, number | null, string]>(
    'INSERT INTO recordings (id, mode, person_id, key) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING',
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
    insert: (id: string, whom: Whom, key: string): boolean =>
      insert.run(id, whom.mode, whom.mode === 'person' ? whom.person : null, key).changes === 1,
    setLength: (id: string, length: number) => void setLength.run(length, id),
    setFinished: (id: string, bytes: number) => void setFinished.run(bytes, id),
    setPosted: (id: string) => void setPosted.run(id),
  };
}

export type RecordingStore = ReturnType<typeof createRecordingStore>;
