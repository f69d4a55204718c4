/** The one-time link that makes the first visitor the owner. It lives in memory: each start prints a new one. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { AccountStore } from './store.ts';

export type Setup = {
  /** The code to print, or `undefined` once there is an owner. */
  code(): string | undefined;
  admits(code: unknown): boolean;
};

export function createSetup(store: AccountStore): Setup {
  const code = randomBytes(18).toString('base64url');
  const expected = Buffer.from(code);
  const isCode = (given: Buffer) => given.length === expected.length && timingSafeEqual(given, expected);
  // Asked each time: an account made at the command line closes the door as well.
  const open = () => !store.hasUsers();
  return {
    code: () => (open() ? code : undefined),
    admits: (given) =>
      open() &&
      typeof given === 'string' &&
      // Compared as bytes: letters beyond ASCII are longer than they count.
      isCode(Buffer.from(given)),
  };
}
