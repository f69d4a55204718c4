/**
 * Files that were chosen or are being sent, kept on this device until the server has them, so that leaving the
 * page, for a call for example, loses none. The next page of the same person picks them up.
 */
import { FILES } from '../common/storage-keys.ts';

export interface Note {
  /** By which the server recognises the file's message. */
  key: string;
  /** Ids, as the pages write them. */
  me: string;
  chat: string;
  /** What goes with it. */
  text: string;
  /** Files go in this order. */
  at: number;
  /** Whether it was sent off, or only chosen. */
  isSent: boolean;
}

/** The bytes are stored apart from what changes, or each change would copy them. */
const NOTES = 'notes';
const BYTES = 'bytes';

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(FILES, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(NOTES, { keyPath: 'key' });
      request.result.createObjectStore(BYTES);
    };
    request.onsuccess = () => {
      // Whoever signs out in another tab removes all of it.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
}

/** Resolves when it is done for good. */
async function transact<Result>(
  mode: IDBTransactionMode,
  work: (notes: IDBObjectStore, bytes: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const database = await open();
  try {
    return await new Promise<Result>((resolve, reject) => {
      const transaction = database.transaction([NOTES, BYTES], mode);
      const request = work(transaction.objectStore(NOTES), transaction.objectStore(BYTES));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** @param file missing if it is already kept. @returns false if the browser keeps nothing, or has no space */
export async function keep(note: Note, file?: File): Promise<boolean> {
  try {
    localStorage.setItem(FILES, 'some');
    await transact('readwrite', (notes, bytes) => {
      if (file) bytes.put(file, note.key);
      return notes.put(note);
    });
    return true;
  } catch {
    return false;
  }
}

/** Of a file that nobody needs to send any more. */
export async function drop(key: string): Promise<void> {
  await transact('readwrite', (notes, bytes) => {
    bytes.delete(key);
    return notes.delete(key);
  }).catch(() => undefined);
}

/** What this person's pages have kept, in order. What other people's kept is removed. */
export async function keptNotes(me: string): Promise<Note[]> {
  const all: Note[] = await transact('readonly', (notes) => notes.getAll()).catch(() => []);
  for (const note of all) if (note.me !== me) await drop(note.key);
  if (all.length === 0) localStorage.removeItem(FILES);
  return all.filter((note) => note.me === me).sort((one, other) => one.at - other.at);
}

/** Undefined when another page has sent it, or let it go, meanwhile. */
export async function keptFile(key: string): Promise<File | undefined> {
  const file: unknown = await transact('readonly', (_, bytes) => bytes.get(key)).catch(() => undefined);
  return file instanceof File ? file : undefined;
}

/**
 * Does something with a file while no other page does; another page waits its turn. Without a secure context
 * there are no locks, and two pages may send the same file: its key still makes it one message.
 */
export function alone(key: string, work: () => Promise<void>): void {
  // A failure has already been shown in its row.
  if ('locks' in navigator) navigator.locks.request(`${FILES}.${key}`, work).catch(() => undefined);
  else work().catch(() => undefined);
}
