/** Whether the data folder is whole, can be written, and is closed to others. Nothing is changed in it. */
import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { openToOthers } from '../database/folder-permissions.ts';
import { FOLDERS, type FolderName } from '../files/folder-names.ts';
import { createFolderStore, type FolderStore } from '../files/folder-store.ts';
import { type Away, lookFor } from '../files/folders.ts';
import { proofPath } from '../http/house-proof.ts';
import { configurationPath, RELAY_FOLDER } from '../relay/configuration-file.ts';
import { keyFilesIn } from '../tls/certificate-files.ts';
import { isOpenTo } from '../tls/private-file.ts';
import { type Finding, found } from './findings.ts';
import type { Targets } from './targets.ts';

function openKeys({ dataDir, tls }: Targets): string[] {
  const ours = [
    proofPath(dataDir),
    configurationPath(join(dataDir, RELAY_FOLDER)),
    ...keyFilesIn({ dataDir }),
  ].filter((path) => isOpenTo('others', path));
  return tls?.by === 'files' && isOpenTo('everyone', tls.key) ? [...ours, tls.key] : ours;
}

function rights(targets: Targets): Finding[] {
  const path = targets.dataDir;
  const open = openToOthers(path);
  const keys = openKeys(targets);
  if (open.length === 0 && keys.length === 0) return [found('folder.closed', { path })];
  return [
    ...(open.length > 0 ? [found('folder.open', { paths: open.join(', ') })] : []),
    ...(keys.length > 0 ? [found('folder.key-open', { paths: keys.join(', ') })] : []),
  ];
}

/** Those of the folder and what is in it that can't be written. A read-only disk says so here as well. */
function unwritable(dataDir: string): string[] {
  return ['', ...FOLDERS]
    .map((name) => join(dataDir, name))
    .filter((path) => {
      if (!existsSync(path)) return false;
      try {
        accessSync(path, constants.W_OK);
        return false;
      } catch {
        return true;
      }
    });
}

const AWAY = {
  missing: 'folder.missing',
  empty: 'folder.empty',
  foreign: 'folder.foreign',
} as const satisfies Record<Away, string>;

function folder(name: FolderName, dataDir: string, store: FolderStore): Finding {
  const path = join(dataDir, name);
  const is = lookFor(name, path, store);
  if ('away' in is) return found(AWAY[is.away], { path });
  return found(is.is === 'new' ? 'folder.new' : 'folder.here', { path });
}

/** What the database knows of them; none where it can't be read, which is told by another check. */
function folders(dataDir: string): Finding[] {
  let database: Sqlite.Database | undefined;
  try {
    database = new Sqlite(join(dataDir, 'porchlight.db'), { readonly: true, fileMustExist: true });
    const store = createFolderStore(database);
    return FOLDERS.map((name) => folder(name, dataDir, store));
  } catch (error) {
    if (error instanceof Sqlite.SqliteError) return [];
    throw error;
  } finally {
    database?.close();
  }
}

export async function checkFolder(targets: Targets): Promise<Finding[]> {
  const { dataDir } = targets;
  const closed = unwritable(dataDir);
  return [
    ...rights(targets),
    ...(closed.length > 0 ? [found('folder.read-only', { paths: closed.join(', ') })] : []),
    ...folders(dataDir),
  ];
}
