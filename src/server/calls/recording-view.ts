/** What the page of a call shows of its recordings. */
import { randomUUID } from 'node:crypto';
import type { AccountStore } from '../accounts/store.ts';
import { type FileView, fileView } from '../files/file-view.ts';
import type { Files } from '../files/files.ts';
import type { FileState, StoredFile } from '../files/store.ts';
import type { Reader } from '../language/reader.ts';
import type { Recordings } from '../recordings/recordings.ts';
import type { Mode } from '../recordings/store.ts';

export type RecordingView = FileView & {
  mode: Mode;
  /** Whom alone it shows, where that is one person of several. */
  person: string | undefined;
  state: FileState;
  /** Who recorded it; missing if it was the reader. */
  by: string | undefined;
  /** ms since 1970 */
  at: number;
  seconds: number | undefined;
  /** Missing where it can't be played, nor be sent to the chat. */
  element: 'video' | 'audio' | undefined;
  /** The key that the form which sends it to the chat repeats at each try. */
  sendKey: string;
  mayDelete: boolean;
};

type Parts = { files: Files; recordings: Recordings; accounts: AccountStore };
type Viewer = { id: number; isOwner: boolean };

function elementOf({ state, type }: StoredFile): RecordingView['element'] {
  if (state !== 'ready' && state !== 'partial') return undefined;
  return type.startsWith('audio/') ? 'audio' : 'video';
}

/** Those that the reader may hear and see, oldest first. */
export function recordingsOf(
  { files, recordings, accounts }: Parts,
  reader: Reader,
  call: string,
  me: Viewer,
): RecordingView[] {
  return files.ofCall(call).flatMap((file) => {
    const recording = recordings.find(file.id);
    if (!recording || !files.mayRead(me.id, file.id)) return [];
    const { whom } = recording;
    return {
      ...fileView(file, reader),
      mode: whom.mode,
      person: whom.mode === 'person' ? (accounts.userById(whom.person)?.displayName ?? '') : undefined,
      state: file.state,
      by: file.owner === me.id ? undefined : (accounts.userById(file.owner)?.displayName ?? ''),
      at: file.createdAt,
      seconds: file.durationMs === undefined ? undefined : Math.round(file.durationMs / 1000),
      element: elementOf(file),
      sendKey: randomUUID(),
      mayDelete: file.owner === me.id || me.isOwner,
    };
  });
}
