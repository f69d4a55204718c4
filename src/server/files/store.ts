/** All SQL of files and of the limits to what is kept. */
import type { Database } from '../database/database.ts';
import { PICTURES } from './media-types.ts';

export type FileKind = 'attachment' | 'screenshot' | 'recording';
export type FileState = 'receiving' | 'finishing' | 'ready' | 'partial' | 'failed';

/** Moments are ms since 1970. */
export type StoredFile = {
  id: string;
  owner: number;
  conversation: number;
  call: string | undefined;
  message: number | undefined;
  kind: FileKind;
  /** For people; never part of a path. */
  name: string;
  /** Media type found in the bytes, never the one that was claimed. */
  type: string;
  /** 0 while it is received. */
  bytes: number;
  /** Pixels, as shown. */
  width: number | undefined;
  height: number | undefined;
  durationMs: number | undefined;
  state: FileState;
  hasPreview: boolean;
  createdAt: number;
};

/** What is known of a file once its bytes are there. */
export type FileFacts = {
  type: string;
  bytes: number;
  width?: number;
  height?: number;
  durationMs?: number;
  hasPreview?: boolean;
  state: FileState;
};

/** `undefined` is no limit. */
export type Limits = {
  personBytes: number | undefined;
  serverBytes: number | undefined;
  retentionDays: number | undefined;
};

/** What comes before and after a picture, where pictures are looked at one after another. */
export type Beside = { previous: StoredFile | undefined; next: StoredFile | undefined };

export type NewFile = {
  id: string;
  owner: number;
  conversation: number;
  call: string | undefined;
  kind: FileKind;
  name: string;
  now: number;
};

type FileRow = {
  id: string;
  owner_id: number;
  conversation_id: number;
  call_id: string | null;
  message_id: number | null;
  kind: FileKind;
  name: string;
  type: string;
  bytes: number;
  width: number | null;
  height: number | null;
  duration_ms: number | null;
  state: FileState;
  has_preview: number;
  created_at: number;
};

const toFile = (row: FileRow): StoredFile => ({
  id: row.id,
  owner: row.owner_id,
  conversation: row.conversation_id,
  call: row.call_id ?? undefined,
  message: row.message_id ?? undefined,
  kind: row.kind,
  name: row.name,
  type: row.type,
  bytes: row.bytes,
  width: row.width ?? undefined,
  height: row.height ?? undefined,
  durationMs: row.duration_ms ?? undefined,
  state: row.state,
  hasPreview: row.has_preview === 1,
  createdAt: row.created_at,
});

/** What a page shows as a picture (file-view.ts). */
const PICTURE = `type IN (${[...PICTURES].map((type) => `'${type}'`).join(', ')}) AND has_preview = 1 AND state = 'ready'`;

