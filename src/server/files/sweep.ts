/**
 * Tidies up after crashes and aborted uploads, and removes what is older than the owner wants to keep. Anything
 * that looks like more than that, such as a missing or damaged disk, is left alone until the owner decides.
 */
import { readdir } from 'node:fs/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { Clock } from '../clock.ts';
import type { Files } from './files.ts';
import { FOLDERS, type FolderName } from './folder-names.ts';
import { emptyQuarantine, quarantine } from './quarantine.ts';
import type { StoredFile } from './store.ts';
import { countStrays, isMuch, type Plan, planSweep } from './sweep-plan.ts';

const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What a sweep didn't do because it was too much at once. Counted in files. */
export type Held = { folder: FolderName; unfinished: number; lost: number; strays: number };

/** Everything in a folder that may be a file of ours: nothing hidden, no folders. */
async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map(({ name }) => name);
}

export function createSweep(files: Files, clock: Clock, log: FastifyBaseLogger) {
  const held = new Map<FolderName, Held>();
  /** When the bytes of a row were first found missing: a disk may be under repair. */
  const missedSince = new Map<string, number>();
  let takeBack = () => {};
  let takeBackLook = () => {};
  let stopped = false;
  let last: Promise<void> = Promise.resolve();
  let isWaiting = false;

  function hold(folder: FolderName, plan: Plan): void {
    const what = {
      folder,
      unfinished: plan.unfinished.length,
      lost: plan.lost.length,
      strays: countStrays(plan),
    };
    if (JSON.stringify(held.get(folder)) !== JSON.stringify(what))
      log.warn(
        what,
        'a sweep would remove much at once, so it did nothing: allow it on the page for administration',
      );
    held.set(folder, what);
  }

  /** Rows without bytes that were so a day ago as well. */
  function longLost({ lost }: Plan, rows: StoredFile[]): StoredFile[] {
    const missed = new Set(lost.map(({ id }) => id));
    for (const { id } of rows)
      if (!missed.has(id)) missedSince.delete(id);
      else if (!missedSince.has(id)) missedSince.set(id, clock.now());
    return lost.filter(({ id }) => (missedSince.get(id) ?? 0) <= clock.now() - DAY);
  }

  async function sweepFolder(folder: FolderName, isAllowed: boolean): Promise<void> {
    if (!files.folders.check(folder)) return;
    const path = files.folders.paths[folder];
    const rows = files.all().filter(({ kind }) => files.folderOf(kind) === folder);
    const names = await namesIn(path);
    const plan = planSweep({
      ...{ rows, names, now: clock.now() },
      ...{ pathOf: files.pathOf, isActive: files.isActive },
      exists: (id) => files.find(id) !== undefined,
    });
    const { retentionDays } = files.limits();
    const oldest = retentionDays === undefined ? 0 : clock.now() - retentionDays * DAY;
    const gone = new Set(rows.filter((file) => file.createdAt < oldest && !files.isActive(file.id)));
    let strays = 0;
    const isTooMuch = !isAllowed && isMuch(plan, rows.length);
    const lost = longLost(plan, rows);
    if (isTooMuch) hold(folder, plan);
    else {
      held.delete(folder);
      for (const file of [...plan.unfinished, ...(isAllowed ? plan.lost : lost)]) gone.add(file);
      strays = await quarantine(path, plan.strays, clock.now());
      await emptyQuarantine(path, clock.now());
    }
    let removed = 0;
    for (const file of gone) {
      if (stopped) return;
      if (await files.remove(file.id)) removed += 1;
    }
    if (removed + strays > 0) log.info({ folder, removed, strays }, 'files swept');
  }

  async function sweepAll(allowed?: FolderName): Promise<void> {
    for (const folder of FOLDERS) if (!stopped) await sweepFolder(folder, folder === allowed);
    for (const id of missedSince.keys()) if (!files.find(id)) missedSince.delete(id);
  }

  /**
   * One after another: two at once would do the same things twice.
   * @param allowed the folder whose sweep may do as much as it finds, this once
   */
  function sweep(allowed?: FolderName): Promise<void> {
    const swept = last.then(() => sweepAll(allowed));
    last = swept.catch(() => {});
    return swept;
  }

  /** A disk that is mounted again is used again soon. */
  function lookForAway(): void {
    takeBackLook();
    if (!files.folders.isAnyAway()) return;
    takeBackLook = clock.at(clock.now() + MINUTE, lookForAway);
    for (const folder of FOLDERS) files.folders.check(folder);
  }

  /** Now, and every hour from now. */
  function run(): void {
    // First, so that a sweep that fails isn't the last.
    takeBack = clock.at(clock.now() + HOUR, run);
    if (!isWaiting) {
      isWaiting = true;
      last = last
        .then(() => {
          isWaiting = false;
          return sweepAll();
        })
        .catch((error: unknown) => log.error({ err: error }, 'the sweep of files failed'));
    }
    lookForAway();
  }

  return {
    run,
    sweep,
    /** What waits for the owner's word. */
    held: (): Held[] => [...held.values()],
    stop(): void {
      stopped = true;
      takeBack();
      takeBackLook();
    },
  };
}

export type Sweep = ReturnType<typeof createSweep>;
