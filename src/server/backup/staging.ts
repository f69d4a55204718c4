/**
 * The hidden folder in the data folder in which one backup or restore works. It is locked for as long as its process
 * lives, so that the next run can tell the leftovers of a crash from a run that is still going.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';

const PREFIXES = ['.backup-', '.restore-'] as const;
/** Hidden as well, so that it is never mistaken for data. */
const LOCK = '.lock';
/** Names a file elsewhere that belongs to this run until it is whole. */
const PART = '.part';
const PART_ENDING = '.part.tar';
/** ms, much longer than it takes to create a folder and lock it. */
const A_MOMENT = 60_000;

export type Staging = {
  folder: string;
  /** Removes it with all that is in it. */
  end(): Promise<void>;
};

/** A SQLite lock belongs to the system: it goes with its process, however that ends. The file has no other use. */
function lock(folder: string): () => void {
  const database = new Sqlite(join(folder, LOCK), { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw error;
  }
  return () => database.close();
}

async function isOwned(folder: string): Promise<boolean> {
  if (!existsSync(join(folder, LOCK))) {
    // Created a moment ago, or by an earlier version, which put something into it right away.
    const [names, { mtimeMs }] = [await readdir(folder), await stat(folder)];
    return names.length === 0 && Date.now() - mtimeMs < A_MOMENT;
  }
  try {
    lock(folder)();
    return false;
  } catch (error) {
    return error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY');
  }
}

const partOf = (folder: string): Promise<string | undefined> =>
  readFile(join(folder, PART), 'utf8').catch(() => undefined);

/**
 * Removes the leftovers of crashed runs.
 * @returns the unfinished archives of runs that are still going
 */
export async function removeLeftovers(dataDir: string): Promise<string[]> {
  const parts: string[] = [];
  for (const name of await readdir(dataDir)) {
    if (!PREFIXES.some((prefix) => name.startsWith(prefix))) continue;
    const folder = join(dataDir, name);
    const part = await partOf(folder);
    if (await isOwned(folder)) {
      if (part !== undefined) parts.push(part);
      continue;
    }
    if (part?.endsWith(PART_ENDING)) await rm(part, { force: true });
    await rm(folder, { recursive: true, force: true });
  }
  return parts;
}

export async function openStaging(dataDir: string, prefix: (typeof PREFIXES)[number]): Promise<Staging> {
  const folder = await mkdtemp(join(dataDir, prefix));
  const unlock = lock(folder);
  return {
    folder,
    async end() {
      await rm(folder, { recursive: true, force: true });
      unlock();
    },
  };
}

/** The name under which an archive is written until it is whole. */
export const unfinishedNameOf = (file: string): string => `${file}${PART_ENDING}`;

/** Lets the next run remove this unfinished archive, should this run not finish. */
export const ownPart = ({ folder }: Staging, part: string): Promise<void> =>
  writeFile(join(folder, PART), part);
