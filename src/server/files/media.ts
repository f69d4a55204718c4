/**
 * Examines audio, video and phones' HEIC photos. Each in a process of its own, a few at once: one that hangs on a
 * broken file is killed, and its memory is returned.
 */
import { type ChildProcess, fork } from 'node:child_process';
import * as v from 'valibot';
import { scriptBeside } from '../paths.ts';

const MediaFacts = v.object({
  /** Media type, by what is in it. */
  type: v.string(),
  /** Pixels as they are shown. */
  size: v.exactOptional(v.object({ width: v.number(), height: v.number() })),
  durationMs: v.exactOptional(v.number()),
});
export type MediaFacts = v.InferOutput<typeof MediaFacts>;

const WORKER = scriptBeside(import.meta, 'media-worker');
/** ms for one file: only what stands before and after the sound and the pictures is read. */
const PATIENCE = 30_000;
const AT_ONCE = 2;

export function createMedia() {
  const running = new Set<ChildProcess>();
  const waiting: (() => void)[] = [];
  let busy = 0;
  let stopped = false;

  const look = (path: string, type: string): Promise<MediaFacts | undefined> =>
    new Promise((resolve) => {
      const child = fork(WORKER, [path, type], {
        execArgv: ['--max-old-space-size=256'],
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      });
      running.add(child);
      let facts: MediaFacts | undefined;
      const tired = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
      child.on('message', (message) => {
        const result = v.safeParse(MediaFacts, message);
        if (result.success) facts = result.output;
      });
      const done = () => {
        clearTimeout(tired);
        running.delete(child);
        resolve(facts);
      };
      child.once('close', done).once('error', done);
    });

  return {
    /** What a file is, beyond its first bytes; undefined if that can't be determined. Locations in it are blanked. */
    async look(path: string, type: string): Promise<MediaFacts | undefined> {
      if (busy >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
      if (stopped) return undefined;
      busy += 1;
      try {
        return await look(path, type);
      } finally {
        busy -= 1;
        waiting.shift()?.();
      }
    },
    stop(): void {
      stopped = true;
      for (const wake of waiting.splice(0)) wake();
      for (const child of running) child.kill('SIGKILL');
    },
  };
}

export type Media = ReturnType<typeof createMedia>;
