/** The file name of a recording, which still says years later what it is. */
import { extname } from 'node:path';
import type { AccountStore } from '../accounts/store.ts';
import type { Chats } from '../chats/chats.ts';
import { cleanName } from '../files/names.ts';
import type { StoredFile } from '../files/store.ts';
import type { Reader } from '../language/reader.ts';
import type { Calls } from './calls.ts';

const EXTENSIONS = new Map([
  ['video/webm', '.webm'],
  ['audio/webm', '.webm'],
  ['video/mp4', '.mp4'],
  ['audio/mp4', '.m4a'],
  ['video/matroska', '.mkv'],
]);

type Named = {
  /** ms since 1970 */
  startedAt: number;
  media: 'voice' | 'video';
  /** The other person, as the reader sees it; without one the name suits everybody. */
  other: string | undefined;
  type: string;
  /** The name it was begun under, which ends as it was meant to be. */
  begunAs?: string;
};

/** "2026-11-22 Video call with Alice.webm", in the reader's language and by their calendar day. */
export function recordingName(
  reader: Reader,
  { startedAt, media, other, type, begunAs = '' }: Named,
): string {
  const date = reader.dayKey(startedAt);
  const name =
    other === undefined
      ? reader.t(`recordings.name.${media}`, { date })
      : reader.t(`recordings.nameWith.${media}`, { date, name: other });
  return cleanName(name + (EXTENSIONS.get(type) ?? extname(begunAs)));
}

type Parts = {
  calls: Pick<Calls, 'find'>;
  chats: Pick<Chats, 'otherOf'>;
  accounts: Pick<AccountStore, 'userById'>;
};

/** The name under which this reader's browser saves a file. Only recordings are named after what they are. */
export function downloadName(
  { calls, chats, accounts }: Parts,
  reader: Reader,
  me: number,
  file: StoredFile,
): string {
  const call = file.kind === 'recording' && file.call !== undefined && calls.find(file.call);
  if (!call) return file.name;
  const other = accounts.userById(chats.otherOf(call.conversation, me) ?? 0)?.displayName;
  return recordingName(reader, {
    startedAt: call.startedAt,
    media: call.media,
    other,
    type: file.type,
    begunAs: file.name,
  });
}
