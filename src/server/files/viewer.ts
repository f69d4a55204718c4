/** One picture on a page of its own, with ways to the ones beside it and back to where it is kept. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isHtmx } from '../http/htmx.ts';
import { fileView, showOf } from './file-view.ts';
import type { Beside, StoredFile } from './store.ts';

/** Pixels of the longer side from which its preview is shown until the picture has come. */
const LARGE = 1600;

export const isPicture = (file: StoredFile): boolean => showOf(file) === 'picture';

type Shown = Beside & {
  file: StoredFile;
  /** The address of such a page for another of these pictures. */
  addressOf(file: StoredFile): string;
  /** Where it is kept. */
  closeUrl: string;
  /** Who sent or took it, and when (ms since 1970). */
  by: string;
  at: number;
  caption: string;
};

/** A page for a browser; for a script that shows it over the page one is on, what is inside. */
export function showPicture(request: FastifyRequest, reply: FastifyReply, shown: Shown): FastifyReply {
  const { file, previous, next, addressOf, ...more } = shown;
  const view = fileView(file, request.reader);
  const { width = 0, height = 0 } = file;
  return reply.show(isHtmx(request) ? 'files/viewer' : 'files/picture', {
    ...more,
    file: view,
    under: Math.max(width, height) >= LARGE && view.preview !== view.url ? view.preview : undefined,
    previousUrl: previous && addressOf(previous),
    nextUrl: next && addressOf(next),
  });
}
