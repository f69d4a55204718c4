/** What the page of a call shows of its screenshots. */
import { randomUUID } from 'node:crypto';
import { type FileView, fileView } from '../files/file-view.ts';
import type { Files } from '../files/files.ts';
import type { Reader } from '../language/reader.ts';

/** `sendKey`: the key that the form which sends it to the chat repeats at each try. */
export type ScreenshotView = FileView & { sendKey: string; mayDelete: boolean };

/** Those that the reader may see, oldest first. */
export const screenshotsOf = (files: Files, reader: Reader, call: string, me: number): ScreenshotView[] =>
  files
    .ofCall(call)
    .filter(({ kind, state }) => kind === 'screenshot' && state === 'ready')
    .filter(({ id }) => files.mayRead(me, id))
    .map((file) => ({ ...fileView(file, reader), sendKey: randomUUID(), mayDelete: file.owner === me }));
