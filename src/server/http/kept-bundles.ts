/**
 * Bundles of earlier builds. A page that was open through an update still asks for its workers and for what it loads
 * late under their old names. A build in place leaves them beside its own; a server that is replaced as a whole, as an
 * image is, finds them in its data folder.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { extname, join } from 'node:path';

/** Nobody leaves a page open for longer, in ms. */
const KEPT = 30 * 24 * 60 * 60 * 1000;
/** Of one bundle, so that a day of development doesn't fill the disk. */
const MOST = 10;

const COPIES = ['', '.gz', '.br'];

/** Plain names to those with a hash; written last, so it names only what is there. */
const MANIFEST = 'manifest.json';

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

/** Plain names to names with a hash, of the build in `folder`; `undefined` where there is none. */
export function readManifest(folder: string): Map<string, string> | undefined {
  const path = join(folder, MANIFEST);
  if (!existsSync(path)) return undefined;
  return new Map<string, string>(Object.entries(JSON.parse(readFileSync(path, 'utf8'))));
}

/** A file that is there is whole, whenever the process ends. */
function copyWhole(from: string, to: string): void {
  copyFileSync(from, `${to}.new`);
  renameSync(`${to}.new`, to);
}

/**
 * Copies the bundles of the build in `from` into `to`, which outlives the installation: the next image has only its own,
 * and pages of this one will still be open.
 * @throws as writing files does
 */
export function keepBundles(from: string, to: string, now: number): void {
  const built = [...(readManifest(from)?.values() ?? [])];
  mkdirSync(to, { recursive: true, mode: 0o700 });
  // Those of the server that ran until now were in use until now, however long ago it was started.
  markUsed(to, readManifest(to)?.values() ?? [], now);
  for (const name of built)
    for (const copy of COPIES)
      if (!existsSync(join(to, name + copy))) copyWhole(join(from, name + copy), join(to, name + copy));
  copyWhole(join(from, MANIFEST), join(to, MANIFEST));
  markUsed(to, built, now);
  removeOld(to, now);
}
