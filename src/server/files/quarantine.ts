/** Where bytes without a row wait for a day before they are deleted, in case someone misses them. */
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Inside each folder: the other may be on another disk. */
const ASIDE = '.strays';
const DAY = 24 * 60 * 60 * 1000;

/** A moment as the name of a folder, for people too: 2026-11-22T12-00-00. */
const nameOf = (moment: number): string => new Date(moment).toISOString().slice(0, 19).replaceAll(':', '-');
const momentOf = (name: string): number =>
  Date.parse(`${name.replace(/T(\d\d)-(\d\d)-(\d\d)$/, 'T$1:$2:$3')}Z`);

const isGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** @returns how many were there to be put aside */
export async function quarantine(folder: string, names: string[], now: number): Promise<number> {
  if (names.length === 0) return 0;
  const aside = join(folder, ASIDE, nameOf(now));
  await mkdir(aside, { recursive: true, mode: 0o700 });
  let put = 0;
  for (const name of names)
    try {
      await rename(join(folder, name), join(aside, name));
      put += 1;
    } catch (error) {
      // Deleted while it was looked at.
      if (!isGone(error)) throw error;
    }
  return put;
}

/** Deletes what was put aside a day ago or earlier. */
export async function emptyQuarantine(folder: string, now: number): Promise<void> {
  const names = await readdir(join(folder, ASIDE)).catch((): string[] => []);
  for (const name of names)
    if (momentOf(name) <= now - DAY) await rm(join(folder, ASIDE, name), { recursive: true, force: true });
}
