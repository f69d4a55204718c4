/** Serves profile pictures. They are chosen on the settings page. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { notFound } from '../http/errors.ts';
import { requireUser } from './authentication.ts';
import type { AccountStore } from './store.ts';

/** In seconds: a version of a picture never changes. */
const A_YEAR = 365 * 24 * 60 * 60;

/** @param bytes WebP; undefined where there is no such version */
export function sendPortrait(reply: FastifyReply, bytes: Buffer | undefined): FastifyReply {
  if (!bytes) throw notFound();
  return reply
    .header('Cache-Control', `private, max-age=${A_YEAR}, immutable`)
    .header('Content-Security-Policy', "sandbox; default-src 'none'")
    .type('image/webp')
    .send(bytes);
}

export type PortraitParts = { accounts: AccountStore };

export function portraitRoutes(app: FastifyInstance, { accounts }: PortraitParts): void {
  /** The address can't be guessed: anyone who has it was shown it, and a new picture has a new one. */
  app.get<{ Params: { version: string } }>(
    '/pictures/:version',
    { preHandler: requireUser },
    (request, reply) => {
      return sendPortrait(reply, accounts.pictureBytes(request.params.version));
    },
  );
}
