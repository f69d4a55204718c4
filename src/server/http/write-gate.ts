/**
 * What every request that may write goes through. It waits its turn while another program has the database locked,
 * without holding up anyone who is reading; and on a full disk it lets through what is small or frees space, not what adds data.
 */
import type { FastifyInstance } from 'fastify';
import type { Writing } from '../database/writing.ts';
import { isPersonError, troubleError } from './errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** It only ever adds: refused on a full disk, so that there is space for deleting and signing in. */
    grows?: boolean;
  }
}

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** To be registered after what refuses strangers' forms. */
export function registerWriteGate(app: FastifyInstance, writing: Writing): void {
  app.addHook('preHandler', async (request) => {
    if (READING.has(request.method)) return;
    const refused = request.routeOptions.config.grows ? writing.refuses() : undefined;
    if (refused) throw troubleError(refused);
    writing.makeRoom();
    await writing.turn();
  });
}

/**
 * Runs a write that adds data. If it can't be stored now, it must be refused where it was typed, so that it isn't lost.
 * @throws what is the person's fault, or ours
 * @returns what `write` did, or why it couldn't: the key of a sentence, and a status
 */
export async function unlessTrouble<Result>(
  writing: Writing,
  write: () => Result | Promise<Result>,
): Promise<Result | { refused: string; status: number }> {
  try {
    const trouble = writing.refuses();
    if (trouble) throw troubleError(trouble);
    return await write();
  } catch (thrown) {
    const trouble = writing.note(thrown);
    const error = trouble ? troubleError(trouble) : thrown;
    if (!isPersonError(error) || error.statusCode < 500) throw thrown;
    return { refused: error.words, status: error.statusCode };
  }
}
