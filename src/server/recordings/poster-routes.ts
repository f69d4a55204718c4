/** The picture that stands for a video until it is played, as the recorder's page took it. */
import { rm, writeFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import type { Files } from '../files/files.ts';
import type { Pictures } from '../files/pictures.ts';
import type { StoredFile } from '../files/store.ts';
import type { Services } from '../services.ts';
import { refuse, requireSignedIn } from './answers.ts';
import type { RecordingParams } from './upload-routes.ts';

/** Bytes of a poster as it is sent. */
const LARGEST = 300 * 1024;

/** Draws it anew, so that nothing but a picture is kept. False where it isn't one. */
async function keep(files: Files, pictures: Pictures, file: StoredFile, bytes: Buffer): Promise<boolean> {
  const path = `${files.pathOf(file)}.poster`;
  try {
    await writeFile(path, bytes, { mode: 0o600 });
    return (await pictures.prepare({ path, preview: files.previewPathOf(file) }))?.size !== undefined;
  } finally {
    await rm(path, { force: true });
  }
}

export function posterRoutes(app: FastifyInstance, { recordings, files, pictures }: Services): void {
  app.register(async (scope) => {
    scope.addContentTypeParser<Buffer>(
      ['image/jpeg', 'image/webp', 'image/png'],
      { parseAs: 'buffer', bodyLimit: LARGEST },
      (_request, body, done) => done(null, body),
    );

    scope.put<RecordingParams>(
      '/recordings/:recording/poster',
      { preHandler: requireSignedIn, bodyLimit: LARGEST },
      async (request, reply) => {
        const id = request.params.recording;
        const own = recordings.own(request.signedIn?.user.id ?? 0, id);
        if (!own) return refuse(request, reply, 'not-found');
        if (recordings.isAway()) return refuse(request, reply, 'folder-away');
        const isKept = Buffer.isBuffer(request.body) && (await keep(files, pictures, own.file, request.body));
        if (!isKept) return refuse(request, reply, 'picture');
        // Before that, finishing finds it.
        const file = files.find(id);
        const { type, bytes, width, height, durationMs, state } = file ?? own.file;
        if (file && (state === 'ready' || state === 'partial'))
          await files.complete(id, {
            ...{ type, bytes, state, hasPreview: true },
            ...(width !== undefined && height !== undefined && { width, height }),
            ...(durationMs !== undefined && { durationMs }),
          });
        return reply.code(204).send();
      },
    );
  });
}
