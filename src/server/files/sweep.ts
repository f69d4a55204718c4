/** Tidies up after crashes and aborted uploads, and removes what is older than the owner wants to keep. */
import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { FastifyBaseLogger } from 'fastify';
import type { Clock } from '../clock.ts';
import type { Files } from './files.ts';
import type { StoredFile } from './store.ts';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

export function createSweep(files: Files, clock: Clock, log: FastifyBaseLogger) {
  let takeBack = () => {};
  let stopped = false;

  /** Bytes without a row. Rows are made first and removed first, so at any moment these are left-overs. */
  async function removeStrayBytes(folder: string, names: string[]): Promise<number> {
    // Whatever lies beside a file's bytes has the same name up to the first dot.
    const strays = names.filter((name) => !files.find(name.split('.')[0] ?? ''));
    for (const name of strays) await rm(join(folder, name), { force: true, recursive: true });
    return strays.length;
  }

  /** A row that nothing more will come of. Recordings may be taken up again, so theirs only when bytes are missing. */
  function isDead(file: StoredFile, onDisk: Set<string>): boolean {
    if (files.isActive(file.id)) return false;
    const isOld = file.createdAt < clock.now() - HOUR;
    if (!onDisk.has(basename(files.pathOf(file)))) return isOld;
    if (file.kind === 'recording') return false;
    if (file.state === 'receiving') return true;
    return file.kind === 'attachment' && file.message === undefined && isOld;
  }

  async function sweep(): Promise<void> {
    const { uploads, recordings } = files.folders;
    const rows = files.all();
    const names = [await readdir(uploads), await readdir(recordings)] as const;
    const onDisk = new Set(names.flat());
    const { retentionDays } = files.limits();
    const oldest = retentionDays === undefined ? 0 : clock.now() - retentionDays * DAY;
    let removed = 0;
    for (const file of rows) {
      if (stopped) return;
      const expired = file.createdAt < oldest && !files.isActive(file.id);
      if ((expired || isDead(file, onDisk)) && (await files.remove(file.id))) removed += 1;
    }
    const strays =
      (await removeStrayBytes(uploads, names[0])) + (await removeStrayBytes(recordings, names[1]));
    if (removed + strays > 0) log.info({ removed, strays }, 'files swept');
  }

  /** Now, and every hour from now. */
  function run(): void {
    sweep().catch((error: unknown) => log.error({ err: error }, 'the sweep of files failed'));
    takeBack = clock.at(clock.now() + HOUR, run);
  }

  return {
    run,
    sweep,
    stop(): void {
      stopped = true;
      takeBack();
    },
  };
}
