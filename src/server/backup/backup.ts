/**
 * One file with everything: a tar archive of a consistent copy of the database and of the folders beside
 * it. Works while the server is running.
 */
import { createWriteStream, existsSync } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import Sqlite from 'better-sqlite3';
import type { Database } from '../database/database.ts';
import { FOLDERS } from '../files/folder-names.ts';
import { createFolderStore, type FolderStore } from '../files/folder-store.ts';
import { lookFor, MARKER } from '../files/folders.ts';
import { archive, type Report } from './archive.ts';
import { DATABASE, databaseIn, isKept } from './data-folder.ts';
import { BackupError } from './error.ts';
import { openStaging, ownPart, removeLeftovers, type Staging, unfinishedNameOf } from './staging.ts';

/**
 * Copies the database as of one moment. VACUUM INTO rather than SQLite's backup API: from a second process
 * that one starts over at each write of the server, and it would also copy the pages of deleted messages.
 * @param to a file that isn't there yet
 */
function copyDatabase(from: string, to: string): void {
  const database = new Sqlite(from, { fileMustExist: true, timeout: 5000 });
  try {
    database.prepare('VACUUM INTO ?').run(to);
  } finally {
    database.close();
  }
}

/** The received bytes of all unfinished recordings, opened: once all is playable, their name is removed. */
async function holdReceived(folder: string, held: Map<string, FileHandle>): Promise<void> {
  for (const name of await readdir(folder).catch((): string[] => [])) {
    const path = `recordings/${name}`;
    if (!name.endsWith('.raw') || held.has(path)) continue;
    const handle = await open(join(folder, name)).catch(() => undefined);
    if (handle) held.set(path, handle);
  }
}

/**
 * @throws {BackupError} if one of the folders that the database knows of isn't there: a backup without it would
 * look complete
 */
function refuseWhileAway(dataDir: string, copy: FolderStore): void {
  for (const name of FOLDERS) {
    const path = join(dataDir, name);
    const isExpected = copy.markerOf(name) !== undefined || copy.keptIn(name).length > 0;
    if (isExpected && 'away' in lookFor(name, path, copy))
      throw new BackupError(
        `The folder ${path} is not there, or not the one of this Porchlight. Connect the disk that it lies on; nothing was backed up.`,
      );
  }
}

/**
 * Writes the archive of `dataDir` to `destination`. The database is copied first: something uploaded meanwhile is
 * then merely a file too many. Anything deleted meanwhile is reported as skipped.
 */
async function writeArchive(dataDir: string, staging: Staging, destination: Writable): Promise<Report> {
  const recordings = join(dataDir, 'recordings');
  const held = new Map<string, FileHandle>();
  const copyPath = databaseIn(staging.folder);
  let copy: Database | undefined;
  try {
    await holdReceived(recordings, held);
    copyDatabase(databaseIn(dataDir), copyPath);
    // Those that started since the first look.
    await holdReceived(recordings, held);
    copy = new Sqlite(copyPath, { readonly: true, fileMustExist: true });
    const folders = createFolderStore(copy);
    refuseWhileAway(dataDir, folders);
    const names = (await readdir(dataDir)).filter(isKept).sort();
    const sources = [
      { path: DATABASE, from: copyPath },
      ...names.map((name) => ({ path: name, from: join(dataDir, name) })),
    ];
    const report: Report = { kept: new Set(), bytes: 0, skipped: new Set() };
    const isKeptWithin = (name: string) => name === MARKER || !name.startsWith('.');
    await pipeline(Readable.from(archive(sources, { held, isKept: isKeptWithin }, report)), destination);
    report.kept.delete(DATABASE);
    for (const name of FOLDERS)
      for (const id of folders.keptIn(name))
        if (!report.kept.has(`${name}/${id}`)) report.skipped.add(`${name}/${id}`);
    return report;
  } finally {
    copy?.close();
    for (const handle of held.values()) await handle.close();
  }
}

/** Writes an archive of `dataDir` to a stream, such as standard output. */
export async function writeBackup(dataDir: string, destination: Writable): Promise<Report> {
  await removeLeftovers(dataDir);
  // In the data folder, where only the server's own user can read.
  const staging = await openStaging(dataDir, '.backup-');
  try {
    return await writeArchive(dataDir, staging, destination);
  } finally {
    await staging.end();
  }
}

/** More would fill the screen. */
const NAMED = 10;

/** What is in an archive and what isn't, for the person who asked for it. */
export function summaryOf({ kept, bytes, skipped }: Report): string {
  const files = kept.size === 1 ? '1 file' : `${kept.size} files`;
  const words = `The database and ${files} are in it (${(bytes / 1e6).toFixed(1)} MB).`;
  if (skipped.size === 0) return words;
  const names = [...skipped].slice(0, NAMED).join(', ');
  const more = skipped.size > NAMED ? ` and ${skipped.size - NAMED} more` : '';
  return `${words} Not in it, because missing or deleted while it was written: ${names}${more}.`;
}

/** Whether a file of this name would be part of the next backup. */
function isInside(dataDir: string, file: string): boolean {
  const path = relative(dataDir, file);
  if (path.startsWith('..') || isAbsolute(path)) return false;
  return path.includes(sep) || isKept(path);
}

/**
 * Writes to a name beside `file` first, so that a file of that name is a whole backup.
 * @param file its absolute path
 */
export async function backupTo(dataDir: string, file: string): Promise<Report> {
  if (existsSync(file))
    throw new BackupError(`${file} is there already. Choose another name, or move it away.`);
  if (!existsSync(dirname(file)))
    throw new BackupError(`There is no folder ${dirname(file)}. Make it first, or choose another place.`);
  if (isInside(dataDir, file))
    throw new BackupError(
      `${file} lies inside the data folder and would be part of the next backup. Choose a place outside, or a name that ends in .tar right in ${dataDir}.`,
    );
  const unfinished = unfinishedNameOf(file);
  if ((await removeLeftovers(dataDir)).includes(unfinished))
    throw new BackupError(
      `A backup to ${file} is being written already. Wait for it, or choose another name.`,
    );
  const staging = await openStaging(dataDir, '.backup-');
  try {
    await ownPart(staging, unfinished);
    // Left by a crash of an earlier version.
    await rm(unfinished, { force: true });
    const part = createWriteStream(unfinished, { flags: 'wx', mode: 0o600, flush: true });
    const report = await writeArchive(dataDir, staging, part);
    await rename(unfinished, file);
    return report;
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  } finally {
    await staging.end();
  }
}
