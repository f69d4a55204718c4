/**
 * Posters, which are shown until a video is played. The server doesn't decode video, so the page that recorded or
 * sent it draws one of its frames.
 */
import { rename, rm, writeFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { createFairQueue } from './fair-queue.ts';
import type { Files } from './files.ts';
import { showingOf } from './media-types.ts';
import type { Pictures } from './pictures.ts';
import type { StoredFile } from './store.ts';

/** Bytes of a poster as it is sent. */
export const LARGEST_POSTER = 300 * 1024;

/** `may` is asked again once it is drawn. */
export type Poster = { file: StoredFile; bytes: Buffer; may(): boolean };
/** `picture`: it is none. `forbidden`: not any more. `not-found`: its video was deleted meanwhile. */
export type PosterRefusal = 'picture' | 'forbidden' | 'not-found';

/** Whether it is a video that somebody sent, and all of it is there. */
export const takesPoster = ({ kind, state, type }: StoredFile): boolean =>
  kind === 'attachment' && state === 'ready' && showingOf(type) === 'video';

/** Lets the routes of a scope take a poster as their body. */
export function acceptPosters(scope: FastifyInstance): void {
  scope.addContentTypeParser<Buffer>(
    ['image/jpeg', 'image/webp', 'image/png'],
    { parseAs: 'buffer', bodyLimit: LARGEST_POSTER },
    (_request, body, done) => done(null, body),
  );
}

export function createPosters(files: Files, pictures: Pictures) {
  async function keep({ file, bytes, may }: Poster): Promise<PosterRefusal | undefined> {
    const path = `${files.pathOf(file)}.poster`;
    const drawn = `${path}.drawn`;
    const preview = files.previewPathOf(file);
    try {
      await writeFile(path, bytes, { mode: 0o600 });
      if (!(await pictures.prepare(file.owner, { path, preview: drawn }))?.size) return 'picture';
      if (!may()) return 'forbidden';
      await rename(drawn, preview);
    } finally {
      for (const left of [path, drawn]) await rm(left, { force: true });
    }
    const state = files.find(file.id)?.state;
    // A recording that isn't finished finds it when it is.
    if (state === 'receiving' || state === 'finishing' || state === 'failed') return undefined;
    if (state && (await files.addPreview(file.id))) return undefined;
    await rm(preview, { force: true });
    return 'not-found';
  }

  // Two for the same file must not overwrite each other, and pictures are drawn one at a time anyway.
  const inTurn = createFairQueue();
  return {
    /**
     * Redraws it, so that nothing but a picture is kept, and replaces an earlier one.
     * @returns why it isn't kept, if it isn't
     */
    keep: (poster: Poster): Promise<PosterRefusal | undefined> =>
      inTurn(poster.file.owner, () => keep(poster)),
  };
}

export type Posters = ReturnType<typeof createPosters>;
