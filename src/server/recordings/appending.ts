/**
 * Puts chunks behind each other on disk. The size of the file is the offset: whatever ends this process in the
 * middle of a chunk, what is there is a beginning of what was sent, and its length is known.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { stat, truncate } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { StorageRefusal } from '../files/quota.ts';

/** A request that has been silent for so many ms is taken for dead when the next one comes. */
const SILENCE = 3_000;
/** One that has been silent for so many ms holds nothing open any longer. */
const PATIENCE = 60_000;
/** Room is looked at each time so many bytes have come. */
const STEP = 4 * 1024 * 1024;

/** `broken`: the sender is gone; what came is kept. `forbidden`: they may not any more; nothing of the chunk is kept. */
export type NotAppended = 'forbidden' | 'conflict' | 'locked' | 'too-long' | 'broken' | StorageRefusal;

export type Chunk = {
  offset: number;
  body: Readable;
  /** As announced, if it was. */
  bytes: number | undefined;
  /** Bytes that the whole may have. */
  most: number;
  /** Asked while it comes, and when it is there. */
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

/** @param grown counts the bytes of a whole file, and says why it must stop, if it must */
export function createAppending(grown: (id: string, bytes: number) => Promise<StorageRefusal | undefined>) {
  const holders = new Map<string, Holder>();

  /** One writer a file. Who lost the network can't say so: their last request gives way when it stands still. */
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
      // A write that is under way when the rest fails still ends in the file.
      if (!file.closed) await once(file, 'close');
    }
    return end;
  }

  return {
    /**
     * Appends to the file at `path`, which must be `offset` bytes long.
     * @param begin is called when nothing stands against it any more
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
