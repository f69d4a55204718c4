/** Whether what was built is still what its sources say. */
import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');

const changedAt = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.mtimeMs;

/**
 * Whether a built file is there, and newer than all sources and the installed packages.
 * @param patterns as globSync takes them, from the project's folder
 */
export function isNewer(built: string, ...patterns: string[]): boolean {
  const builtAt = changedAt(built);
  const sources = globSync([...patterns, 'package-lock.json'], { cwd: ROOT });
  return builtAt !== undefined && sources.every((path) => (changedAt(join(ROOT, path)) ?? 0) < builtAt);
}
