/**
 * A little of the disk that is kept for when it is full. SQLite needs room even to delete, and signing in is a row:
 * without this, who wants to make room couldn't. It is a file of noise (zeros could be stored as nothing) that is
 * given up when the disk is full, and taken again when there is room.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Its size: 1 MB, or 2 % of a disk that is small: what the log of some writes takes. Files stop long before (files/disk-space.ts). */
const BYTES = 1024 * 1024;
const SHARE = 0.02;

/** Hidden, so no backup takes it along. */
const NAME = '.reserve';

export function createReserve(dataDir: string) {
  const path = join(dataDir, NAME);

  /** Bytes that it takes, and that are left on the disk beside it. */
  function look(): { size: number; left: number } {
    const { bavail, blocks, bsize } = statfsSync(dataDir);
    return { size: Math.floor(Math.min(BYTES, blocks * bsize * SHARE)), left: bavail * bsize };
  }

  return {
    /** Whether so little is left that nothing should be written but what makes room. */
    isLow(): boolean {
      const { size, left } = look();
      // Some file systems don't say how large they are.
      return size > 0 && (left < size || !existsSync(path));
    },

    /** Takes it where there is room for it and as much again. @throws as writing a file does */
    take(): void {
      const { size, left } = look();
      if (size === 0 || existsSync(path) || left < 2 * size) return;
      try {
        writeFileSync(path, randomBytes(size), { mode: 0o600 });
      } catch (error) {
        rmSync(path, { force: true });
        throw error;
      }
    },

    /**
     * Makes a file and removes it: a disk that the kernel has given up on says "may be written" when asked.
     * @throws with Node's EROFS, EACCES or ENOSPC, which say more than SQLite does of a folder that takes nothing
     */
    assertWritable(): void {
      writeFileSync(`${path}.try`, '', { mode: 0o600 });
      rmSync(`${path}.try`);
    },

    give: (): void => rmSync(path, { force: true }),
  };
}

export type Reserve = ReturnType<typeof createReserve>;
