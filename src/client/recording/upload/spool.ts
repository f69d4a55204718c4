/**
 * What is recorded but not on the server yet. It is stored in pieces named by the offset of their first byte, so that
 * space is freed as they arrive, and an hour of recording takes no more of the device than a minute does.
 */
import * as v from 'valibot';
import type { FileStore, PieceFile } from './file-store.ts';

/** Bytes after which a new piece is started. */
const PIECE = 4 * 2 ** 20;
const LABEL = 'label';
const PIECE_NAME = /^\d{15}$/;
/** A label always has this size, so that it can be changed on a full device. */
const LABEL_BYTES = 2048;

/** What a later visit has to know about it. */
export const Label = v.object({
  /** The recorder's own name for it, by which the server recognises it. */
  key: v.string(),
  /** Whose it is: on a shared tablet another person may be signed in next time. */
  owner: v.number(),
  call: v.string(),
  mode: v.string(),
  mimeType: v.string(),
  /** Where its bytes go; missing until the server has answered. */
  uploadUrl: v.optional(v.string()),
  /** Whether the server has had some of it: if it has none then, it was deleted. */
  arrived: v.optional(v.boolean()),
  /** Bytes in all; missing while it goes on. */
  length: v.optional(v.number()),
});
export type Label = v.InferOutput<typeof Label>;

export interface Spool {
  label(): Label;
  relabel(changes: Partial<Label>): void;
  /** The place of the first byte that is still here, and of the first that isn't yet. */
  start(): number;
  end(): number;
  /** Adds bytes, which are on disk once this resolves. @throws QuotaExceededError, and then nothing was added */
  append(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** At most so many bytes from an offset between start and end; fewer where a piece ends, none if they are lost. */
  read(from: number, most: number): Uint8Array<ArrayBuffer>;
  /** Ends it at this offset: what follows a gap can't be played. */
  cut(at: number): void;
  /** What is before this offset has arrived and may be removed. */
  release(before: number): Promise<void>;
  /** Lets others open it. */
  close(): void;
}

interface Piece {
  start: number;
  size: number;
  file: PieceFile;
}

const nameOf = (start: number): string => String(start).padStart(15, '0');

/** Starts one in an empty store. @throws QuotaExceededError if there is no space for its label */
export async function beginSpool(store: FileStore, label: Label): Promise<Spool> {
  const labelFile = await store.open(LABEL);
  try {
    writeAt(labelFile, bytesOf(label), 0);
    return await createSpool(store, labelFile, label);
  } catch (error) {
    labelFile.close();
    throw error;
  }
}

/**
 * Opens what is in a store; undefined if it never became one.
 * @throws NoModificationAllowedError while another tab has it open
 */
export async function reopenSpool(store: FileStore): Promise<Spool | undefined> {
  const labelFile = await store.open(LABEL);
  try {
    const label = readLabel(labelFile);
    if (label) return await createSpool(store, labelFile, label);
  } catch (error) {
    labelFile.close();
    throw error;
  }
  labelFile.close();
  return undefined;
}

/** What has to be stored about it even on a full device. */
function bytesOf(label: Label): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(label).padEnd(LABEL_BYTES));
}

/**
 * Writes and verifies: Chromium's private windows return 4,294,967,288 "bytes" for a write that finds no space,
 * and nothing at all for a file that was truncated elsewhere.
 * @throws QuotaExceededError where not all of it is there
 */
function writeAt(file: PieceFile, bytes: Uint8Array<ArrayBuffer>, at: number): void {
  const written = file.write(bytes, { at });
  file.flush();
  if (written !== bytes.length || file.getSize() < at + bytes.length)
    throw new DOMException('The device has no room', 'QuotaExceededError');
}

async function createSpool(store: FileStore, labelFile: PieceFile, given: Label): Promise<Spool> {
  let label = given;
  const pieces = await openPieces(store);

  const end = () => {
    const last = pieces.at(-1);
    return last ? last.start + last.size : 0;
  };

  async function pieceToFill(): Promise<Piece> {
    const last = pieces.at(-1);
    if (last && last.size < PIECE) return last;
    const start = end();
    const piece = { start, size: 0, file: await store.open(nameOf(start)) };
    pieces.push(piece);
    return piece;
  }

  return {
    label: () => label,
    relabel(changes) {
      label = { ...label, ...changes };
      try {
        writeAt(labelFile, bytesOf(label), 0);
      } catch (error) {
        // The older label costs a later visit a request or two; this page knows better.
        console.warn('The label of a recording could not be written.', error);
      }
    },
    start: () => pieces[0]?.start ?? 0,
    end,
    async append(bytes) {
      const piece = await pieceToFill();
      try {
        writeAt(piece.file, bytes, piece.size);
      } catch (error) {
        piece.file.truncate(piece.size);
        throw error;
      }
      piece.size += bytes.length;
    },
    read(from, most) {
      const piece = pieces.findLast(({ start }) => start <= from);
      const left = piece ? piece.start + piece.size - from : 0;
      if (!piece || left <= 0) return new Uint8Array();
      const into = new Uint8Array(Math.min(most, left));
      try {
        const count = piece.file.read(into, { at: from - piece.start });
        // As with writing, a failure may be reported as an impossible number of bytes.
        return count <= into.length ? into.subarray(0, count) : new Uint8Array();
      } catch (error) {
        console.warn('A piece of a recording could not be read.', error);
        return new Uint8Array();
      }
    },
    cut(at) {
      for (const piece of pieces) piece.size = Math.max(0, Math.min(piece.size, at - piece.start));
      while (pieces.length > 1 && pieces.at(-1)?.size === 0) pieces.pop()?.file.close();
    },
    async release(before) {
      // The last piece stays: it says where the next byte belongs.
      for (let [piece] = pieces; piece && pieces.length > 1; [piece] = pieces) {
        if (piece.start + piece.size > before) return;
        piece.file.close();
        // One that can't be removed stays the first, and is retried: a later visit must not find a gap.
        await store.remove(nameOf(piece.start));
        pieces.shift();
      }
    },
    close() {
      for (const { file } of pieces) file.close();
      labelFile.close();
    },
  };
}

/** The pieces in a store up to the first gap. */
async function openPieces(store: FileStore): Promise<Piece[]> {
  const pieces: Piece[] = [];
  const names = (await store.names()).filter((name) => PIECE_NAME.test(name)).sort();
  try {
    for (const name of names) {
      const [start, last] = [Number(name), pieces.at(-1)];
      if (last && last.start + last.size < start) break;
      const file = await store.open(name);
      pieces.push({ start, size: file.getSize(), file });
    }
  } catch (error) {
    for (const { file } of pieces) file.close();
    throw error;
  }
  return pieces;
}

function readLabel(file: PieceFile): Label | undefined {
  const bytes = new Uint8Array(file.getSize());
  file.read(bytes, { at: 0 });
  try {
    const read = v.safeParse(Label, JSON.parse(new TextDecoder().decode(bytes)));
    return read.success ? read.output : undefined;
  } catch {
    return undefined;
  }
}
