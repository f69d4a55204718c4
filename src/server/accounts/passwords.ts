/** Passwords, hashed with argon2id (RFC 9106) at OWASP's minimum of 19 MiB and two passes. */
import { randomInt } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { createHashQueue } from './hash-queue.ts';

const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** One for all that hashes in this process. */
const inTurn = createHashQueue();

/** @throws 503 with a sentence while too many wait; so does `checkPassword` */
export const hashPassword = (password: string): Promise<string> =>
  inTurn(() => hash(password.normalize('NFKC'), COST));

/** Checked when there is no such person, so that a wrong name takes as long as a wrong password. */
const nobody = hashPassword(crypto.randomUUID());

/** @param stored the person's hash, or `undefined` when there is no such person */
export async function checkPassword(stored: string | undefined, password: string): Promise<boolean> {
  const against = stored ?? (await nobody);
  const matches = await inTurn(() => verify(against, password.normalize('NFKC')));
  return matches && stored !== undefined;
}

const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A password one can read out over the telephone: 60 random bits without look-alike letters. */
export function inventPassword(): string {
  const group = () => Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return [group(), group(), group()].join('-');
}
