/** Where a recording is kept until it is on the server: files in this device's private file system, or in memory. */

/** As FileSystemSyncAccessHandle (W3C File System §2.4), which TypeScript knows only in workers. */
export interface PieceFile {
  read(into: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  /** How many bytes were written; may be a wrong number. @throws QuotaExceededError if the device is full */
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  truncate(size: number): void;
  getSize(): number;
  /** Returns once the data would survive a power cut. */
  flush(): void;
  close(): void;
}

export interface FileStore {
  names(): Promise<string[]>;
  /** Opens or makes a file. @throws NoModificationAllowedError while another tab has it open */
  open(name: string): Promise<PieceFile>;
  remove(name: string): Promise<void>;
}

declare global {
  interface FileSystemFileHandle {
    createSyncAccessHandle(): Promise<PieceFile>;
  }
}

const ROOT = 'recordings';

/** The directory of all recordings on this device; rejects if the browser stores nothing, as in some private windows. */
const root = async (): Promise<FileSystemDirectoryHandle> =>
  (await navigator.storage.getDirectory()).getDirectoryHandle(ROOT, { create: true });

/** The keys of what lies on this device. */
export async function keysOnDisk(): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of (await root()).keys()) keys.push(key);
  return keys;
}

/** A store on the device's disk. Only workers may open its files. */
export async function openOnDisk(key: string): Promise<FileStore> {
  const directory = await (await root()).getDirectoryHandle(key, { create: true });
  return {
    async names() {
      const names: string[] = [];
      for await (const name of directory.keys()) names.push(name);
      return names;
    },
    open: async (name) => (await directory.getFileHandle(name, { create: true })).createSyncAccessHandle(),
    remove: (name) => directory.removeEntry(name),
  };
}

/** Removes a store and all in it. */
export const removeFromDisk = async (key: string): Promise<void> =>
  (await root()).removeEntry(key, { recursive: true });

/** Bytes of memory that a page may use: a phone's browser kills pages that use more, and the call with them. */
const MOST_IN_MEMORY = 256 * 2 ** 20;

/**
 * A store that is gone with the page, for browsers that store nothing: it still bridges a network failure.
 * @param most bytes of all files together
 */
export function openInMemory(most = MOST_IN_MEMORY): FileStore {
  const files = new Map<string, PieceFile>();
  const hasRoom = (more: number) => {
    const used = [...files.values()].reduce((sum, file) => sum + file.getSize(), 0);
    return used + more <= most;
  };
  return {
    names: async () => [...files.keys()],
    async open(name) {
      const file = files.get(name) ?? createMemoryFile(hasRoom);
      files.set(name, file);
      return file;
    },
    async remove(name) {
      files.delete(name);
    },
  };
}

function createMemoryFile(hasRoom: (more: number) => boolean): PieceFile {
  let bytes = new Uint8Array();
  return {
    read(into, { at }) {
      const part = bytes.subarray(at, at + into.length);
      into.set(part);
      return part.length;
    },
    write(added, { at }) {
      if (at + added.length > bytes.length) {
        if (!hasRoom(at + added.length - bytes.length))
          throw new DOMException('The page takes no more of the memory', 'QuotaExceededError');
        const grown = new Uint8Array(at + added.length);
        grown.set(bytes);
        bytes = grown;
      }
      bytes.set(added, at);
      return added.length;
    },
    truncate(size) {
      bytes = bytes.slice(0, size);
    },
    getSize: () => bytes.length,
    flush() {},
    close() {},
  };
}
