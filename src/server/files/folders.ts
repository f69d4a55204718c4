/**
 * The two folders that hold bytes, and whether they are there. One on a disk that isn't mounted looks
 * like an empty one, so each has a marker in it, whose text the database remembers.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyBaseLogger } from 'fastify';
import type { Events } from '../background/events.ts';
import { FOLDERS, type FolderName } from './folder-names.ts';
import type { FolderStore } from './folder-store.ts';

/** Hidden, so that nobody mistakes it for a file of theirs. */
export const MARKER = '.porchlight';

/** Why a folder can't be used: not there, nothing in it, or things in it that this database knows nothing of. */
export type Away = 'missing' | 'empty' | 'foreign';

/** `theirs`: the marker that was found, where the folder is ours by what else is in it. */
export type Found = { is: 'here' } | { is: 'ours' | 'new'; marker: string | undefined } | { away: Away };

function read(path: string): string | undefined {
  try {
    return readFileSync(join(path, MARKER), 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

/** What a person would see in it; our only hidden entries are the marker and what is put aside. */
function list(path: string): string[] | undefined {
  try {
    return readdirSync(path).filter((name) => !name.startsWith('.') && name !== 'lost+found');
  } catch {
    return undefined;
  }
}

const isMost = (some: number, all: number): boolean => some * 2 >= all;

/**
 * Looks for a folder and changes nothing. Without the right marker it is ours if it has most of what the database
 * expects: an installation from before there were markers, or a copy that left out hidden files.
 */
export function lookFor(name: FolderName, path: string, store: FolderStore): Found {
  const known = store.markerOf(name);
  const marker = read(path);
  if (known !== undefined && known === marker) return { is: 'here' };
  const names = list(path);
  const kept = store.keptIn(name);
  if (names?.length) {
    if (kept.length > 0) {
      const there = new Set(names);
      if (isMost(kept.filter((id) => there.has(id)).length, kept.length)) return { is: 'ours', marker };
    } else if (known === undefined) {
      // Nothing is complete yet, but something may have been arriving.
      const ours = names.filter((file) => store.isIn(name, file.split('.')[0] ?? ''));
      if (isMost(ours.length, names.length)) return { is: 'ours', marker };
    }
    return { away: 'foreign' };
  }
  // If there is nothing, nothing can be missing; but what is marked as someone else's stays theirs.
  if (known === undefined ? kept.length === 0 : marker === undefined && !store.hasAny(name))
    return { is: 'new', marker };
  return { away: names === undefined ? 'missing' : marker === undefined ? 'empty' : 'foreign' };
}

type FolderParts = {
  store: FolderStore;
  dataDir: string;
  events: Events;
  log: Pick<FastifyBaseLogger, 'info' | 'warn'>;
};

export function createFolders({ store, dataDir, events, log }: FolderParts) {
  const paths: Record<FolderName, string> = {
    uploads: join(dataDir, 'uploads'),
    recordings: join(dataDir, 'recordings'),
  };
  /** Those that were away at the last check. */
  const away = new Map<FolderName, string>();

  /** Writes the marker: into the folder first, so that the database never remembers one that was not written. */
  function mark(name: FolderName, marker: string): void {
    mkdirSync(paths[name], { recursive: true, mode: 0o700 });
    writeFileSync(join(paths[name], MARKER), `${marker}\n`, { mode: 0o600, flush: true });
    store.setMarker(name, marker);
  }

  function lose(name: FolderName, why: string, err?: unknown): false {
    if (away.get(name) !== why)
      log.warn(
        { folder: paths[name], why, err },
        'a folder is away: nothing in it is read, written or removed',
      );
    away.set(name, why);
    return false;
  }

  /** Looks for it and takes it for ours where that is certain. */
  function check(name: FolderName): boolean {
    const found = lookFor(name, paths[name], store);
    if ('away' in found) return lose(name, found.away);
    if (found.is !== 'here') {
      try {
        mark(
          name,
          store.markerOf(name) ?? found.marker ?? `${name} ${randomBytes(16).toString('base64url')}`,
        );
      } catch (err) {
        if (found.is === 'new') return lose(name, 'unusable', err);
        // What is in it can be read all the same.
        log.warn({ folder: paths[name], err }, 'a folder could not be marked as ours');
      }
    }
    if (away.delete(name)) {
      log.info({ folder: paths[name] }, 'a folder is back');
      events.emit('folder-back', { folder: name });
    }
    return true;
  }

  for (const name of FOLDERS) check(name);

  return {
    paths,
    check,
    /** As `check`, but only looks. */
    isAway: (name: FolderName): boolean =>
      'away' in lookFor(name, paths[name], store) || away.get(name) === 'unusable',
    /** What is known from the last look. */
    isAnyAway: (): boolean => away.size > 0,

    /**
     * Accepts whatever is there from now on as this folder, because the owner says that the old one won't come back.
     * Rows stay; the sweep will ask about what they lack.
     * @throws where it can't be written to
     */
    begin(name: FolderName): void {
      mark(name, store.markerOf(name) ?? `${name} ${randomBytes(16).toString('base64url')}`);
      check(name);
    },
  };
}

export type Folders = ReturnType<typeof createFolders>;
