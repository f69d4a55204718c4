/** The rules of files: who may read them, how much may be kept, and that rows and bytes appear and disappear together. */
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Events } from '../background/events.ts';
import type { Clock } from '../clock.ts';
import type { CommitQueue } from '../database/commit-queue.ts';
import type { FolderName } from './folder-names.ts';
import type { Folders } from './folders.ts';
import { cleanName } from './names.ts';
import { createQuota, type StorageRefusal } from './quota.ts';
import type { FileFacts, FileKind, FileStore, Limits, StoredFile } from './store.ts';

export type FileParts = {
  store: FileStore;
  queue: CommitQueue;
  /** Whether somebody may see a file, now. */
  mayRead(file: StoredFile, user: number): boolean;
  folders: Folders;
  dataDir: string;
  clock: Clock;
  events: Events;
};

export type FileRequest = {
  owner: number;
  conversation: number;
  call?: string;
  kind: FileKind;
  /** As given; it is cleaned here. */
  name: string;
};

/** Which folder the bytes of a file belong in. */
const folderOf = (kind: FileKind): FolderName => (kind === 'recording' ? 'recordings' : 'uploads');

/**
 * What may be beside a file: its preview, a recording's received bytes, and what a crash left of whatever was
 * being made.
 */
const BESIDE = [
  ...['.preview', '.preview.drawn', '.clean', '.poster', '.poster.clean', '.poster.drawn'],
  ...['.raw', '.made', '.made.second', '.made.second.rescued', '.shared'],
];

