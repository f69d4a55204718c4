/**
 * How long bundles of earlier builds are kept. A page that was open through an update still asks for its workers and
 * for what it loads late under their old names.
 */
import { readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { extname, join } from 'node:path';

/** Nobody leaves a page open for longer, in ms. */
const KEPT = 30 * 24 * 60 * 60 * 1000;
/** Of one bundle, so that a day of development doesn't fill the disk. */
const MOST = 10;

const COPIES = ['', '.gz', '.br'];

/** Says of files of the current build that they are in use. @param names with their hash */
export function markUsed(folder: string, names: Iterable<string>, now: number): void {
  const moment = new Date(now);
  for (const name of names)
    for (const copy of COPIES)
      try {
        utimesSync(join(folder, name + copy), moment, moment);
      } catch {
        // Removed by hand: it is no longer there to be kept.
      }
}

/** Removes what was last in use too long ago, or too many builds ago. */
export function removeOld(folder: string, now: number): void {
  const found = readdirSync(folder)
    .filter((name) => ['.js', '.css'].includes(extname(name)))
    .map((name) => ({ name, usedAt: statSync(join(folder, name)).mtimeMs }))
    .sort((one, other) => other.usedAt - one.usedAt);
  const counts = new Map<string, number>();
  for (const { name, usedAt } of found) {
    // "name-hash.js", the hash ten characters of base64url.
    const plain = name.replace(/-[\w-]{10}\./, '.');
    const count = (counts.get(plain) ?? 0) + 1;
    counts.set(plain, count);
    if (count <= MOST && now - usedAt <= KEPT) continue;
    for (const copy of COPIES) rmSync(join(folder, name + copy), { force: true });
  }
}
