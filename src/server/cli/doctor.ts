/** Checks the data folder without changing anything, and prints a line about each thing. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { databaseIn } from '../backup/data-folder.ts';
import type { Database } from '../database.ts';
import { freeBytes, LOOK_EVERY } from '../files/disk-space.ts';
import { FOLDERS, type FolderName } from '../files/folder-names.ts';
import { createFolderStore } from '../files/folder-store.ts';
import { type Away, lookFor } from '../files/folders.ts';
import { openToOthers } from '../folder-permissions.ts';
import { migrationFiles } from '../migrations.ts';
import { AdminError, type Command } from './command.ts';

/** `wrong`: what is wrong and what to do about it. */
type Finding = { what: string; good: string } | { what: string; wrong: string };

const AWAY: Record<Away, string> = {
  missing: 'is not there',
  empty: 'is empty, although there should be files in it',
  foreign: 'is not the one of this Porchlight',
};

function rights(dataDir: string): Finding {
  const what = 'Rights';
  const open = openToOthers(dataDir);
  if (open.length === 0) return { what, good: `${dataDir} is closed to others on this machine` };
  return {
    what,
    wrong: `others on this machine can read ${open.join(', ')}. The next start closes it, where it may.`,
  };
}

function integrity(database: Database): Finding {
  const what = 'Database';
  const found = database.pragma('quick_check(1)', { simple: true });
  if (found !== 'ok')
    return { what, wrong: `it is damaged (${found}). Stop the server and restore a backup.` };
  const version = Number(database.pragma('user_version', { simple: true }));
  const newest = migrationFiles().length;
  if (version > newest) return { what, wrong: 'it is from a newer Porchlight. Update this one.' };
  return {
    what,
    good: version < newest ? 'whole; the next start brings it up to date' : 'whole and up to date',
  };
}

function folder(name: FolderName, dataDir: string, database: Database): Finding {
  const what = `Folder ${name}`;
  const path = join(dataDir, name);
  const found = lookFor(name, path, createFolderStore(database));
  if ('away' in found)
    return {
      what,
      wrong: `${path} ${AWAY[found.away]}. Connect its disk; until then nothing in it is read, written or removed.`,
    };
  return { what, good: found.is === 'new' ? 'the next start makes it' : path };
}

async function space(what: string, path: string): Promise<Finding> {
  const free = await freeBytes(path);
  const words = `${(free / 1e9).toFixed(1)} GB free for files`;
  return free < LOOK_EVERY
    ? { what, wrong: `${words}: nothing can be uploaded. Make room on the disk.` }
    : { what, good: words };
}

async function examine(dataDir: string): Promise<Finding[]> {
  const path = databaseIn(dataDir);
  if (!existsSync(path))
    throw new AdminError(
      `There is no database in ${dataDir}. Set DATA_DIR to the data folder of Porchlight.`,
    );
  const findings: Finding[] = [rights(dataDir)];
  const database = new Sqlite(path, { readonly: true, fileMustExist: true });
  try {
    findings.push(integrity(database));
    for (const name of FOLDERS) findings.push(folder(name, dataDir, database));
  } catch (error) {
    if (!(error instanceof Sqlite.SqliteError)) throw error;
    findings.push({ what: 'Database', wrong: `it can't be read (${error.message}). Restore a backup.` });
  } finally {
    database.close();
  }
  findings.push(await space('Room', dataDir));
  const recordings = join(dataDir, 'recordings');
  if (existsSync(recordings)) findings.push(await space('Room for recordings', recordings));
  return findings;
}

export const doctor: Command = {
  usage: '',
  summary:
    'Check the data folder: permissions, database, folders, free space. Exits with 1 if something is wrong.',
  names: 0,
  options: {},
  async run({ config, terminal }) {
    const findings = await examine(config.dataDir);
    let wrong = 0;
    for (const finding of findings) {
      if ('wrong' in finding) wrong += 1;
      terminal.say(
        'wrong' in finding
          ? `WRONG  ${finding.what}: ${finding.wrong}`
          : `ok     ${finding.what}: ${finding.good}`,
      );
    }
    if (wrong > 0) throw new AdminError(wrong === 1 ? 'One thing is wrong.' : `${wrong} things are wrong.`);
  },
};
