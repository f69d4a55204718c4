/** How much room there is: for one person, for all, and on the disk. Sums are kept in memory and start from the rows. */
import { statfs } from 'node:fs/promises';
import type { FileStore } from './store.ts';

/** `folder-away`: the disk that it belongs on isn't there now. */
export type Refusal = 'quota-person' | 'quota-server' | 'disk-full' | 'folder-away';

/** The chat's database must always have room: 200 MB, or 5 % of a disk that is small. */
const RESERVE_BYTES = 200 * 1024 * 1024;
const RESERVE_SHARE = 0.05;
/** Bytes that may come in before room is looked at again. */
export const LOOK_EVERY = 4 * 1024 * 1024;

/** Bytes that may still be written to the disk under `folder`. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return Math.max(0, bavail * bsize - Math.min(RESERVE_BYTES, blocks * bsize * RESERVE_SHARE));
}

export function createRoom(store: FileStore, folder: string) {
  const byOwner = store.used();
  let all = 0;
  for (const bytes of byOwner.values()) all += bytes;

  const usedBy = (owner: number): number => byOwner.get(owner) ?? 0;

  return {
    usedBy,
    usedInAll: () => all,
    free: () => freeBytes(folder),

    /** Counts bytes that came, or went where negative. */
    count(owner: number, bytes: number): void {
      byOwner.set(owner, usedBy(owner) + bytes);
      all += bytes;
    },

    /** Whether what is counted already fits, and the disk takes what may come before the next look. */
    async refuses(owner: number): Promise<Refusal | undefined> {
      const { personBytes, serverBytes } = store.limits();
      if (personBytes !== undefined && usedBy(owner) > personBytes) return 'quota-person';
      if (serverBytes !== undefined && all > serverBytes) return 'quota-server';
      return (await freeBytes(folder)) < LOOK_EVERY ? 'disk-full' : undefined;
    },
  };
}