export function createFileStore(database: Database) {
  const byId = database.prepare<[string], FileRow>('SELECT * FROM files WHERE id = ?');
  const byMessage = database.prepare<[number], FileRow>('SELECT * FROM files WHERE message_id = ?');
  const byCall = database.prepare<[string], FileRow>(
    'SELECT * FROM files WHERE call_id = ? ORDER BY created_at, id',
  );
  const pictureBefore = database.prepare<[number, number], FileRow>(
    `SELECT * FROM files WHERE conversation_id = ? AND message_id < ? AND ${PICTURE} ORDER BY message_id DESC LIMIT 1`,
  );
  const pictureAfter = database.prepare<[number, number], FileRow>(
    `SELECT * FROM files WHERE conversation_id = ? AND message_id > ? AND ${PICTURE} ORDER BY message_id LIMIT 1`,
  );
  const all = database.prepare<[], FileRow>('SELECT * FROM files');
  const unfinished = database.prepare<[], FileRow>('SELECT * FROM files WHERE bytes = 0');
  const byOwner = database.prepare<[number], FileRow>('SELECT * FROM files WHERE owner_id = ?');
  const biggest = database.prepare<[number, number], FileRow>(
    'SELECT * FROM files WHERE owner_id = ? ORDER BY bytes DESC LIMIT ?',
  );
  const used = database.prepare<[], { owner: number; bytes: number }>(
    'SELECT owner_id AS owner, SUM(bytes) AS bytes FROM files GROUP BY owner_id',
  );
  const insert = database.prepare<Record<string, string | number | null>>(
    `INSERT INTO files (id, owner_id, conversation_id, call_id, kind, name, type, state, created_at)
     VALUES (:id, :owner, :conversation, :call, :kind, :name, 'application/octet-stream', 'receiving', :now)`,
  );
  const setFacts = database.prepare<Record<string, string | number | null>>(
    `UPDATE files SET type = :type, bytes = :bytes, width = :width, height = :height,
       duration_ms = :durationMs, has_preview = :hasPreview, state = :state WHERE id = :id`,
  );
  const setState = database.prepare<[FileState, string]>('UPDATE files SET state = ? WHERE id = ?');
  const setPreview = database.prepare<[string]>('UPDATE files SET has_preview = 1 WHERE id = ?');
  const setMessage = database.prepare<[number | null, string]>(
    'UPDATE files SET message_id = ? WHERE id = ?',
  );
  const remove = database.prepare<[string]>('DELETE FROM files WHERE id = ?');
  const limits = database.prepare<
    [],
    { person_bytes: number | null; server_bytes: number | null; retention_days: number | null }
  >('SELECT person_bytes, server_bytes, retention_days FROM storage_limits');
  const setLimits = database.prepare<[number | null, number | null, number | null]>(
    'UPDATE storage_limits SET person_bytes = ?, server_bytes = ?, retention_days = ?',
  );

  return {
    find: (id: string): StoredFile | undefined => {
      const row = byId.get(id);
      return row && toFile(row);
    },
    ofMessage: (message: number): StoredFile | undefined => {
      const row = byMessage.get(message);
      return row && toFile(row);
    },
    /** Oldest first. */
    ofCall: (call: string): StoredFile[] => byCall.all(call).map(toFile),
    /** The pictures right before and after a message of a conversation. */
    picturesBeside: (conversation: number, message: number): Beside => {
      const [before, after] = [pictureBefore, pictureAfter].map((one) => one.get(conversation, message));
      return { previous: before && toFile(before), next: after && toFile(after) };
    },
    all: (): StoredFile[] => all.all().map(toFile),
    /** Those without bytes so far: what is being received, or was when the server stopped. */
    unfinished: (): StoredFile[] => unfinished.all().map(toFile),
    ofOwner: (owner: number): StoredFile[] => byOwner.all(owner).map(toFile),
    biggestOf: (owner: number, limit: number): StoredFile[] => biggest.all(owner, limit).map(toFile),
    /** Bytes by owner. */
    used: (): Map<number, number> => new Map(used.all().map(({ owner, bytes }) => [owner, bytes])),
    insert: (given: NewFile) => void insert.run({ ...given, call: given.call ?? null }),
    /** False when the file was removed meanwhile. */
    setFacts: (id: string, facts: FileFacts): boolean =>
      setFacts.run({
        id,
        type: facts.type,
        bytes: facts.bytes,
        width: facts.width ?? null,
        height: facts.height ?? null,
        durationMs: facts.durationMs ?? null,
        hasPreview: facts.hasPreview ? 1 : 0,
        state: facts.state,
      }).changes === 1,
    setState: (id: string, state: FileState): boolean => setState.run(state, id).changes === 1,
    /** False when the file was removed meanwhile. */
    setPreview: (id: string): boolean => setPreview.run(id).changes === 1,
    setMessage: (id: string, message: number | undefined) => void setMessage.run(message ?? null, id),
    remove: (id: string): boolean => remove.run(id).changes === 1,
    limits: (): Limits => {
      const row = limits.get();
      return {
        personBytes: row?.person_bytes ?? undefined,
        serverBytes: row?.server_bytes ?? undefined,
        retentionDays: row?.retention_days ?? undefined,
      };
    },
    setLimits: ({ personBytes, serverBytes, retentionDays }: Limits) =>
      void setLimits.run(personBytes ?? null, serverBytes ?? null, retentionDays ?? null),
  };
}

export type FileStore = ReturnType<typeof createFileStore>;
