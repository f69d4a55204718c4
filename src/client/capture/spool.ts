/**
 * What is recorded and not yet on the server. It lies in pieces named by the place of their first byte, so that
 * what has arrived makes room, and an hour of recording takes no more of the device than a minute does.
 */
import * as v from 'valibot';
import type { Folder, PieceFile } from './folder.ts';

/** Bytes from which on a new piece is begun. */
const PIECE = 4 * 2 ** 20;
const LABEL = 'label';

/** What a later visit has to know about it. */
export const Label = v.object({
  /** The recorder's own name for it, by which the server knows it again. */
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
  /** Adds bytes, which are on the disk when this resolves. @throws QuotaExceededError, and then nothing was added */
  append(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** At most so many bytes from a place between start and end; fewer where a piece ends. */
  read(from: number, most: number): Uint8Array<ArrayBuffer>;
  /** What lies before this place has arrived and may go. */
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

/** Begins one in an empty folder. */
export const beginSpool = async (folder: Folder, label: Label): Promise<Spool> =>
  createSpool(folder, await folder.open(LABEL), label);

/**
 * Opens what lies in a folder; undefined where it never came to be one.
 * @throws NoModificationAllowedError while another tab has it open
 */
export async function reopenSpool(folder: Folder): Promise<Spool | undefined> {
  const labelFile = await folder.open(LABEL);
  const label = readLabel(labelFile);
  if (label) return createSpool(folder, labelFile, label);
  labelFile.close();
  return undefined;
}

async function createSpool(folder: Folder, labelFile: PieceFile, given: Label): Promise<Spool> {
  let label = given;
  const pieces: Piece[] = [];
  for (const name of (await folder.names()).filter((name) => name !== LABEL).sort()) {
    const file = await folder.open(name);
    pieces.push({ start: Number(name), size: file.getSize(), file });
  }
  writeLabel();

  function writeLabel(): void {
    const bytes = new TextEncoder().encode(JSON.stringify(label));
    labelFile.write(bytes, { at: 0 });
    labelFile.truncate(bytes.length);
    labelFile.flush();
  }

  const end = () => {
    const last = pieces.at(-1);
    return last ? last.start + last.size : 0;
  };

  async function pieceToFill(): Promise<Piece> {
    const last = pieces.at(-1);
    if (last && last.size < PIECE) return last;
    const start = end();
    const piece = { start, size: 0, file: await folder.open(nameOf(start)) };
    pieces.push(piece);
    return piece;
  }

  return {
    label: () => label,
    relabel(changes) {
      label = { ...label, ...changes };
      writeLabel();
    },
    start: () => pieces[0]?.start ?? 0,
    end,
    async append(bytes) {
      const piece = await pieceToFill();
      try {
        if (piece.file.write(bytes, { at: piece.size }) < bytes.length)
          throw new DOMException('The device has no room', 'QuotaExceededError');
        piece.file.flush();
      } catch (error) {
        piece.file.truncate(piece.size);
        throw error;
      }
      piece.size += bytes.length;
    },
    read(from, most) {
      const piece = pieces.findLast(({ start }) => start <= from);
      if (!piece) return new Uint8Array();
      const into = new Uint8Array(Math.min(most, piece.start + piece.size - from));
      return into.subarray(0, piece.file.read(into, { at: from - piece.start }));
    },
    async release(before) {
      // The last piece stays: it says where the next byte belongs.
      for (let [piece] = pieces; piece && pieces.length > 1; [piece] = pieces) {
        if (piece.start + piece.size > before) return;
        pieces.shift();
        piece.file.close();
        await folder.remove(nameOf(piece.start));
      }
    },
    close() {
      for (const { file } of pieces) file.close();
      labelFile.close();
    },
  };
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
