/** The picture that stands for a video until it is played, as the recorder's page took it. */
import { rename, rm, writeFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import type { Files } from '../files/files.ts';
import type { Pictures } from '../files/pictures.ts';
import type { StoredFile } from '../files/store.ts';
import { actorOf } from '../http/session.ts';
import type { Services } from '../services.ts';
import { refuse, requireSignedIn } from './answers.ts';
import type { RecordingParams } from './upload-routes.ts';

/** Bytes of a poster as it is sent. */
const LARGEST = 300 * 1024;

type Poster = { file: StoredFile; bytes: Buffer; may(): boolean };

/** Draws it anew, so that nothing but a picture is kept, and only while they may. @returns why it isn't, if it isn't */
async function keep(
  files: Files,
  pictures: Pictures,
  { file, bytes, may }: Poster,
): Promise<'picture' | 'forbidden' | undefined> {
  const path = `${files.pathOf(file)}.poster`;
  const drawn = `${path}.drawn`;
  try {
    await writeFile(path, bytes, { mode: 0o600 });
    if (!(await pictures.prepare(file.owner, { path, preview: drawn }))?.size) return 'picture';
    if (!may()) return 'forbidden';
    await rename(drawn, files.previewPathOf(file));
    return undefined;
  } finally {
    for (const left of [path, drawn]) await rm(left, { force: true });
  }
}

export function posterRoutes(app: FastifyInstance, services: Services): void {
  const { recordings, files, pictures, permission } = services;
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
        const actor = actorOf(request);
        const may = () => permission.mayWrite(actor, own.file.conversation);
        if (!may()) return refuse(request, reply, 'forbidden');
        if (!Buffer.isBuffer(request.body)) return refuse(request, reply, 'picture');
        const problem = await keep(files, pictures, { file: own.file, bytes: request.body, may });
        if (problem) return refuse(request, reply, problem);
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
