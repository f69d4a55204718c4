/**
 * One file that holds everything: a tar archive of a consistent copy of the database and of the folders beside
 * it. Works while the server runs.
 */
import { createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import Sqlite from 'better-sqlite3';
import { create } from 'tar';
import { AdminError, type Command, nameAt } from './command.ts';
import { databaseIn, isKept } from './data-folder.ts';

/**
 * Copies the database as it is at one moment. VACUUM INTO rather than SQLite's backup API: from a second process
 * that one starts anew at each write of the server, and it would also copy the pages of deleted messages.
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

/**
 * Writes the archive of `dataDir` to `destination`. The database is copied first: what is uploaded meanwhile is
 * then a file too many, never one that is missing.
 */
export async function writeBackup(dataDir: string, destination: Writable): Promise<void> {
  // In the data folder, where only the server's own user can read.
  const staging = await mkdtemp(join(dataDir, '.backup-'));
  try {
    copyDatabase(databaseIn(dataDir), databaseIn(staging));
    const copy = relative(dataDir, databaseIn(staging)).replaceAll(sep, '/');
    const names = (await readdir(dataDir)).filter(isKept);
    const archive = create(
      {
        cwd: dataDir,
        portable: true,
        strict: true,
        // Recordings may lie on another disk behind a link; it is they that are worth keeping.
        follow: true,
        onWriteEntry: (entry) => {
          if (entry.path === copy) entry.path = 'porchlight.db';
        },
      },
      // A name with an "@" in front would be taken for another archive.
      [copy, ...names.map((name) => `./${name}`)],
    );
    await pipeline(Readable.from(archive), destination);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Whether a file of this name would be part of the next backup. */
function isInside(dataDir: string, file: string): boolean {
  const way = relative(dataDir, file);
  if (way.startsWith('..') || isAbsolute(way)) return false;
  return way.includes(sep) || isKept(way);
}

/** Writes to a name beside `file` first, so that a file of that name is a whole backup. */
async function backupTo(dataDir: string, file: string): Promise<void> {
  if (existsSync(file))
    throw new AdminError(`${file} is there already. Choose another name, or move it away.`);
  if (!existsSync(dirname(file)))
    throw new AdminError(`There is no folder ${dirname(file)}. Make it first, or choose another place.`);
  if (isInside(dataDir, file))
    throw new AdminError(
      `${file} lies inside the data folder and would be part of the next backup. Choose a place outside, or a name that ends in .tar right in ${dataDir}.`,
    );
  const unfinished = `${file}.part.tar`;
  try {
    await writeBackup(dataDir, createWriteStream(unfinished, { flags: 'wx', mode: 0o600, flush: true }));
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

export const backup: Command = {
  usage: 'FILE.tar',
  summary: 'Write everything into one file ("-": to standard output). The server may run.',
  names: 1,
  options: {},
  async run(given) {
    const { dataDir } = given.config;
    if (!existsSync(databaseIn(dataDir)))
      throw new AdminError(
        `There is no database in ${dataDir}. Set DATA_DIR to the data folder of Porchlight.`,
      );
    const name = nameAt(given, 0);
    if (name === '-') {
      if (given.terminal.interactive)
        throw new AdminError(
          'A backup is nothing to look at. Send it into a file: … backup - > porchlight.tar',
          2,
        );
      return writeBackup(dataDir, process.stdout);
    }
    const file = resolve(name);
    await backupTo(dataDir, file);
    given.terminal.say(
      `Everything is in ${file}. Keep a copy on another machine, and safe: it holds all messages.`,
    );
  },
};
