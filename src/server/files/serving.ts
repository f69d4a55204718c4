/** Serves bytes that someone else chose: as what they are, and never to be executed. */
import { open, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { send } from '@fastify/send';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { notFound, personError } from '../http/errors.ts';
import { disposition } from './disposition.ts';

type Served = {
  /** Made by this server alone. */
  path: string;
  type: string;
  name: string;
  /** Whether the browser may show it by itself. */
  inline: boolean;
};

/** Byte ranges, validators and HEAD (RFC 9110 §13 and §14) are @fastify/send's. */
export async function serve(
  request: FastifyRequest,
  reply: FastifyReply,
  { path, type, name, inline }: Served,
): Promise<FastifyReply> {
  // A recording that is being finished has nothing to serve yet; nothing else is kept without bytes.
  if ((await stat(path).catch(() => undefined))?.size === 0) throw personError(409, 'files.errors.not-yet');
  const sent = await send(request.raw, `/${basename(path)}`, {
    root: dirname(path),
    contentType: false,
    cacheControl: false,
  });
  if (sent.statusCode === 404) throw notFound();
  reply.code(sent.statusCode).headers(sent.headers);
  // Cached by the reader's browser only, and revalidated each time: who may read it can change.
  reply.header('Cache-Control', 'private, no-cache');
  reply.header('X-Content-Type-Options', 'nosniff');
  // Opened on its own, it is a document without an origin, without scripts and without anything to load.
  reply.header('Content-Security-Policy', "sandbox; default-src 'none'");
  if (sent.type === 'error') return reply.removeHeader('Content-Length').send();
  reply.header('Content-Disposition', disposition(inline ? 'inline' : 'attachment', name));
  if (sent.statusCode !== 304) reply.type(type);
  return reply.send(sent.stream);
}

/** Previews are WebP, or JPEG where a video tool made them. */
export async function previewType(path: string): Promise<string> {
  const handle = await open(path).catch(() => undefined);
  if (!handle) throw notFound();
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.toString('hex') === 'ffd8' ? 'image/jpeg' : 'image/webp';
  } finally {
    await handle.close();
  }
}
