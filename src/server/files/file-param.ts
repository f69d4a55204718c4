/** The file that an address names, as the reader may see it. */
import type { FastifyRequest } from 'fastify';
import { userOf } from '../accounts/authentication.ts';
import { notFound, personError } from '../http/errors.ts';
import type { Files } from './files.ts';
import type { StoredFile } from './store.ts';

export type FileParams = { Params: { file: string } };

/** A file of a conversation of theirs; others don't exist. */
function fileOf(request: FastifyRequest<FileParams>, files: Files): StoredFile {
  const file = files.find(request.params.file);
  if (!file || !files.mayRead(userOf(request).id, file.id)) throw notFound();
  return file;
}

/** One that has its bytes. @throws 503 with a sentence while its folder is away */
export function readableFile(request: FastifyRequest<FileParams>, files: Files): StoredFile {
  const file = fileOf(request, files);
  if (file.state === 'receiving') throw notFound();
  if (files.isAway(file)) throw personError(503, 'files.errors.folder-away');
  return file;
}
