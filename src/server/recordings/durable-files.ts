/** Files that must be there after a power cut, under the names they were given. */
import { copyFile, link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

async function sync(path: string): Promise<void> {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** An empty, durable file (fsync(2): its name is in the folder, which needs a sync of its own). */
export async function makeEmpty(path: string): Promise<void> {
  await (await open(path, 'wx', 0o600)).close();
  await sync(dirname(path));
}

/** Replaces one file with another: at every moment one of the two is there, complete. */
export async function moveOver(from: string, to: string): Promise<void> {
  await sync(from);
  await rename(from, to);
  await sync(dirname(to));
}

/** Makes `to` the same bytes as `from`, without using space if the file system can. */
export async function shareOver(from: string, to: string): Promise<void> {
  const beside = `${to}.shared`;
  await rm(beside, { force: true });
  await link(from, beside).catch(() => copyFile(from, beside));
  await moveOver(beside, to);
  // Renaming one name of a file to another of the same does nothing (rename(2)).
  await rm(beside, { force: true });
}
