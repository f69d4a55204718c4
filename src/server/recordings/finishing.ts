/**
 * Makes received recordings playable, one at a time. Each step can be repeated: a process killed in
 * between leaves the received bytes as they are, and the next start begins again.
 */
import { existsSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { Clock } from '../clock.ts';
import type { CommitQueue } from '../database/commit-queue.ts';
import { freeBytes } from '../files/disk-space.ts';
import type { Files } from '../files/files.ts';
import { typeOf } from '../files/media-types.ts';
import type { StoredFile } from '../files/store.ts';
import { moveOver, shareOver } from './durable-files.ts';
import type { Maker, Playable } from './playable.ts';
import type { RecordingStore } from './store.ts';

/** Without space for a second copy, it is retried after this many ms. */
const LATER = 10 * 60_000;

export type FinishingParts = {
  store: RecordingStore;
  files: Files;
  queue: CommitQueue;
  maker: Maker;
  clock: Clock;
  log: FastifyBaseLogger;
  /** Called when there is something to play. */
  finished(id: string): Promise<void>;
};

/** Where the received bytes are, and where they are made playable. */
export const rawOf = (path: string): string => `${path}.raw`;
const madeOf = (path: string): string => `${path}.made`;

export function createFinishing({ store, files, queue, maker, clock, log, finished }: FinishingParts) {
  const waiting = new Set<string>();
  const later = new Map<string, () => void>();
  let last: Promise<void> = Promise.resolve();
  let stopped = false;

  async function previewOf(file: StoredFile, path: string, facts: Playable): Promise<boolean> {
    const preview = files.previewPathOf(file);
    if (facts.type.startsWith('audio/')) return false;
    return existsSync(preview) || maker.poster(path, facts, preview);
  }

  async function finish(id: string): Promise<void> {
    const file = files.find(id);
    if (!file) return;
    const path = files.pathOf(file);
    const bytes = (await stat(rawOf(path)).catch(() => undefined))?.size;
    if (bytes === undefined) return;
    if (bytes === 0) {
      await files.remove(id);
      return rm(rawOf(path), { force: true });
    }
    if ((await freeBytes(files.folders.paths.recordings)) < bytes) {
      log.warn({ recording: id }, 'no room to finish a recording');
      return wait(id);
    }
    const made = madeOf(path);
    const facts = await maker.make(rawOf(path), made);
    // Killed because the server stops, or deleted meanwhile.
    if (stopped || !files.find(id)) return rm(made, { force: true });
    const isWhole = store.find(id)?.length === bytes;
    if (facts) await moveOver(made, path);
    else await shareOver(rawOf(path), path);
    await rm(made, { force: true });
    const hasPreview = facts !== undefined && (await previewOf(file, path, facts));
    const type = facts?.type ?? (await typeOf(path));
    const size = (await stat(path)).size;
    if (stopped) return;
    const state = facts ? (isWhole ? 'ready' : 'partial') : 'failed';
    if (!(await files.complete(id, { ...facts, type, bytes: size, hasPreview, state }))) {
      // Deleted in the meantime: what was made since is removed as well.
      for (const name of [path, files.previewPathOf(file), rawOf(path)]) await rm(name, { force: true });
      return;
    }
    await queue.commit(() => store.setFinished(id, bytes));
    if (isWhole) await rm(rawOf(path), { force: true });
    log.info({ recording: id, state, bytes: size }, 'recording finished');
    if (facts) await finished(id);
  }

  function wait(id: string): void {
    later.get(id)?.();
    later.set(
      id,
      clock.at(clock.now() + LATER, () => add(id)),
    );
  }

  /** If more arrives while it is being finished, it is finished again. */
  function add(id: string): void {
    if (stopped || waiting.has(id)) return;
    later.get(id)?.();
    later.delete(id);
    waiting.add(id);
    last = last.then(async () => {
      waiting.delete(id);
      if (stopped) return;
      try {
        await finish(id);
      } catch (error) {
        if (stopped) return;
        log.error({ err: error, recording: id }, 'a recording could not be finished');
        wait(id);
      }
    });
  }

  return {
    add,
    /** Resolves when nothing is under way or waiting. */
    idle: (): Promise<void> => last,
    async stop(): Promise<void> {
      stopped = true;
      for (const takeBack of later.values()) takeBack();
      maker.stop();
      await last;
    },
  };
}

export type Finishing = ReturnType<typeof createFinishing>;
