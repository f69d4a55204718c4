/**
 * Forms with files. The fields before them are the body, as of any form, so that the token is checked before
 * the first byte is kept; the files themselves wait for the handler, which streams them one after another.
 */
import type { Readable } from 'node:stream';
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { personError } from './errors.ts';

/** A file that is arriving. Its reader must not destroy `stream`, or the form would end with it. */
export type Upload = {
  /** As claimed. */
  name: string;
  stream: Readable & { truncated?: boolean };
  /**
   * The form's next file; the unread rest of this one is dropped.
   * @throws an error for the person when the form breaks off, or has too many files
   */
  next(): Promise<Upload | undefined>;
};

declare module 'fastify' {
  interface FastifyRequest {
    /** The first file of the form. */
    upload: Upload | null;
  }
}

/** Bytes of a field: 10,000 characters of four bytes, and room to spare. */
const LONGEST_FIELD = 256 * 1024;
const MOST_FIELDS = 20;
/** locales/*.json says how many these are. */
const MOST_FILES = 100;

/** @param largest bytes of a file; what is longer is cut, and `truncated` says so */
export async function registerMultipart(app: FastifyInstance, largest: number): Promise<void> {
  const limits = { fileSize: largest, files: MOST_FILES, parts: MOST_FIELDS + MOST_FILES };
  await app.register(multipart, {
    throwFileSizeLimit: false,
    limits: { ...limits, fieldSize: LONGEST_FIELD, headerPairs: 50 },
  });
  app.decorateRequest('upload', null);
}

/** A `preValidation` hook for routes that take files; other forms pass as they are. */
export async function readFields(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (!request.isMultipart()) return;
  // Files that nobody took are still read to their end: browsers read a response only once they have sent everything.
  reply.raw.once('finish', () => {
    request.raw.unpipe();
    request.raw.resume();
  });
  const parts = request.parts();

  /** @param onField is given the fields on the way; those behind the first file are of no use */
  async function nextFile(onField?: (name: string, value: string) => void): Promise<Upload | undefined> {
    for (;;) {
      const { value: part, done } = await parts.next().catch((error: unknown) => {
        if (error instanceof request.server.multipartErrors.FilesLimitError)
          throw personError(413, 'files.errors.many');
        // Whatever is wrong with the form's encoding is the sender's fault.
        throw personError(400, 'errors.badRequest');
      });
      if (done || !part) return undefined;
      if (part.type === 'field') {
        if (part.valueTruncated) throw personError(413, 'errors.tooLarge');
        if (typeof part.value === 'string') onField?.(part.fieldname, part.value);
      } else if (part.filename) {
        const { filename: name, file: stream } = part;
        const next = () => {
          stream.resume();
          return nextFile();
        };
        return { name, stream, next };
      } else {
        // An empty file field is sent as a file without a name.
        part.file.resume();
      }
    }
  }

  const body = new Map<string, string>();
  request.body = {};
  request.upload = (await nextFile((name, value) => body.set(name, value))) ?? null;
  request.body = Object.fromEntries(body);
}
