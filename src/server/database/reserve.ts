/**
 * A little disk space set aside for when the disk is full. SQLite needs space even to delete, and signing in adds a row:
 * without this, nobody could free any. It is a file of noise (zeros might not take up space) that is
 * released when the disk is full, and set aside again once there is space.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Its size: 1 MB, or 2 % of a disk that is small: what the log of some writes takes. Files stop long before (files/disk-space.ts). */
const BYTES = 1024 * 1024;
const SHARE = 0.02;

/** Hidden, so that no backup includes it. */
const NAME = '.reserve';

export function createReserve(dataDir: string) {
  const path = join(dataDir, NAME);

  /** Bytes that it takes, and that are left on the disk beside it. */
  function look(): { size: number; left: number } {
    const { bavail, blocks, bsize } = statfsSync(dataDir);
    return { size: Math.floor(Math.min(BYTES, blocks * bsize * SHARE)), left: bavail * bsize };
  }

  return {
    /** Whether so little is left that only what frees space should be written. */
    isLow(): boolean {
      const { size, left } = look();
      // Some file systems don't say how large they are.
      return size > 0 && (left < size || !existsSync(path));
    },

    /** Sets it aside if there is space for twice as much. @throws as writing a file does */
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
     * Creates a file and removes it: a disk that the kernel has given up on still claims to be writable.
     * @throws with Node's EROFS, EACCES or ENOSPC, which say more than SQLite does about an unwritable folder
     */
    assertWritable(): void {
      writeFileSync(`${path}.try`, '', { mode: 0o600 });
      rmSync(`${path}.try`);
    },

    give: (): void => rmSync(path, { force: true }),
  };
}

export type Reserve = ReturnType<typeof createReserve>;
