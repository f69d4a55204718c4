/**
 * Forms with a file. The fields before it are the body, as of any form, so that the token is checked before
 * the first byte is kept; the file itself waits for the handler, which streams it.
 */
import type { Readable } from 'node:stream';
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { personError } from './errors.ts';

/** A file that is under way. Whoever takes it reads `stream` to its end or destroys it. */
export type Upload = {
  /** As claimed. */
  name: string;
  stream: Readable & { truncated?: boolean };
};

declare module 'fastify' {
  interface FastifyRequest {
    upload: Upload | null;
  }
}

/** Bytes of a field: 10,000 characters of four bytes, and room to spare. */
const LONGEST_FIELD = 256 * 1024;
const MOST_PARTS = 20;

/** @param largest bytes of a file; what is longer is cut, and `truncated` says so */
export async function registerMultipart(app: FastifyInstance, largest: number): Promise<void> {
  await app.register(multipart, {
    throwFileSizeLimit: false,
    limits: { fileSize: largest, files: 1, parts: MOST_PARTS, fieldSize: LONGEST_FIELD, headerPairs: 50 },
  });
  app.decorateRequest('upload', null);
}

/** A `preValidation` hook for routes that take a file; other forms pass as they are. */
export async function readFields(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (!request.isMultipart()) return;
  // What nobody took is read to its end all the same: browsers hear an answer only when they have sent all.
  reply.raw.once('finish', () => {
    if (request.upload && !request.upload.stream.destroyed) request.upload.stream.resume();
    request.raw.resume();
  });
  const body = new Map<string, string>();
  request.body = {};
  const parts = request.parts();
  for (;;) {
    // Whatever is wrong with a form's form is the sender's fault.
    const { value: part, done } = await parts.next().catch(() => {
      throw personError(400, 'errors.badRequest');
    });
    if (done || !part) break;
    if (part.type === 'field') {
      if (part.valueTruncated) throw personError(413, 'errors.tooLarge');
      if (typeof part.value === 'string') body.set(part.fieldname, part.value);
    } else if (part.filename) {
      request.upload = { name: part.filename, stream: part.file };
      break;
    } else {
      // A file field that was left empty is sent as a file without a name.
      part.file.resume();
    }
  }
  request.body = Object.fromEntries(body);
}
