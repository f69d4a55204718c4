/**
 * How long a request may take to arrive. Large files may take hours, but only from people who are signed in: nobody
 * else has anything to send that is larger than a form.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../clock.ts';
import { personError } from './errors.ts';

/** ms until a form must be there; the longest is 256 KB. */
const FORM_WITHIN = 60_000;

const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** Forms with files, and chunks of a recording. */
const isUpload = ({ headers }: FastifyRequest): boolean =>
  /^(multipart\/form-data|application\/offset\+octet-stream)\b/i.test(headers['content-type'] ?? '');

function giveUp({ raw }: FastifyRequest, reply: FastifyReply): void {
  // It was there in time, answered or not.
  if (raw.complete || raw.readableEnded) return;
  if (reply.sent) {
    raw.destroy();
    return;
  }
  reply.raw.once('finish', () => raw.destroy());
  reply.header('Connection', 'close').send(personError(408, 'errors.slow'));
}

/** @param maySendFiles whether a request comes from someone who may take hours */
export function registerSlowBodies(
  app: FastifyInstance,
  clock: Clock,
  maySendFiles: (request: FastifyRequest) => boolean,
): void {
  app.addHook('onRequest', async (request, reply) => {
    if (!hasBody(request) || (maySendFiles(request) && isUpload(request))) return;
    const takeBack = clock.at(clock.now() + FORM_WITHIN, () => giveUp(request, reply));
    request.raw.once('close', takeBack);
  });
}
