/** Errors that are for people: a status, and the key of a sentence in locales/*.json. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import type { Trouble } from '../database/trouble.ts';
import { anonymousReader } from '../language/anonymous-reader.ts';
import type { SetHeaders } from './headers.ts';
import { isHtmx } from './htmx.ts';
import type { Render } from './views.ts';

type PersonError = Error & {
  statusCode: number;
  words: string;
  address?: string | undefined;
  /** Seconds. */
  retryAfter?: number;
};

/**
 * To be thrown by a route; the person sees the sentence under `words` in their language.
 * @param address where to go instead, which the sentence may name as {{address}}
 */
export function personError(statusCode: number, words: string, address?: string): PersonError {
  return Object.assign(new Error(words), { statusCode, words, address });
}

/** The server is too busy. @param retryAfter seconds after which the same may work (RFC 9110 §10.2.3) */
export const busyError = (words: string, retryAfter: number): PersonError =>
  Object.assign(personError(503, words), { retryAfter });

/** Whether it is meant for people, with words of its own. */
export const isPersonError = (error: unknown): error is PersonError =>
  error instanceof Error && 'words' in error && 'statusCode' in error;

/** RFC 4918 §11.5 and RFC 9110 §15.6.4, with the key of the sentence, which says what to do. */
const BY_TROUBLE: Record<Trouble, { status: number; words: string }> = {
  busy: { status: 503, words: 'errors.trouble.busy' },
  full: { status: 507, words: 'errors.trouble.full' },
  'read-only': { status: 503, words: 'errors.trouble.readOnly' },
  failing: { status: 503, words: 'errors.trouble.failing' },
};

/** What keeps the server from writing, as an error for the person. */
export function troubleError(trouble: Trouble): PersonError {
  const { status, words } = BY_TROUBLE[trouble];
  return personError(status, words);
}

/** What doesn't exist and what belongs to someone else look the same. */
export const notFound = (): PersonError => personError(404, 'errors.notFound');

const TROUBLE = 'errors.trouble.';

const BY_CODE: Record<string, string> = {
  FST_CSRF_MISSING_SECRET: 'errors.stale',
  FST_CSRF_INVALID_TOKEN: 'errors.stale',
  FST_ERR_CTP_BODY_TOO_LARGE: 'errors.tooLarge',
};

function wordsFor(error: FastifyError | PersonError, status: number): string {
  if ('words' in error) return error.words;
  const known = BY_CODE[error.code];
  if (known) return known;
  if (status === 429) return 'errors.tooMany';
  return status < 500 ? 'errors.badRequest' : 'errors.internal';
}

/** Shows an error as a page, or for htmx as the one sentence to put in its place. */
function show(request: FastifyRequest, reply: FastifyReply, status: number, words: string, address?: string) {
  reply.code(status);
  return reply.show(isHtmx(request) ? 'partials/error' : 'errors/error', {
    words,
    address,
    instead: undefined,
  });
}

function statusOf(error: FastifyError | PersonError): number {
  // A body or an address of a kind that none of our pages sends.
  if (v.isValiError(error)) return 400;
  return error.statusCode && error.statusCode >= 400 ? error.statusCode : 500;
}

/**
 * Shows what Fastify refuses before any hook has run, such as an undecodable address. Its request and
 * reply have none of our additions.
 */
export function showBare(
  { render, setHeaders }: { render: Render; setHeaders: SetHeaders },
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const status = statusOf(error);
  setHeaders(request.raw, reply.raw);
  const html = render('errors/error', anonymousReader(request.headers), { words: wordsFor(error, status) });
  reply.code(status).header('Cache-Control', 'no-store').type('text/html; charset=utf-8').send(html);
}

/** What scripts ask for, and read the answer of. */
const isForScript = ({ headers }: FastifyRequest): boolean =>
  headers['tus-resumable'] !== undefined || (headers['content-type'] ?? '').startsWith('application/json');

/** @param note is told of each error that a request ended with, and says what is the matter with the disk */
export function registerErrors(app: FastifyInstance, note: (error: unknown) => Trouble | undefined): void {
  app.setErrorHandler<FastifyError | PersonError>((thrown, request, reply) => {
    const trouble = note(thrown);
    if (trouble) request.log.warn({ err: thrown }, 'nothing could be written');
    const error = trouble ? troubleError(trouble) : thrown;
    const status = statusOf(error);
    if (isPersonError(error) && error.words.startsWith(TROUBLE) && isForScript(request))
      return reply.code(status).send({
        error: status === 507 ? 'disk-full' : 'unavailable',
        message: request.reader.t(error.words),
      });
    if (status >= 500 && !isPersonError(error)) request.log.error({ err: error }, 'request failed');
    if (isPersonError(error) && error.retryAfter !== undefined) reply.header('Retry-After', error.retryAfter);
    const address = isPersonError(error) ? error.address : undefined;
    return show(request, reply, status, wordsFor(error, status), address);
  });
  app.setNotFoundHandler((request, reply) => show(request, reply, 404, 'errors.notFound'));
}
