/** How much may be kept: per person, in total, and on the disk. Sums are in memory and start from the rows. */
import { freeBytes, LOOK_EVERY } from './disk-space.ts';
import type { FileStore } from './store.ts';

/** Why nothing more is kept. `folder-away`: the disk that it belongs on isn't there now. */
export type StorageRefusal = 'quota-person' | 'quota-server' | 'disk-full' | 'folder-away';

export function createQuota(store: FileStore, folder: string) {
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

    /** Whether what is counted so far fits, and the disk can take what may arrive before the next check. */
    async refuses(owner: number): Promise<StorageRefusal | undefined> {
      const { personBytes, serverBytes } = store.limits();
      if (personBytes !== undefined && usedBy(owner) > personBytes) return 'quota-person';
      if (serverBytes !== undefined && all > serverBytes) return 'quota-server';
      return (await freeBytes(folder)) < LOOK_EVERY ? 'disk-full' : undefined;
    },
  };
}
