/** What the page of a call shows of its screenshots. */
import type { Files } from './files.ts';
import { type FileView, fileView } from './view.ts';

export type ScreenshotView = FileView & { mayDelete: boolean };

/** Oldest first. */
export const screenshotsOf = (files: Files, call: string, me: number): ScreenshotView[] =>
  files
    .ofCall(call)
    .filter(({ kind, state }) => kind === 'screenshot' && state === 'ready')
    .map((file) => ({ ...fileView(file), mayDelete: file.owner === me }));
