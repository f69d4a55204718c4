/** Where the relay's files are, and its configuration on the disk. */
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** In the data folder. All of it is made anew at each start. */
export const RELAY_FOLDER = 'relay';

export const configurationPath = (folder: string): string => join(folder, 'turnserver.conf');

/** Closed to everyone else on the machine, because it holds the secret. */
export function writeConfiguration(folder: string, text: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // One that was there already has kept its rights.
  chmodSync(folder, 0o700);
  const path = configurationPath(folder);
  const part = `${path}.part`;
  rmSync(part, { force: true });
  writeFileSync(part, text, { mode: 0o600 });
  renameSync(part, path);
}
