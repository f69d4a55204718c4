/** Files with keys in them, which nobody else on the machine may read. */
import { chmodSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const EVERYONE = 0o007;

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
 * Takes a key away from everyone else on the machine; its group keeps what it has, by which other programs share keys.
 * @returns whether it is closed now: a file of somebody else's stays as it is
 */
export function closeToEveryone(path: string): boolean {
  const mode = statSync(path).mode & 0o777;
  if ((mode & EVERYONE) === 0) return true;
  try {
    chmodSync(path, mode & ~EVERYONE);
    return true;
  } catch {
    return false;
  }
}
