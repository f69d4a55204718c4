/** Restores a backup into the data folder. What was there is moved aside, never deleted. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Readable } from 'node:stream';
import Sqlite from 'better-sqlite3';
import { extract, ReadEntry } from 'tar';
import { databaseIn, isInTheWay, isOpenElsewhere, openOrExplain, REPLACED } from './data-folder.ts';
import { BackupError } from './error.ts';
import { openStaging, removeLeftovers } from './staging.ts';

function refuseWhileOpen(dataDir: string): void {
  if (existsSync(databaseIn(dataDir)) && isOpenElsewhere(databaseIn(dataDir)))
    throw new BackupError(`Porchlight is running on ${dataDir}. Stop it first, then restore.`);
}

/** Lets plain files, folders, and second names of earlier files through: a failed recording's bytes have two. */
function createEntryFilter() {
  const files = new Set<string>();
  let foreign: string | undefined;
  return {
    admits(entry: ReadEntry): boolean {
      const { type, path, linkpath = '' } = entry;
      if (type === 'File') files.add(posix.normalize(path));
      if (type !== 'Link') return type === 'File' || type === 'Directory';
      if (files.has(posix.normalize(linkpath))) return true;
      foreign ??= path;
      return false;
    },
    /** A link to what isn't in the archive, if there was one. */
    foreign: () => foreign,
  };
}

/**
 * Unpacks plain files, folders and hard links between them.
 * @throws when the archive is cut off, or an entry would lead out of `folder`
 */
async function unpack(source: Readable, dataDir: string, folder: string): Promise<void> {
  const { uid, gid } = await stat(dataDir);
  const entries = createEntryFilter();
  const target = extract({
    cwd: folder,
    strict: true,
    filter: (_path, entry) => entry instanceof ReadEntry && entries.admits(entry),
    // An administrator restores as root, but the server must be able to read it.
    ...(process.getuid?.() === 0 && { uid, gid }),
  });
  let whole = false;
  target.once('eof', () => {
    whole = true;
  });
  const closed = once(target, 'close');
  // Awaited below; until then a failure must not count as unhandled.
  closed.catch(() => {});
  // Written by hand: the target isn't quite a Node stream, and pipe() needs one.
  for await (const chunk of source)
    if (!target.write(chunk)) await Promise.race([once(target, 'drain'), closed]);
  target.end();
  await closed;
  if (!whole) throw new Error('it is cut off');
  if (entries.foreign()) throw new Error(`${entries.foreign()} is a link to something that is not in it`);
}

/**
 * Makes sure that `folder` has a complete Porchlight database, and migrates it.
 * @throws {BackupError} saying what is wrong with it
 */
function verify(folder: string): void {
  const path = databaseIn(folder);
  if (!existsSync(path))
    throw new BackupError('This is no backup of Porchlight: there is no porchlight.db in it.');
  const raw = new Sqlite(path);
  try {
    const found = raw.pragma('integrity_check', { simple: true });
    if (found !== 'ok')
      throw new BackupError(`The database in the backup is damaged (${found}). Use another backup.`);
    const users = raw.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'users'`).get();
    if (!users) throw new BackupError('This is no backup of Porchlight: its database has no people in it.');
  } finally {
    raw.close();
  }
  openOrExplain(path).close();
}

/** Moves entries from one folder to another on the same disk: all of them, or none. */
async function moveAll(names: string[], from: string, to: string): Promise<void> {
  const moved: string[] = [];
  try {
    for (const name of names) {
      await rename(join(from, name), join(to, name));
      moved.push(name);
    }
  } catch (error) {
    for (const name of moved) await rename(join(to, name), join(from, name));
    throw error;
  }
}

/**
 * Replaces what is in `dataDir` by the archive. Until the archive is unpacked and checked, nothing changes.
 * @returns the folder that holds what was there before, if there was something
 */
export async function restoreFrom(
  source: Readable,
  dataDir: string,
  force: boolean,
): Promise<string | undefined> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  refuseWhileOpen(dataDir);
  await removeLeftovers(dataDir);
  const old = (await readdir(dataDir)).filter(isInTheWay);
  if (old.length > 0 && !force)
    throw new BackupError(
      `${dataDir} is not empty. Add --force to restore anyway: what is there now is kept in a folder beside it.`,
    );
  const staging = await openStaging(dataDir, '.restore-');
  const unpacked = join(staging.folder, 'unpacked');
  try {
    await mkdir(unpacked, { mode: 0o700 });
    await unpack(source, dataDir, unpacked).catch((error: Error) => {
      throw new BackupError(`The backup can't be unpacked (${error.message}). Nothing was changed.`);
    });
    verify(unpacked);
    // Again: unpacking may have taken long enough for someone to start the server.
    refuseWhileOpen(dataDir);
    const fresh = (await readdir(unpacked)).filter(isInTheWay);
    if (old.length === 0) {
      await moveAll(fresh, unpacked, dataDir);
      return undefined;
    }
    const replaced = join(
      dataDir,
      `${REPLACED}${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}`,
    );
    await mkdir(replaced, { mode: 0o700 });
    // Listed again: closing the database has removed its log.
    const aside = (await readdir(dataDir)).filter(isInTheWay);
    await moveAll(aside, dataDir, replaced);
    try {
      await moveAll(fresh, unpacked, dataDir);
    } catch (error) {
      await moveAll(aside, replaced, dataDir);
      throw error;
    }
    return replaced;
  } finally {
    await staging.end();
  }
}
