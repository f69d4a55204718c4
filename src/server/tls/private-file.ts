/** Files with keys in them, which nobody else on the machine may read. */
import { chmodSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Whom a file may be closed to. A key that others keep may be shared with a group, as Debian's ssl-cert is. */
const CLOSED_TO = { others: 0o077, everyone: 0o007 };

/** Whether a file is there, and those may read or change it. */
export const isOpenTo = (whom: keyof typeof CLOSED_TO, path: string): boolean =>
  ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & CLOSED_TO[whom]) !== 0;

/** Writes it whole or not at all, and makes its folder. */
export function writePrivate(path: string, text: string): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // One that was there already has kept its rights.
  chmodSync(folder, 0o700);
  const part = `${path}.part`;
  // One that was left behind would keep the rights it has.
  rmSync(part, { force: true });
  writeFileSync(part, text, { mode: 0o600, flush: true });
  renameSync(part, path);
}

/**
 * Takes a file away from those who may have it open.
 * @returns whether it is closed now: one of somebody else's stays as it is, as does one on a disk that is read-only or knows no
 * rights
 */
export function closeTo(whom: keyof typeof CLOSED_TO, path: string): boolean {
  if (!isOpenTo(whom, path)) return true;
  try {
    chmodSync(path, statSync(path).mode & 0o777 & ~CLOSED_TO[whom]);
  } catch {
    return false;
  }
  return !isOpenTo(whom, path);
}
