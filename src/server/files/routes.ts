/** Files by their address: to show, to keep, to delete. */

import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { requireUser, userOf } from '../accounts/authentication.ts';
import { notFound } from '../http/errors.ts';
import { seeOther } from '../http/htmx.ts';
import { safePath } from '../http/safe-path.ts';
import { type FileParams, readableFile } from './file-param.ts';
import { nameFor } from './file-view.ts';
import type { Files } from './files.ts';
import { showingOf } from './media-types.ts';
import { previewType, serve } from './serving.ts';

export function fileRoutes(app: FastifyInstance, { files }: { files: Files }): void {
  // Compressing would break byte ranges, and pictures and videos are compressed already.
  const guard = { preHandler: requireUser, compress: false as const };

  app.get<FileParams>('/files/:file', guard, async (request, reply) => {
    const file = readableFile(request, files);
    const { type } = file;
    const name = nameFor(request.reader, file);
    // A picture that couldn't be read here isn't handed to a browser to try.
    const inline = showingOf(type) !== 'card' && (showingOf(type) !== 'picture' || file.hasPreview);
    return serve(request, reply, { path: files.pathOf(file), type, name, inline });
  });

  app.get<FileParams>('/files/:file/download', guard, async (request, reply) => {
    const file = readableFile(request, files);
    const name = nameFor(request.reader, file);
    return serve(request, reply, { path: files.pathOf(file), type: file.type, name, inline: false });
  });

  app.get<FileParams>('/files/:file/preview', guard, async (request, reply) => {
    const file = readableFile(request, files);
    if (!file.hasPreview) throw notFound();
    const path = files.previewPathOf(file);
    return serve(request, reply, { path, type: await previewType(path), name: '', inline: true });
  });

  /** By whoever keeps it: it counts against their quota, also where they may read it no longer. */
  app.post<FileParams>('/files/:file/delete', guard, async (request, reply) => {
    const file = files.find(request.params.file);
    if (file?.owner !== userOf(request).id) throw notFound();
    await files.remove(file.id);
    const { back } = v.parse(v.object({ back: v.optional(v.string()) }), request.body ?? {});
    return seeOther(
      request,
      reply,
      `${safePath(back ?? '/settings')}#${file.call ? 'screenshots' : 'storage'}`,
    );
  });
}
