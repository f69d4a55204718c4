/**
 * Appends chunks on disk. The size of the file is the offset: whatever ends this process in the
 * middle of a chunk, what is there is the start of what was sent, and its length is known.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { stat, truncate } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { StorageRefusal } from '../files/quota.ts';

/** A request that has been silent for this many ms counts as dead when the next one arrives. */
const SILENCE = 3_000;
/** One that has been silent for this many ms is ended. */
const PATIENCE = 60_000;
/** Space is checked each time this many bytes have arrived. */
const STEP = 4 * 1024 * 1024;

/** `broken`: the sender is gone; what arrived is kept. `forbidden`: no longer allowed; nothing of the chunk is kept. */
export type NotAppended = 'forbidden' | 'conflict' | 'locked' | 'too-long' | 'broken' | StorageRefusal;

export type Chunk = {
  offset: number;
  body: Readable;
  /** As announced, if it was. */
  bytes: number | undefined;
  /** Bytes that the whole may have. */
  most: number;
  /** Asked while it arrives, and once it has. */
  may(): boolean;
};

class Refused extends Error {
  readonly why: NotAppended;
  constructor(why: NotAppended) {
    super(why);
    this.why = why;
  }
}

type Holder = { movedAt: number; stop: () => void; gone: Promise<void> };

const FULL = ['ENOSPC', 'EDQUOT'];
const GONE = ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'];
const isOneOf = (codes: string[], error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);

/** @param grown counts the bytes of the whole file, and says why it must stop, if it must */
export function createAppending(grown: (id: string, bytes: number) => Promise<StorageRefusal | undefined>) {
  const holders = new Map<string, Holder>();

  /** One writer per file. A page that lost its network can't say so: its last request gives way if it has stalled. */
  async function hold(id: string, body: Readable): Promise<{ holder: Holder; release: () => void }> {
    for (let held = holders.get(id); held; held = holders.get(id)) {
      if (performance.now() - held.movedAt < SILENCE) throw new Refused('locked');
      held.stop();
      await held.gone;
    }
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    const holder = { movedAt: performance.now(), stop: () => void body.destroy(), gone };
    holders.set(id, holder);
    return {
      holder,
      release: () => {
        holders.delete(id);
        resolve();
      },
    };
  }

  async function look(id: string, bytes: number): Promise<void> {
    const refused = await grown(id, bytes);
    if (refused) throw new Refused(refused);
  }

  /** Writes until the body ends; the bytes are on disk then. */
  async function write(id: string, path: string, { offset, body, most, may }: Chunk, holder: Holder) {
    let end = offset;
    let looked = offset;
    const impatience = setTimeout(() => body.destroy(), PATIENCE);
    async function* measured(source: AsyncIterable<Buffer>) {
      for await (const part of source) {
        holder.movedAt = performance.now();
        impatience.refresh();
        end += part.length;
        if (end > most) throw new Refused('too-long');
        if (end - looked >= STEP) {
          looked = end;
          if (!may()) throw new Refused('forbidden');
          await look(id, end);
        }
        yield part;
      }
    }
    const file = createWriteStream(path, { flags: 'r+', start: offset, flush: true });
    try {
      await pipeline(body, measured, file);
    } finally {
      clearTimeout(impatience);
      // A write in progress when the rest fails still reaches the file.
      if (!file.closed) await once(file, 'close');
    }
    return end;
  }

  return {
    /**
     * Appends to the file at `path`, which must be `offset` bytes long.
     * @param begin is called once nothing prevents it any more
     * @returns the new offset, on disk
     */
    async append(
      id: string,
      path: string,
      chunk: Chunk,
      begin: () => Promise<void>,
    ): Promise<{ offset: number } | { refused: NotAppended }> {
      let release: (() => void) | undefined;
      try {
        const held = await hold(id, chunk.body);
        release = held.release;
        if ((await stat(path)).size !== chunk.offset) throw new Refused('conflict');
        const end = chunk.offset + (chunk.bytes ?? 0);
        if (end > chunk.most) throw new Refused('too-long');
        await look(id, end);
        await begin();
        const written = await write(id, path, chunk, held.holder);
        if (!chunk.may()) throw new Refused('forbidden');
        return { offset: written };
      } catch (error) {
        if (release && error instanceof Refused && error.why === 'forbidden')
          await truncate(path, chunk.offset);
        if (error instanceof Refused) return { refused: error.why };
        if (isOneOf(FULL, error)) return { refused: 'disk-full' };
        if (isOneOf(GONE, error)) return { refused: 'broken' };
        throw error;
      } finally {
        if (release) {
          const { size } = await stat(path).catch(() => ({ size: 0 }));
          await grown(id, size);
          release();
        }
      }
    },
  };
}
