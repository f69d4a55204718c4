/** How much of a disk may still be written. */
import { statfs } from 'node:fs/promises';

/** The chat's database must always have space: 200 MB, or 5 % of a small disk. */
const RESERVE_BYTES = 200 * 1024 * 1024;
const RESERVE_SHARE = 0.05;
/** Bytes that may arrive before the disk is checked again. */
export const LOOK_EVERY = 4 * 1024 * 1024;

/** Bytes that may still be written to the disk under `folder`. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return Math.max(0, bavail * bsize - Math.min(RESERVE_BYTES, blocks * bsize * RESERVE_SHARE));
}
