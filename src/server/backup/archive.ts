/**
 * Writes a tar archive of folders that change while they are read: each file is as long as it was when its turn
 * came, and one that has disappeared is left out. (node-tar's own packing fails in both cases.)
 */
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Header, type HeaderData, Pax } from 'tar';

const BLOCK = 512;
/** Bytes read at once. */
const PIECE = 256 * 1024;

export type Report = {
  /** Paths in the archive of all files. */
  kept: Set<string>;
  bytes: number;
  /** Paths of those that disappeared, or became shorter, while it was written. */
  skipped: Set<string>;
};

export type ArchiveSource = {
  /** The path in the archive. */
  path: string;
  /** A file or a folder. */
  from: string;
};

export type Options = {
  /** Files that must be in the archive even if their names are gone by then; by their path in the archive. */
  held: Map<string, FileHandle>;
  /** Whether to take something in a folder. */
  isKept(name: string): boolean;
};

const isGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

/** The blocks in front of an entry (POSIX.1-2001 pax where it needs more than ustar has). Nobody else may read what is unpacked. */
function head(entry: HeaderData & { type: 'File' | 'Directory' | 'Link' }): Buffer {
  const data = { ...entry, mode: entry.type === 'Directory' ? 0o700 : 0o600 };
  const header = new Header(data);
  const needsPax = header.encode();
  if (!header.block) throw new Error(`no header for ${entry.path}`);
  return needsPax ? Buffer.concat([new Pax(data).encode(), header.block]) : header.block;
}

/** @param report is filled while the archive is read */
export async function* archive(
  sources: ArchiveSource[],
  { held, isKept }: Options,
  report: Report,
): AsyncGenerator<Buffer> {
  /** The first path of each file that has several names. */
  const names = new Map<string, string>();

  async function* file(path: string, handle: FileHandle): AsyncGenerator<Buffer> {
    const { size, mtime, dev, ino, nlink } = await handle.stat();
    const key = `${dev}:${ino}`;
    const first = nlink > 1 ? names.get(key) : undefined;
    report.kept.add(path);
    if (first !== undefined) {
      yield head({ path, type: 'Link', linkpath: first, size: 0, mtime });
      return;
    }
    names.set(key, path);
    report.bytes += size;
    yield head({ path, type: 'File', size, mtime });
    let at = 0;
    while (at < size) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(Math.min(PIECE, size - at)), {
        position: at,
      });
      // None of our code truncates a file; if someone did, the rest is zeros, and is reported.
      if (bytesRead === 0) report.skipped.add(path);
      const piece = bytesRead === 0 ? buffer : buffer.subarray(0, bytesRead);
      at += piece.length;
      yield piece;
    }
    if (size % BLOCK > 0) yield Buffer.alloc(BLOCK - (size % BLOCK));
  }

  async function* folder(path: string, from: string, above: string[]): AsyncGenerator<Buffer> {
    yield head({ path: `${path}/`, type: 'Directory', size: 0 });
    for (const name of (await readdir(from)).sort())
      if (isKept(name)) yield* anything(`${path}/${name}`, join(from, name), above);
    for (const [late, handle] of held)
      if (late.startsWith(`${path}/`) && !report.kept.has(late)) yield* file(late, handle);
  }

  async function* anything(path: string, from: string, above: string[]): AsyncGenerator<Buffer> {
    let handle = held.get(path);
    const isHeld = handle !== undefined;
    try {
      // Links are followed: recordings may be on another disk, and they are what is worth keeping.
      const found = await stat(from);
      const key = `${found.dev}:${found.ino}`;
      if (found.isDirectory()) {
        if (!above.includes(key)) yield* folder(path, from, [...above, key]);
      } else if (found.isFile()) handle ??= await open(from);
    } catch (error) {
      if (!isGone(error)) throw error;
      if (!isHeld) report.skipped.add(path);
    }
    if (!handle) return;
    try {
      yield* file(path, handle);
    } finally {
      if (!isHeld) await handle.close();
    }
  }

  for (const { path, from } of sources) yield* anything(path, from, []);
  yield Buffer.alloc(2 * BLOCK);
}
