/** Errors that are for people: a status, and the key of a sentence in locales/*.json. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isHtmx } from './htmx.ts';

type PersonError = Error & { statusCode: number; words: string; address?: string | undefined };

/**
 * To be thrown by a route; the person sees the sentence under `words` in their language.
 * @param address where to go instead, which the sentence may name as {{address}}
 */
export function personError(statusCode: number, words: string, address?: string): PersonError {
  return Object.assign(new Error(words), { statusCode, words, address });
}

/** What isn't there and what isn't one's own look the same. */
export const notFound = (): PersonError => personError(404, 'errors.notFound');

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

/** Shows an error as a page, or as the one sentence to put at its place for a request by htmx. */
function show(request: FastifyRequest, reply: FastifyReply, status: number, words: string, address?: string) {
  reply.code(status);
  return reply.show(isHtmx(request) ? 'partials/error' : 'errors/error', {
    words,
    address,
    instead: undefined,
  });
}

export function registerErrors(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError | PersonError>((error, request, reply) => {
    const status = error.statusCode && error.statusCode >= 400 ? error.statusCode : 500;
    if (status >= 500) request.log.error({ err: error }, 'request failed');
    const address = 'address' in error ? error.address : undefined;
    return show(request, reply, status, wordsFor(error, status), address);
  });
  app.setNotFoundHandler((request, reply) => show(request, reply, 404, 'errors.notFound'));
}
