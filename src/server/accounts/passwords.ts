/** Passwords, hashed with argon2id (RFC 9106) at OWASP's minimum of 19 MiB and two passes. */
import { randomBytes, randomInt } from 'node:crypto';
import { createHashQueue } from './hash-queue.ts';

const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Loaded with the first password: a server may run for days without one. */
const argon2 = () => import('@node-rs/argon2');

/** One for all that hashes in this process. */
const inTurn = createHashQueue();

/** @throws 503 with a sentence while too many wait; so does `checkPassword` */
export const hashPassword = (password: string): Promise<string> =>
  inTurn(async () => (await argon2()).hash(password.normalize('NFKC'), COST));

const unpadded = (bytes: number): string => randomBytes(bytes).toString('base64').replaceAll('=', '');

/**
 * The hash of no password, in the PHC string format: random bytes. Checked when there is no such person, so that a wrong
 * name takes as long as a wrong password.
 */
const NOBODY = `$argon2id$v=19$m=${COST.memoryCost},t=${COST.timeCost},p=${COST.parallelism}$${unpadded(16)}$${unpadded(32)}`;

/** @param stored the person's hash, or `undefined` when there is no such person */
export async function checkPassword(stored: string | undefined, password: string): Promise<boolean> {
  const matches = await inTurn(async () =>
    (await argon2()).verify(stored ?? NOBODY, password.normalize('NFKC')),
  );
  return matches && stored !== undefined;
}

const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A password that can be read out over the phone: 60 random bits without look-alike letters. */
export function inventPassword(): string {
  const group = () => Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return [group(), group(), group()].join('-');
}
