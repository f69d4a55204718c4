/**
 * Makes what was received playable, without decoding it: by mediabunny in a process of its own, and by ffmpeg if
 * that fails and it is installed. A process rather than a thread, because the 300 MB that an hour's recording takes
 * are returned only when a process ends, and because one that hangs on a broken file can be killed.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { open, rm, stat } from 'node:fs/promises';
import { setPriority } from 'node:os';
import * as v from 'valibot';
import { scriptBeside } from '../paths.ts';
import { moveOver } from './durable-files.ts';

const Playable = v.object({
  /** Media type, by what is in it. */
  type: v.string(),
  durationMs: v.number(),
  width: v.exactOptional(v.number()),
  height: v.exactOptional(v.number()),
});
export type Playable = v.InferOutput<typeof Playable>;

const WORKER = scriptBeside(import.meta, 'finish-worker');
/** A lower priority than anything that people wait for. */
const NICE = 10;
/** How long the worker may go without progress, in ms; in a broken file it may search forever. */
const PATIENCE = 30_000;
/** Minutes that ffmpeg may take. */
const FFMPEG_PATIENCE = 20 * 60_000;
/** If the result has less than this share of the bytes, it ended at a gap. */
const WHOLE_SHARE = 0.9;

const behind = ({ pid }: ChildProcess): void => {
  // It may be gone already.
  try {
    if (pid) setPriority(pid, NICE);
  } catch {}
};

const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => ({ size: 0 }))).size;

/** ffmpeg's name for the container, by its first bytes (RFC 8794 §8.1; ISO 14496-12 §4.3), so that it never guesses. */
async function containerOf(path: string): Promise<'matroska' | 'mov' | undefined> {
  const handle = await open(path);
  try {
    const { buffer } = await handle.read(Buffer.alloc(8), 0, 8, 0);
    if (buffer.readUInt32BE(0) === 0x1a45dfa3) return 'matroska';
    return buffer.toString('latin1', 4) === 'ftyp' ? 'mov' : undefined;
  } finally {
    await handle.close();
  }
}

/** @param patience ms without progress until the worker is given up */
export function createMaker(patience = PATIENCE) {
  const running = new Set<ChildProcess>();

  function watch(child: ChildProcess): void {
    running.add(child);
    child.once('spawn', () => behind(child));
    child.once('close', () => running.delete(child)).once('error', () => running.delete(child));
  }

  const convert = (from: string, to: string): Promise<Playable | undefined> =>
    new Promise((resolve) => {
      const child = fork(WORKER, [from, to], {
        execArgv: ['--max-old-space-size=256'],
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      });
      watch(child);
      let facts: Playable | undefined;
      let tired = setTimeout(() => child.kill('SIGKILL'), patience);
      child.on('message', (message) => {
        clearTimeout(tired);
        tired = setTimeout(() => child.kill('SIGKILL'), patience);
        const result = v.safeParse(Playable, message);
        if (result.success) facts = result.output;
      });
      const done = () => {
        clearTimeout(tired);
        resolve(facts);
      };
      child.once('close', done).once('error', done);
    });

  /** False where it fails or isn't installed. */
  const ffmpeg = (args: string[]): Promise<boolean> =>
    new Promise((resolve) => {
      const child = spawn('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args], {
        stdio: 'ignore',
        timeout: FFMPEG_PATIENCE,
        killSignal: 'SIGKILL',
      });
      watch(child);
      child.once('close', (code) => resolve(code === 0)).once('error', () => resolve(false));
    });

  /** ffmpeg reads on after a gap, where mediabunny stops. What it writes is then processed like any other. */
  async function rescue(from: string, to: string): Promise<Playable | undefined> {
    const container = await containerOf(from);
    if (!container) return undefined;
    const rescued = `${to}.rescued`;
    const copy = ['-map', '0:v?', '-map', '0:a?', '-c', 'copy'];
    const format = container === 'matroska' ? 'matroska' : 'mp4';
    try {
      const source = ['-protocol_whitelist', 'file', '-f', container, '-i', `file:${from}`];
      if (!(await ffmpeg([...source, ...copy, '-f', format, `file:${rescued}`]))) return undefined;
      return await convert(rescued, to);
    } finally {
      await rm(rescued, { force: true });
    }
  }

  return {
    /** Writes `to`, synchronised to disk. `undefined` where nothing can play it; then `to` may be anything. */
    async make(from: string, to: string): Promise<Playable | undefined> {
      let facts = await convert(from, to);
      if (!facts || (await sizeOf(to)) < WHOLE_SHARE * (await sizeOf(from))) {
        const second = `${to}.second`;
        const rescued = await rescue(from, second);
        if (rescued && rescued.durationMs > (facts?.durationMs ?? 0)) {
          await moveOver(second, to);
          facts = rescued;
        }
        await rm(second, { force: true });
      }
      return facts && facts.durationMs > 0 ? facts : undefined;
    },

    /** A JPEG of the frame at a tenth of it, or at one second; false where ffmpeg isn't installed. */
    async poster(from: string, { type, durationMs }: Playable, to: string): Promise<boolean> {
      const at = String(Math.min(1, durationMs / 10_000));
      const container = type.endsWith('webm') ? 'matroska' : 'mov';
      const source = ['-ss', at, '-protocol_whitelist', 'file', '-f', container, '-i', `file:${from}`];
      const frame = ['-frames:v', '1', '-vf', "scale='min(640,iw)':-2", '-c:v', 'mjpeg', '-q:v', '5'];
      const drawn = `${to}.drawn`;
      const done = await ffmpeg([...source, ...frame, '-f', 'image2', `file:${drawn}`]);
      if (done && (await sizeOf(drawn)) > 0) {
        await moveOver(drawn, to);
        return true;
      }
      await rm(drawn, { force: true });
      return false;
    },

    /** Ends work in progress: it is repeated at the next start. */
    stop(): void {
      for (const child of running) child.kill('SIGKILL');
    },
  };
}

export type Maker = ReturnType<typeof createMaker>;
