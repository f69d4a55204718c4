/** Whether there is room on the disk, beside what is kept free for the database (files/disk-space.ts). */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { freeBytes, LOOK_EVERY } from '../files/disk-space.ts';
import { FOLDERS } from '../files/folder-names.ts';
import { type Finding, found } from './findings.ts';
import type { Targets } from './targets.ts';

/** Bytes: an hour's recording of a call, twice. */
const LITTLE = 1e9;

async function room(path: string): Promise<Finding> {
  const bytes = await freeBytes(path);
  if (bytes < LOOK_EVERY) return found('space.none', { path, bytes });
  return found(bytes < LITTLE ? 'space.little' : 'space.enough', { path, bytes });
}

/** Once for each disk. */
export async function checkSpace({ dataDir }: Pick<Targets, 'dataDir'>): Promise<Finding[]> {
  const paths = [dataDir, ...FOLDERS.map((name) => join(dataDir, name)).filter((path) => existsSync(path))];
  const byDisk = new Map(paths.toReversed().map((path) => [statSync(path).dev, path]));
  return Promise.all([...byDisk.values()].map(room));
}
