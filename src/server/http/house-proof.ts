/**
 * By what the doctor knows that an answer comes from this very server: not from another house, nor from a copy of this one on
 * another machine. The server keeps a key in the data folder, a new one at each start. Whoever knows it may ask for a proof
 * that the server knows it too; to anybody else the question is nothing, and two servers can't be told apart by it.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyBaseLogger } from 'fastify';

/** Headers of the question and of the answer, as Node writes them. */
export const CHALLENGE = 'porchlight-challenge';
export const PROOF = 'porchlight-proof';

/** Hidden, so that no backup includes it: a house that was restored elsewhere is another one. */
const NAME = '.proof';

const KEY = /^[\da-f]{64}$/;
/** A random word, and what only somebody who has the key can make of it. */
const QUESTION = /^([\w-]{22})\.([\w-]{43})$/;

export const proofPath = (dataDir: string): string => join(dataDir, NAME);

const made = (key: string, what: 'question' | 'answer', word: string): string =>
  createHmac('sha256', Buffer.from(key, 'hex')).update(`${what} ${word}`).digest('base64url');

function isSame(text: string, other: string): boolean {
  const [one, two] = [Buffer.from(text), Buffer.from(other)];
  return one.length === two.length && timingSafeEqual(one, two);
}

/** What to answer to a question, whatever was sent as one; undefined if it isn't one of somebody with the key. */
export type Prove = (question: unknown) => string | undefined;

/** Makes a key and puts it into the data folder. Without room for it the server does without, and so does the doctor. */
export function createProof(dataDir: string, log: Pick<FastifyBaseLogger, 'warn'>): Prove {
  const key = randomBytes(32).toString('hex');
  const path = proofPath(dataDir);
  try {
    const part = `${path}.part`;
    // One that was left behind would keep the rights it has.
    rmSync(part, { force: true });
    writeFileSync(part, key, { mode: 0o600 });
    renameSync(part, path);
  } catch (error) {
    log.warn({ err: error }, 'the key of the doctor could not be written');
  }
  return (question) => {
    if (typeof question !== 'string') return undefined;
    const [, word, sign] = QUESTION.exec(question) ?? [];
    if (word === undefined || sign === undefined || !isSame(sign, made(key, 'question', word)))
      return undefined;
    return made(key, 'answer', word);
  };
}

/** A question that is asked once. */
export type Question = { text: string; isAnsweredBy(proof: unknown): boolean };

/** Undefined where no server has put a key, or it can't be read. */
export function questionFor(dataDir: string): Question | undefined {
  let key = '';
  try {
    key = readFileSync(proofPath(dataDir), 'utf8');
  } catch {
    return undefined;
  }
  if (!KEY.test(key)) return undefined;
  const word = randomBytes(16).toString('base64url');
  const answer = made(key, 'answer', word);
  return {
    text: `${word}.${made(key, 'question', word)}`,
    isAnsweredBy: (proof) => typeof proof === 'string' && isSame(proof, answer),
  };
}