export function createFiles({ store, queue, mayRead, folders, dataDir, clock, events }: FileParts) {
  const quota = createQuota(store, dataDir);
  /** Bytes so far of what is received, where they count instead of the row's. */
  const growing = new Map<string, number>();
  /** What this process is taking in. */
  const active = new Set<string>();

  /** Where the bytes are. Made of the kind and the id only. */
  const pathOf = ({ id, kind }: { id: string; kind: FileKind }): string =>
    join(folders.paths[folderOf(kind)], id);
  const previewPathOf = (file: { id: string; kind: FileKind }): string => `${pathOf(file)}.preview`;

  const announce = ({ id, conversation, call, message }: StoredFile) =>
    events.emit('file-changed', { file: id, conversation, call, message });

  /** Changes how many bytes count for a file. */
  function count(file: StoredFile, bytes: number): void {
    quota.count(file.owner, bytes - (growing.get(file.id) ?? file.bytes));
  }

  function forget(id: string): void {
    growing.delete(id);
    active.delete(id);
  }

  function grow(id: string, bytes: number): StoredFile | undefined {
    const file = store.find(id);
    if (!file) return undefined;
    count(file, bytes);
    growing.set(id, bytes);
    return file;
  }

  async function removeBytes(file: StoredFile): Promise<void> {
    for (const suffix of ['', ...BESIDE]) await rm(pathOf(file) + suffix, { force: true });
  }

  /** What was being received when the server stopped still takes up space. */
  function countUnfinished(): void {
    for (const file of store.unfinished()) {
      if (active.has(file.id)) continue;
      const size = statSync(pathOf(file), { throwIfNoEntry: false })?.size ?? 0;
      count(file, size);
      growing.set(file.id, size);
    }
  }
  countUnfinished();
  events.on('folder-back', countUnfinished);

  return {
    pathOf,
    /** Where its preview (WebP or JPEG) is, if it has one. */
    previewPathOf,
    folders,
    folderOf,
    find: store.find,
    ofMessage: store.ofMessage,
    /** Everything kept with a call, oldest first. */
    ofCall: store.ofCall,
    picturesBeside: store.picturesBeside,
    /** Everything somebody keeps. */
    ofOwner: store.ofOwner,
    biggestOf: store.biggestOf,
    all: store.all,
    /** Whether the disk with its bytes isn't there now. They may come back. */
    isAway: ({ kind }: { kind: FileKind }): boolean => folders.isAway(folderOf(kind)),
    limits: store.limits,
    setLimits: (limits: Limits) => store.setLimits(limits),
    /** Bytes, with what is being received. */
    usedBy: quota.usedBy,
    usedInAll: quota.usedInAll,
    /** Bytes that may still be written, with the reserve for the database taken off. */
    free: quota.free,
    /** Whether it was begun by this process and isn't complete. */
    isActive: (id: string): boolean => active.has(id),

    /** Whether this person may read a file now: to be asked at each request. */
    mayRead(user: number, id: string): boolean {
      const file = store.find(id);
      return file !== undefined && mayRead(file, user);
    },

    /** Reserves a place for a new file; the row is on disk before the first byte may be written to `path`. */
    async create(given: FileRequest): Promise<{ id: string; path: string } | { refused: StorageRefusal }> {
      if (!folders.check(folderOf(given.kind))) return { refused: 'folder-away' };
      const refused = await quota.refuses(given.owner);
      if (refused) return { refused };
      const id = randomBytes(16).toString('base64url');
      const { owner, conversation, kind } = given;
      const row = { id, owner, conversation, kind, call: given.call, name: cleanName(given.name) };
      active.add(id);
      await queue.commit(() => store.insert({ ...row, now: clock.now() }));
      return { id, path: pathOf(row) };
    },

    /**
     * Counts what has come so far.
     * @param bytes of the whole file, as it is now or would be after what is about to be written
     * @returns why it must stop, if it must
     */
    async grown(id: string, bytes: number): Promise<StorageRefusal | undefined> {
      const file = grow(id, bytes);
      return file && quota.refuses(file.owner);
    },

    /** Only counts, for what had arrived before this start: whether it fits is checked when more arrives. */
    countReceived: (id: string, bytes: number): void => void grow(id, bytes),

    /** States what a file is, now or after a change. False when it was removed meanwhile. */
    async complete(id: string, facts: FileFacts): Promise<boolean> {
      const known = store.find(id);
      const done = known !== undefined && (await queue.commit(() => store.setFacts(id, facts)));
      if (!done) return false;
      count(known, facts.bytes);
      forget(id);
      announce({ ...known, ...facts });
      return true;
    },

    /** States that its preview lies there, which came later than the file. False when that was removed meanwhile. */
    async addPreview(id: string): Promise<boolean> {
      const known = store.find(id);
      const done = known !== undefined && (await queue.commit(() => store.setPreview(id)));
      if (done) announce(known);
      return done;
    },

    /** A step on the way, such as from 'receiving' to 'finishing'. */
    async setState(id: string, state: StoredFile['state']): Promise<void> {
      const known = store.find(id);
      if (known && (await queue.commit(() => store.setState(id, state)))) announce(known);
    },

    /** Ties a file to the message it is sent with. To be used in the message's transaction. */
    bind: (id: string, message: number): void => store.setMessage(id, message),

    /**
     * What a deleted message leaves: a screenshot or recording stays with its call. To be used in the
     * message's transaction; the answer is a file to be removed afterwards.
     */
    unbind(message: number): string | undefined {
      const file = store.ofMessage(message);
      if (!file) return undefined;
      store.setMessage(file.id, undefined);
      return file.kind === 'attachment' ? file.id : undefined;
    },

    /** The row first, so that nothing without bytes is ever offered. False if there is none. */
    async remove(id: string): Promise<boolean> {
      const file = store.find(id);
      // For what isn't offered yet, the bytes first: on a full disk the database may need the space.
      if (file?.state === 'receiving') await removeBytes(file);
      if (!file || !(await queue.commit(() => store.remove(id)))) return false;
      count(file, 0);
      forget(id);
      await removeBytes(file);
      announce(file);
      return true;
    },
  };
}

export type Files = ReturnType<typeof createFiles>;
